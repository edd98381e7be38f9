"""Runs every script of the repository that makes golden files, models or figures, and compares what it makes with what is committed.

    python .ci/recipes.py                    all but those that need gigabytes; some minutes
    python .ci/recipes.py NAME ...           scripts whose path holds NAME
    --big                                    also models of full size (6 GB on disk, 8 GB of memory)
    --comfyui PATH                           checkout of ComfyUI, for golden_comfyui_loader.py, _effects.py and golden_lora_algorithms.py
    --real PATH                              folder with published networks and real pictures, for golden_mediapipe.py and golden_ocr.py
    --zoo PATH                               checkout of opencv_zoo, for golden_zoo.py
    --templates PATH                         unpacked package comfyui-workflow-templates-json 0.1.123, for golden_templates.py
    --classpath FILE                         class path of the tests of metrics, for the benchmarks (their docstrings tell how)

It works in a copy: the repository stays as it is. Each script names the versions of its packages; others may round otherwise, so
numbers are compared with a tolerance and versions are not. Exit code: 0 when every script ran and gave what is committed, 1 when one
failed or gave something else, 2 when some could not be tried (a package or an option is missing): that is no success.
"""

import argparse
import ast
import gzip
import importlib.util
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
H, M, S, C = "harness/src/test/python/", "metrics/src/test/python/", "suites/src/test/python/", "suites/microcosm/recipe/"

