"""Writes src/test/resources/golden/hub-layout.txt: how huggingface_hub lays out its cache.

A hub on this machine serves the files of HubDownloadTest; huggingface_hub downloads them; the cache is listed.
Made with huggingface_hub 2.4.0 (pip install huggingface_hub==2.4.0), without hf_xet's protocol: HF_HUB_DISABLE_XET=1.
"""

import hashlib
import os
import pathlib
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REPOSITORY = "assay-tests/tiny-clip"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SMALL = {"config.json": b'{"model_type": "clip"}\n', "onnx/deep/settings.json": b"{}\n"}
LARGE = {"model.safetensors": bytes((31 * i + (i >> 8)) & 0xFF for i in range(1_000_003))}


class Hub(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, body):
        path = self.path.split("?")[0]
        if path.startswith("/store/"):
            data = next(d for d in LARGE.values() if hashlib.sha256(d).hexdigest() == path[7:])
            self.reply(200, {"Content-Length": len(data)}, data if body else b"")
            return
        name = path.removeprefix(f"/{REPOSITORY}/resolve/").partition("/")[2]
        if name in LARGE:
            sha = hashlib.sha256(LARGE[name]).hexdigest()
            self.reply(302, {
                "X-Repo-Commit": COMMIT, "X-Linked-Etag": f'"{sha}"', "X-Linked-Size": len(LARGE[name]),
                "Location": f"http://localhost:{self.server.server_address[1]}/store/{sha}", "Content-Length": 0}, b"")
        elif name in SMALL:
            data = SMALL[name]
            sha = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            self.reply(200, {"X-Repo-Commit": COMMIT, "ETag": f'"{sha}"', "Content-Length": len(data)}, data if body else b"")
        else:
            self.reply(404, {"X-Repo-Commit": COMMIT, "X-Error-Code": "EntryNotFound", "Content-Length": 0}, b"")

    def reply(self, status, headers, data):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)


def listing(top):
    lines = []
    for path in sorted(top.rglob("*"), key=lambda p: str(p.relative_to(top))):
        name = path.relative_to(top).as_posix()
        if path.is_symlink():
            lines.append(f"{name} -> {os.readlink(path)}")
        elif name == "CACHEDIR.TAG":
            lines.append(f"{name} {path.read_text().splitlines()[0]}")
        elif path.is_file():
            lines.append(f"{name} {path.stat().st_size}")
    return lines


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ.update(HF_ENDPOINT=f"http://127.0.0.1:{server.server_address[1]}", HF_HUB_DISABLE_XET="1",
                      HF_HUB_DISABLE_TELEMETRY="1", HF_HOME=tempfile.mkdtemp())
    from huggingface_hub import hf_hub_download

    with tempfile.TemporaryDirectory() as folder:
        for file in ["config.json", "model.safetensors", "onnx/deep/settings.json"]:
            hf_hub_download(REPOSITORY, file, cache_dir=folder)
        lines = listing(pathlib.Path(folder))
    out = pathlib.Path(__file__).parents[1] / "resources/golden/hub-layout.txt"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(lines) + "\n")
    print(out.read_text())
