"""Golden values for Png and Resize, from Pillow 13.0.0 (numpy not needed). Run from the harness folder:
python src/test/python/golden_images.py; writes src/test/resources/golden/images.json."""

import base64
import hashlib
import io
import json
import pathlib
import struct
import zlib

import PIL
from PIL import Image, PngImagePlugin


def noise(width, height, seed):
    """RGB bytes of the linear congruential generator of ISO C's example; the Java test has the same."""
    state, out = seed, bytearray()
    for _ in range(width * height * 3):
        state = (1103515245 * state + 12345) & 0x7FFFFFFF
        out.append(state >> 16 & 255)
    return Image.frombytes("RGB", (width, height), bytes(out))


def sha(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


def bicubic(image, width, height):
    """In two calls, because Pillow 13 takes the vertical pass first where that is much cheaper (python-pillow/Pillow#9549);
    up to Pillow 12, with which the scoring models were made, the horizontal pass always came first."""
    cubic = Image.Resampling.BICUBIC
    return image.resize((width, image.height), cubic).resize((width, height), cubic)


RESIZES = [
    (64, 64, 224, 224), (64, 64, 32, 32), (224, 224, 64, 64), (100, 60, 37, 23), (37, 23, 100, 60), (101, 67, 101, 30),
    (101, 67, 33, 67), (5, 3, 5, 3), (1, 1, 7, 5), (2, 2, 1, 1), (300, 2, 10, 50), (2, 300, 50, 10), (257, 129, 256, 128),
    (31, 400, 1, 1), (7, 7, 8, 8), (512, 512, 224, 224), (96, 96, 95, 97), (3, 200, 224, 224), (640, 360, 398, 224),
]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, rows, interlace=0):
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "png", **options)
    return out.getvalue()


def adam7(image):
    rows = []
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        for y in range(y0, image.height, dy):
            row = b"".join(bytes(image.getpixel((x, y))) for x in range(x0, image.width, dx))
            if row:
                rows.append(row)
    return png(image.width, image.height, 8, 2, rows, 1)


def pictures():
    rgb = noise(9, 7, 5)
    alpha = noise(9, 7, 6).convert("L")
    rgba = rgb.copy()
    rgba.putalpha(alpha)
    palette = rgb.quantize(11)
    grey_alpha = Image.merge("LA", (rgb.convert("L"), alpha))
    raw = rgb.tobytes()
    deep = [b"".join(bytes([raw[(y * 9 + x) * 3 + c], 255 - raw[(y * 9 + x) * 3 + c]]) for x in range(9) for c in range(3))
            for y in range(7)]
    deep_ga = [b"".join(bytes([raw[(y * 9 + x) * 3], 200, 77, 3]) for x in range(9)) for y in range(7)]
    yield "rgb", saved(rgb)
    yield "rgb with colour profile, gamma and resolution", saved(rgb, dpi=(72, 72), gamma=0.3, icc_profile=b"x" * 200)
    yield "rgba", saved(rgba)
    yield "grey", saved(rgb.convert("L"))
    yield "grey and alpha", saved(grey_alpha)
    yield "two levels", saved(rgb.convert("1"))
    yield "grey of 2 bits", png(9, 2, 2, 0, [b"\x1b\xe4\x40", b"\xff\x00\x80"])
    yield "grey of 4 bits", png(9, 2, 4, 0, [b"\x01\x23\x45\x67\x80", b"\xfe\xdc\xba\x98\x70"])
    yield "palette", saved(palette)
    yield "palette of 4 bits with alpha", saved(palette, transparency=bytes([0, 100, 200]), bits=4)
    yield "rgb with one transparent colour", saved(rgb, transparency=rgb.getpixel((0, 0)))
    yield "rgb of 16 bits", png(9, 7, 16, 2, deep)
    yield "grey and alpha of 16 bits", png(9, 7, 16, 4, deep_ga)
    yield "interlaced", adam7(rgb)


def main():
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a red circle\nSteps: 12")
    info.add_text("latin", "caf\u00e9")
    info.add_itxt("prompt", "\u7d05\u3044\u4e38 \U0001f534", "ja", "Prompt")
    info.add_itxt("zipped", "\u0394" * 50, zip=True)
    info.add_text("ztxt", "again " * 50, zip=True)
    result = {
        "source": f"Pillow {PIL.__version__}, golden_images.py",
        "resize": [dict(zip(("width", "height", "toWidth", "toHeight", "sha256"),
                            (w, h, tw, th, sha(bicubic(noise(w, h, w * 1000 + h), tw, th)))))
                   for w, h, tw, th in RESIZES],
        "decode": [{"name": name, "png": base64.b64encode(data).decode(),
                    "sha256": sha(Image.open(io.BytesIO(data)).convert("RGB"))} for name, data in pictures()],
        "text": base64.b64encode(saved(noise(2, 2, 1), pnginfo=info)).decode(),
    }
    target = pathlib.Path("src/test/resources/golden/images.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