# Script: folder to run in, arguments, file for what it prints (None for none). Paths are relative to the folder.
GOLDEN = {
    H + "golden_aesthetic.py": (".", ["harness/src/test/resources/golden/aesthetic"], None),
    H + "golden_clip_onnx.py": (".", ["harness/src/test/resources/golden/networks"], None),
    H + "golden_comfyui_effects.py": ("harness", ["{comfyui}"], None),
    H + "golden_comfyui_loader.py": ("harness", ["{comfyui}"], None),
    H + "golden_detectors.py": (H, ["../resources/onnx/detectors"], None),
    H + "golden_diffusers_loader.py": ("harness", [], None),
    H + "golden_encoders.py": (".", ["harness/src/test/resources/golden/networks"], None),
    H + "golden_graphs.py": ("harness", [], None),
    H + "golden_image_reward.py": (".", ["harness/src/test/resources/golden/image_reward"], None),
    H + "golden_images.py": ("harness", [], None),
    H + "golden_lora.py": (H, ["../resources/dev/assay/harness/nn/weights"], None),
    H + "golden_lora_algorithms.py": (H, ["{comfyui}", "../resources/dev/assay/harness/model/lora"], None),
    H + "golden_lora_changes.py": (H, ["../resources/dev/assay/harness/model/lora"], None),
    H + "golden_mediapipe.py": (H, ["{real}/weights", "{real}/pictures", "../resources/onnx/mediapipe.json"], None),
    H + "golden_networks.py": (".", ["harness/src/test/resources/golden/networks"], None),
    H + "golden_ocr.py": (H, ["{real}/pictures", "../resources/onnx/ocr.json"], None),
    H + "golden_onnx.py": (H, ["../resources/onnx"], None),
    H + "golden_open_clip.py": (".", ["harness/src/test/resources/golden"], None),
    H + "golden_perceptual.py": (".", ["harness/src/test/resources/golden"], None),
    H + "golden_pictures.py": ("harness", [], None),
    H + "golden_pose.py": (H, ["../resources/onnx"], None),
    H + "golden_rates.py": (H, [], "../resources/golden/rates.json"),
    H + "golden_ratio.py": (H, [], "../resources/golden/ratio.json"),
    H + "golden_samplers.py": (H, [], "../resources/dev/assay/harness/nn/diffusion/samplers.json"),
    H + "golden_siglip.py": (".", ["harness/src/test/resources/golden"], None),
    H + "golden_statistics.py": (H, [], "../resources/golden/statistics.json"),
    H + "golden_templates.py": ("harness", ["{templates}"], None),
    H + "golden_zoo.py": (H, ["{zoo}", "../resources/onnx/zoo"], None),
    H + "hub_layout.py": ("harness", [], None),
    H + "published_layers.py": (H, ["../../main/resources/dev/assay/harness/model/family"], None),
    M + "golden_diversity.py": (M, [], "../resources/golden/diversity.json"),
    M + "golden_metrics.py": (M, [], "../resources/golden/metrics.json"),
    M + "golden_objects.py": (M, ["../resources/golden/objects.json", "../../../../harness/src/test/resources/onnx/tagger"], None),
    M + "golden_preference.py": (M, [], "../resources/golden/preference.json"),
    M + "golden_soft_tifa.py": (M, [], "../resources/golden/soft_tifa.json"),
    S + "make_standins.py": (S, ["../resources/standins"], None),
    S + "stand_in_yolox.py": (S, ["../resources/objects/yolox_l.onnx"], None),
    C + "label_questions.py": (C, ["../judge"], None),
    C + "make_tokenizer.py": (C, ["../base/tokenizer"], None),
}
SHORT = ["--pool", "200", "--threads", "2"]
# These only have to come to their end: trainings, cut short, and scripts for figures. {scratch} is an empty folder.
RUNS = {
    C + "scenes.py": (C, ["{scratch}/sheet.png"]),
    C + "train_base.py": (C, ["continue", "../base", "{scratch}", "--pool", "300", "--scale", "0.002", "--threads", "2"]),
    C + "train_lora.py": (C, ["sound", "2"]),
    C + "distil_lora.py": (C, ["2"]),
    C + "train_clip.py": (C, ["--out", "{scratch}", "--weights", "{scratch}/w", "--steps", "2", "--no-measure", *SHORT]),
    C + "train_detector.py": (C, ["--out", "{scratch}", "--weights", "{scratch}/w.pt", "--steps", "2", "--no-measure", *SHORT]),
    C + "train_shapes.py": (C, ["--out", "{scratch}", "--weights", "{scratch}/w.pt", "--steps", "2", "--no-measure", *SHORT]),
    C + "train_pose.py": (C, ["--out", "{scratch}", "--weights", "{scratch}", "--minutes", "0.02", "--person-minutes", "0.02", "--no-measure", *SHORT]),
    H + "make_sd15.py": (".", ["{big}"]),
    H + "full_encoders.py": (".", ["{big}", "clip-l14"]),
    H + "bench_diffusers.py": (".", ["suites/microcosm/base", "{classpath}", "--pictures", "1"]),
    H + "bench_encoders.py": (".", ["{big}/clip-l14", "{classpath}", "--rounds", "1", "--warmup", "1"]),
}
MODULES = {H + "ldm_layout.py", C + "pictures.py"}  # the others import them
NODES = ("integrations/comfyui/", "suites/src/test/python/comfyui_microcosm/")  # run inside of ComfyUI, make nothing; Java tests try them

# Packages that a library asks for only while it works.
LATE = {H + "golden_clip_onnx.py": ["onnx", "onnxscript"], H + "golden_siglip.py": ["google"]}

# Fields of JSON that name versions, or how a library was called.
NOISE = {"source", "_diffusers_version", "transformers_version", "is_local", "local_files_only", "max_length", "pad_to_multiple_of",
         "pad_token_type_id", "padding_side", "stride", "truncation_side", "truncation_strategy"}


def scripts() -> set[str]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return {s for s in listed if not s.startswith((".ci/", *NODES))}


