"""Trains the detector of shapes and people that checks objects, colours and relations in the microcosm.

    python train_shapes.py                  writes ../shapes (some 20 minutes on one core)
    python train_shapes.py --steps 0 --init weights/shapes.pt     only exports and measures again

The network, its training and its export are those of train_detector.py, smaller and with other classes:
`output0` is [N, 4 + 5, 1024] with the scores of circle, square, triangle, star, person. Colours are no classes:
whoever asks for them looks at the pixels in the box.

Written: detector.onnx, metrics.json, golden.json and golden/; and the weights to weights/shapes.pt, which using it
does not need.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from pictures import draw_pool, reconstruct, to_float
from scenes import COLOURS, SHAPES, SIZE, UNNAMED_GROUND, BACKGROUNDS, Pen, Scene, Shape, _clip, caption, draw_shape, jitter, \
    random_spec, render
from train_detector import IOU, Boxes, Detector, Yolo, decode, export, generate, iou, outputs, train

HERE = Path(__file__).resolve().parent
NAMES = [*SHAPES, "person"]
THRESHOLDS = [.4] * len(NAMES)
WIDTHS = (24, 36, 52, 64)


# ---------------------------------------------------------------- scenes

def training_scene(rng: random.Random) -> Scene:
    """All that the world shows, figures right and wrong too, and shapes strewn at random."""
    if rng.random() < .2:
        return strewn(rng)
    kind = rng.choices(["pair", "single", "many", "figure", "people"], [.37, .2, .18, .21, .04])[0]
    return render(random_spec(rng, kind=kind, arms=[1, 2, 2, 2, 3], legs=[1, 2, 2, 2, 3], outline=rng.random() < .3), rng)


def strewn(rng: random.Random) -> Scene:
    """One to six shapes of any kind, colour and size that hardly touch, so that no count and no place is learned by heart."""
    scene = render(random_spec(rng, kind="single"), rng)  # for its caption's sake only
    ground = jitter(rng, rng.choice([UNNAMED_GROUND, *BACKGROUNDS.values()]), 14)
    pen, shapes = Pen(ground, rng.uniform(1.3, 1.6) if rng.random() < .3 else 0.), []
    for _ in range(rng.randint(1, 6)):
        r = rng.uniform(7, 13)
        x, y = rng.uniform(r * .8, SIZE - r * .8), rng.uniform(r * .8, SIZE - r * .8)
        if all(abs(x - (s.box[0] + s.box[2]) / 2) > r + 9 or abs(y - (s.box[1] + s.box[3]) / 2) > r + 9 for s in shapes):
            name, colour = rng.choice(SHAPES), rng.choice(list(COLOURS))
            shapes.append(Shape(name, colour, _clip(draw_shape(pen, name, jitter(rng, COLOURS[colour]), x, y, r))))
    scene.image, scene.objects = pen.picture(), shapes
    return scene


def truth(scene: Scene) -> Boxes:
    return [(NAMES.index(o.shape), o.box) for o in scene.objects] + [(NAMES.index("person"), p.box) for p in scene.people]


# ---------------------------------------------------------------- measuring

def any_scene(rng: random.Random) -> Scene:
    return render(random_spec(rng, kind=rng.choice(["pair", "pair", "single", "many", "figure"])), rng)


def outlined(rng: random.Random) -> Scene:
    return render(random_spec(rng, kind=rng.choice(["pair", "pair", "single", "many", "figure"]), outline=True), rng)


def counts(found: list) -> list[int]:
    return [sum(f[0] == kind for f in found) for kind in range(len(NAMES))]


def measure(raw: np.ndarray, scenes: list[Scene]) -> dict:
    """Recall, false alarms and overlap per class, matched greedily at IoU 0.5; share of pictures with all counts right."""
    true, hit, false, ious = ([0] * len(NAMES) for _ in range(4))
    right = 0
    for output, scene in zip(raw, scenes):
        left, found = truth(scene), decode(output, THRESHOLDS)
        right += counts(found) == counts(left)
        for k, _ in left:
            true[k] += 1
        for kind, _, box in found:
            best = max((t for t in left if t[0] == kind), key=lambda t: iou(t[1], box), default=None)
            if best and iou(best[1], box) >= .5:
                left.remove(best)
                hit[kind] += 1
                ious[kind] += iou(best[1], box)
            else:
                false[kind] += 1
    return {"pictures": len(scenes), "all counts right": round(right / len(scenes), 4),
            **{name: {"true": true[k], "recall": round(hit[k] / max(1, true[k]), 4), "false alarms": false[k],
                      "mean IoU": round(ious[k] / max(1, hit[k]), 3)} for k, name in enumerate(NAMES)}}


def measure_generated(model: Yolo, base: Path, seed: int, count: int = 240) -> dict[str, float]:
    """Counts in pictures by the base model, which are not always right themselves."""
    rng = random.Random(seed)
    specs = [random_spec(rng, kind=rng.choice(["pair", "pair", "single", "many", "figure"])) for _ in range(count)]
    pictures = generate(base, [caption(s) for s in specs], seed)
    right = [counts(decode(o, THRESHOLDS)) == counts(truth(render(s, rng))) for o, s in zip(outputs(model, pictures), specs)]
    return {"pictures": count, "all counts right": round(float(np.mean(right)), 4),
            **{kind: round(float(np.mean([r for r, s in zip(right, specs) if s.kind == kind])), 4)
               for kind in ("single", "pair", "many", "figure")}}


def measure_all(model: Yolo, base: Path, seed: int) -> dict:
    report: dict = {"thresholds": dict(zip(NAMES, THRESHOLDS))}
    for name, make in (("", any_scene), ("outlined, ", outlined), ("strewn, ", strewn)):
        pictures, scenes = draw_pool(make, 600, seed + 71)
        report[name + "plain"] = measure(outputs(model, pictures), scenes)
        report[name + "through the VAE, latents noised"] = measure(outputs(model, reconstruct(base / "vae", pictures, 2)), scenes)
    report["generated by the base model"] = measure_generated(model, base, seed + 74)
    return report


def write_golden(folder: Path, vae: Path) -> None:
    """Pictures and what onnxruntime finds in them."""
    import onnxruntime

    rng = random.Random(5)
    scenes = [render(random_spec(rng, kind=kind), rng) for kind in ("pair", "many", "single", "figure", "pair")] + [strewn(rng)]
    pictures = np.stack([np.asarray(s.image) for s in scenes])
    pictures[4:] = reconstruct(vae, pictures[4:], 1)
    shutil.rmtree(folder / "golden", ignore_errors=True)
    (folder / "golden").mkdir()
    session = onnxruntime.InferenceSession(str(folder / "detector.onnx"), providers=["CPUExecutionProvider"])
    rows = []
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"golden/{i}.png")
        found = decode(session.run(None, {"images": to_float(picture[None]).numpy()})[0][0], THRESHOLDS)
        rows.append({"image": f"golden/{i}.png", "counts": dict(zip(NAMES, counts(found))),
                     "boxes": [{"class": NAMES[k], "score": round(s, 6), "box": [round(v, 4) for v in b]} for k, s, b in found]})
    (folder / "golden.json").write_text(json.dumps({
        "note": "onnxruntime; score > threshold, NMS per class; boxes are left, top, right, bottom in pixels",
        "thresholds": dict(zip(NAMES, THRESHOLDS)), "nms_iou": IOU, "pictures": rows}, indent=1) + "\n")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", type=Path, default=HERE / "../shapes")
    p.add_argument("--base", type=Path, default=HERE / "../base")
    p.add_argument("--init", type=Path, help="start from these weights")
    p.add_argument("--weights", type=Path, default=HERE / "weights/shapes.pt", help="where the weights are kept")
    p.add_argument("--pool", type=int, default=16000)
    p.add_argument("--reconstructed", type=float, default=.25, help="share of the pool that goes through the VAE")
    p.add_argument("--steps", type=int, default=1500)
    p.add_argument("--minutes", type=float, default=60, help="end the training after so many minutes at the latest")
    p.add_argument("--batch", type=int, default=48)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    p.add_argument("--measure", action=argparse.BooleanOptionalAction, default=True)
    options = p.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    options.weights.parent.mkdir(parents=True, exist_ok=True)
    model = Detector(WIDTHS, len(NAMES))
    if options.init:
        model.load_state_dict(torch.load(options.init))
    parameters = sum(q.numel() for q in model.parameters())
    print(f"{parameters / 1e6:.2f} M parameters", flush=True)
    steps, seconds = 0, 0.
    if options.steps:
        pictures, scenes = draw_pool(training_scene, options.pool, options.seed)
        again = int(options.pool * options.reconstructed)
        pictures[:again] = reconstruct(options.base / "vae", pictures[:again], options.seed)
        print("pool ready", flush=True)
        steps, seconds = train(model, pictures, [truth(s) for s in scenes], options)
        torch.save(model.state_dict(), options.weights)
    yolo = Yolo(model.eval().to(memory_format=torch.contiguous_format)).eval()
    difference = export(yolo, options.out, NAMES, THRESHOLDS, "Assay microcosm detector of shapes and people")
    print("onnxruntime against torch, largest difference:", difference, flush=True)
    write_golden(options.out, options.base / "vae")
    report = {"parameters": parameters, "steps": steps, "batch": options.batch, "seed": options.seed,
              "training_seconds": round(seconds), "onnxruntime_difference": difference,
              **(measure_all(yolo, options.base, options.seed) if options.measure else {})}
    (options.out / "metrics.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