def lacking(script: Path) -> list[str]:
    """Packages that a script imports, itself or through its neighbours, and that are not installed."""
    names, seen, queue = set(LATE.get(str(script.relative_to(ROOT)), [])), set(), [script]
    while queue:
        file = queue.pop()
        seen.add(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found = ([a.name for a in node.names] if isinstance(node, ast.Import)
                     else [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else [])
            for name in (n.split(".")[0] for n in found):
                neighbour = file.parent / f"{name}.py"
                if neighbour.exists() and neighbour not in seen:
                    queue.append(neighbour)
                elif not neighbour.exists() and name not in {"comfy", "nodes", "folder_paths"}:
                    names.add(name)
    return sorted(n for n in names if importlib.util.find_spec(n) is None)


def near(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= 2e-6 + 5e-4 * max(abs(a), abs(b))


def same_tree(a, b, where="") -> str | None:
    """Where two values of JSON differ; None where they do not."""
    if isinstance(a, dict) and isinstance(b, dict):
        a, b = ({k: v for k, v in d.items() if k not in NOISE} for d in (a, b))
        if set(a) != set(b):
            return f"{where}: {sorted(set(a) ^ set(b))[:4]}"
        return next((d for k in a
                     if (d := same_tree(a[k], b[k], f"{where}/{k}"))), None)
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return f"{where}: {len(a)} and {len(b)} entries"
        return next((d for i, (x, y) in enumerate(zip(a, b)) if (d := same_tree(x, y, f"{where}/{i}"))), None)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
        return None if near(a, b) else f"{where}: {a} and {b}"
    return None if a == b else f"{where}: {str(a)[:40]!r} and {str(b)[:40]!r}"


def same_tensors(a: dict, b: dict) -> str | None:
    if set(a) != set(b):
        return f"tensors {sorted(set(a) ^ set(b))[:4]}"
    for name in a:
        x, y = a[name], b[name]
        if x.shape != y.shape or x.dtype != y.dtype:
            return f"{name}: {x.dtype} {tuple(x.shape)} and {y.dtype} {tuple(y.shape)}"
        if x.numel() and not x.double().sub(y.double()).abs().max() <= 1e-5 + 2e-3 * y.double().abs().max():
            return f"{name}: values differ by {float(x.double().sub(y.double()).abs().max()):.3g}"
    return None


def flat(value, name="") -> dict:
    """The tensors of what torch.load gives."""
    import torch
    if isinstance(value, torch.Tensor):
        return {name: value}
    if isinstance(value, dict):
        return {k: t for key, v in value.items() for k, t in flat(v, f"{name}/{key}").items()}
    return {}


def same_onnx(a: bytes, b: bytes) -> str | None:
    import onnx
    import torch
    graphs = [onnx.load_model_from_string(x).graph for x in (a, b)]
    shapes = [[(n.op_type, list(n.input), list(n.output)) for n in g.node] for g in graphs]
    if shapes[0] != shapes[1]:
        return "nodes differ"
    return same_tensors(*({t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in g.initializer} for g in graphs))


def differs(made: Path, kept: Path) -> str | None:
    """What a made file has other than the committed one; None for nothing."""
    a, b = made.read_bytes(), kept.read_bytes()
    if a == b:
        return None
    kind = kept.suffix
    if kind == ".gz":
        a, b = gzip.decompress(a), gzip.decompress(b)
        kind = kept.with_suffix("").suffix
        if a == b:
            return None
    try:
        if kind == ".json":
            return same_tree(json.loads(a), json.loads(b))
        if kind == ".safetensors":
            from safetensors.torch import load
            return same_tensors(load(a), load(b))
        if kind in (".pt", ".pth", ".tar"):
            import torch
            x, y = (torch.load(io.BytesIO(v), weights_only=False, map_location="cpu") for v in (a, b))
            return same_tensors(flat(x), flat(y))
        if kind == ".onnx":
            return same_onnx(a, b)
        if kind == ".png":
            from PIL import Image
            x, y = (Image.open(io.BytesIO(v)).convert("RGB") for v in (a, b))
            return None if x.tobytes() == y.tobytes() else "pixels differ"
        if kind in (".txt", ".csv", ".md"):
            x, y = ([t for line in v.decode().splitlines() if not line.startswith("#") for t in line.split()] for v in (a, b))
            numbers = re.compile(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?")
            if len(x) != len(y):
                return f"{len(x)} and {len(y)} words"
            return next((f"{p} and {q}" for p, q in zip(x, y) if p != q
                         and not (numbers.fullmatch(p) and numbers.fullmatch(q) and near(float(p), float(q)))), None)
    except Exception as trouble:  # a file that its own format's reader refuses differs
        return f"cannot be read: {trouble}"
    return f"{len(a)} and {len(b)} bytes"


def states(folder: Path) -> dict[Path, tuple[int, int]]:
    return {f: (f.stat().st_mtime_ns, f.stat().st_size) for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts}


def run(script: str, work: Path, values: dict[str, str]) -> tuple[str, str]:
    """What became of a script: ok, FAILED, DIFFERS or not tried, and why."""
    folder, arguments, printed = GOLDEN[script] if script in GOLDEN else (*RUNS[script], None)
    missing = lacking(ROOT / script)
    if missing:
        return "not tried", "packages: " + ", ".join(missing)
    needed = re.findall(r"{(\w+)}", " ".join(arguments))
    absent = [n for n in needed if not values.get(n)]
    if absent:
        return "not tried", "options: " + ", ".join(f"--{n}" for n in absent)
    filled = [a.format(**values) for a in arguments]
    before = states(work)
    command = [sys.executable, str(work / script), *filled]
    environment = dict(os.environ, HF_HUB_OFFLINE="1" if "hub_layout" not in script else "", HF_HUB_DISABLE_XET="1", PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(command, cwd=work / folder, capture_output=True, text=True, env=environment, timeout=3600)
    if done.returncode:
        return "FAILED", (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1][:200]
    if printed:
        (work / folder / printed).write_text(done.stdout, encoding="utf-8")
    changed = [f for f, state in states(work).items() if before.get(f) != state]
    troubles = []
    for file in changed:
        kept = ROOT / file.relative_to(work)
        if script in GOLDEN:
            trouble = differs(file, kept) if kept.exists() else "is not committed"
            if trouble:
                troubles.append(f"{file.relative_to(work)}: {trouble}")
        if kept.exists():
            shutil.copy2(kept, file)  # what follows starts from what is committed
        else:
            file.unlink()
    if script in GOLDEN and not changed:
        return "FAILED", "it wrote nothing"
    return ("DIFFERS", f"{len(troubles)} of {len(changed)} files: " + "; ".join(troubles)[:400]) if troubles else ("ok", f"{len(changed)} files")


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*")
    p.add_argument("--big", action="store_true")
    p.add_argument("--comfyui", type=Path)
    p.add_argument("--real", type=Path)
    p.add_argument("--zoo", type=Path)
    p.add_argument("--templates", type=Path)
    p.add_argument("--classpath", type=Path)
    options = p.parse_args()
    known = set(GOLDEN) | set(RUNS) | MODULES
    if known != scripts():
        print("not in the table of .ci/recipes.py, or not there:", *sorted(known ^ scripts()))
        return 1
    wanted = [s for s in sorted(GOLDEN) + list(RUNS) if not options.names or any(n in s for n in options.names)]
    if not wanted:
        print("no script is called", *options.names)
        return 1
    outcomes = []
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch, "assay")
        for file in subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
            if file.startswith(("harness/src/", "metrics/src/", "suites/")) and not file.endswith(".java"):
                (work / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, work / file)
        big = Path(scratch, "big")
        big.mkdir()
        for script in wanted:
            out = Path(tempfile.mkdtemp(dir=scratch))
            values = {"scratch": str(out), "big": str(big) if options.big else "",
                      "comfyui": str(options.comfyui.resolve()) if options.comfyui else "",
                      "real": str(options.real.resolve()) if options.real else "",
                      "zoo": str(options.zoo.resolve()) if options.zoo else "",
                      "templates": str(options.templates.resolve()) if options.templates else "",
                      "classpath": options.classpath.read_text().strip() if options.classpath else ""}
            start = time.monotonic()
            try:
                outcome, why = run(script, work, values)
            except subprocess.TimeoutExpired:
                outcome, why = "FAILED", "was still at work after an hour"
            outcomes.append(outcome)
            print(f"{outcome:10} {script:52} {time.monotonic() - start:6.1f} s  {why}", flush=True)
    print(", ".join(f"{outcomes.count(o)} {o}" for o in ("ok", "FAILED", "DIFFERS", "not tried")))
    return 1 if {"FAILED", "DIFFERS"} & set(outcomes) else 2 if "not tried" in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
