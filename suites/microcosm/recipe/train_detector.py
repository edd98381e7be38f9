"""Trains the detector of people, hands and feet that counts limbs in the microcosm.

    python train_detector.py                writes ../detector (some 35 minutes on one core)
    python train_detector.py --steps 0 --init weights/detector.pt     only exports and measures again

A small convolutional network finds centres (a heat map per class on a 32x32 grid)
and the box around each. It is exported with the output of a YOLOv8 detection
head: `output0` is [N, 4 + 3, 1024], rows cx, cy, w, h in input pixels and then
one score in [0, 1] per class (person, hand, foot). Scores of cells that are not the
greatest of their 3x3 neighbourhood are already 0; a consumer keeps scores over a
threshold and applies NMS per class (IoU 0.5).

Written: detector.onnx, metrics.json, golden.json and golden/; and the weights to
weights/detector.pt, which using it does not need.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFilter
from torch import nn

from pictures import draw_pool, reconstruct, roughen, to_float
from scenes import COLOURS, SHOE, SIZE, SKINS, TROUSERS, Box, Person, Scene, caption, jitter, random_spec, render

HERE = Path(__file__).resolve().parent
NAMES = ["person", "hand", "foot"]
STRIDE = 2
GRID = SIZE // STRIDE
IOU = .5
THRESHOLDS = [.5, .35, .35]  # recommended, per class
Boxes = list[tuple[int, Box]]  # class and box


# ---------------------------------------------------------------- scenes

def training_scene(rng: random.Random) -> Scene:
    """Figures right and wrong, with and without hands and feet, some tips hidden; and shapes alone."""
    kind = rng.choices(["figure", "people", "pair", "single", "many"], [.62, .13, .1, .07, .08])[0]
    scene = render(random_spec(rng, kind=kind, arms=[0, 1, 1, 2, 2, 2, 2, 2, 3, 3], legs=[1, 1, 2, 2, 2, 2, 3, 3],
                               hands=rng.random() < .94, feet=rng.random() < .92, outline=rng.random() < .3), rng)
    if rng.random() < .45:
        for person in scene.people:
            smudge_tips(scene.image, person, rng)
    if scene.people and rng.random() < .15:
        hide_a_tip(scene, rng)
    return scene


def smudge_tips(image: Image.Image, person: Person, rng: random.Random) -> None:
    """Repaints some hands and feet the way a generator misses them: soft, in a wrong shade, a little off.
    They still are hands and feet."""
    for tips, shades in ((person.hands, SKINS), (person.feet, [SHOE, *TROUSERS])):
        for left, top, right, bottom in tips:
            if rng.random() < .5:
                continue
            shade, stray = rng.choice(shades), rng.choice([COLOURS[person.shirt], *COLOURS.values()])
            share = rng.uniform(0, .6) * (rng.random() < .6)
            colour = jitter(rng, tuple(round(a + share * (b - a)) for a, b in zip(shade, stray)))
            x, y = (left + right) / 2 + rng.uniform(-.7, .7), (top + bottom) / 2 + rng.uniform(-.7, .7)
            r = (right - left) / 2 * rng.uniform(.75, 1.1)
            mask = Image.new("L", (SIZE * 4,) * 2)
            ImageDraw.Draw(mask).ellipse([(x - r) * 4, (y - r) * 4, (x + r) * 4, (y + r) * 4], fill=rng.randint(150, 255))
            mask = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0, 6))).resize((SIZE, SIZE), Image.BOX)
            image.paste(Image.new("RGB", (SIZE, SIZE), colour), (0, 0), mask)


def hide_a_tip(scene: Scene, rng: random.Random) -> None:
    """Draws a shape over a hand or foot and takes it, and others well behind the shape, from the truth."""
    tips = [b for p in scene.people for b in p.hands + p.feet]
    if not tips:
        return
    left, top, right, bottom = rng.choice(tips)
    x, y, r = (left + right) / 2, (top + bottom) / 2, rng.uniform(5.5, 9)
    mask = Image.new("L", (SIZE * 4,) * 2)
    box = [(x - r) * 4, (y - r) * 4, (x + r) * 4, (y + r) * 4]
    draw = ImageDraw.Draw(mask)
    (draw.ellipse if rng.random() < .5 else draw.rectangle)(box, fill=255)
    cover = Image.new("RGB", (SIZE, SIZE), jitter(rng, rng.choice(list(COLOURS.values()))))
    scene.image.paste(cover, (0, 0), mask.resize((SIZE, SIZE), Image.LANCZOS))
    for p in scene.people:
        p.hands = [b for b in p.hands if not _hidden(b, x, y, r)]
        p.feet = [b for b in p.feet if not _hidden(b, x, y, r)]


def _hidden(box: Box, x: float, y: float, r: float) -> bool:
    return math.hypot((box[0] + box[2]) / 2 - x, (box[1] + box[3]) / 2 - y) < r


def truth(people: list[Person]) -> Boxes:
    """Boxes of at least 2 pixels each way, so that a tip cut off by the border is not asked for."""
    every = [(0, p.box) for p in people] + [(1, b) for p in people for b in p.hands] + [(2, b) for p in people for b in p.feet]
    return [(k, b) for k, b in every if min(b[2] - b[0], b[3] - b[1]) >= 2]


# ---------------------------------------------------------------- network

class Block(nn.Sequential):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Detector(nn.Module):
    """Down to 4x4 and up again to 32x32, with skips."""

    def __init__(self, widths: tuple[int, ...] = (32, 48, 72, 80), classes: int = len(NAMES)) -> None:
        super().__init__()
        self.classes = classes
        a, b, c, d = widths
        self.start = nn.Sequential(Block(3, a, 2), Block(a, a))          # 32x32
        self.down1 = nn.Sequential(Block(a, b, 2), Block(b, b))          # 16x16
        self.down2 = nn.Sequential(Block(b, c, 2), Block(c, c))          # 8x8
        self.down3 = nn.Sequential(Block(c, d, 2), Block(d, d))          # 4x4
        self.side2, self.side1, self.side0 = (nn.Conv2d(d, c, 1), nn.Conv2d(c, b, 1), nn.Conv2d(b, a, 1))
        self.up2, self.up1, self.up0 = Block(c, c), Block(b, b), Block(a, a)
        self.heat, self.sides = (nn.Sequential(Block(a, a), nn.Conv2d(a, n, 1)) for n in (classes, 4))
        nn.init.constant_(self.heat[1].bias, -4.)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Heat logits [N, classes, 32, 32]; distances from the cell's middle to the box sides, in pixels, [N, 4, 32, 32]."""
        def twice(x: torch.Tensor) -> torch.Tensor:
            return F.interpolate(x, scale_factor=2., mode="nearest")

        f0 = self.start(pictures * 2 - 1)
        f1 = self.down1(f0)
        f2 = self.down2(f1)
        f3 = self.down3(f2)
        x = self.up2(f2 + twice(self.side2(f3)))
        x = self.up1(f1 + twice(self.side1(x)))
        x = self.up0(f0 + twice(self.side0(x)))
        return self.heat(x), F.softplus(self.sides(x)) * 4


class Yolo(nn.Module):
    """The detector with the output of a YOLOv8 head."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector
        at = (torch.arange(GRID) + .5) * STRIDE
        self.register_buffer("x", at.view(1, 1, GRID).expand(1, GRID, GRID).clone())
        self.register_buffer("y", at.view(1, GRID, 1).expand(1, GRID, GRID).clone())

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        heat, sides = self.detector(images)
        score = heat.sigmoid()
        peak = (score == F.max_pool2d(score, 3, 1, 1)).float() * score
        left, top, right, bottom = sides[:, 0], sides[:, 1], sides[:, 2], sides[:, 3]
        box = torch.stack([self.x + (right - left) / 2, self.y + (bottom - top) / 2, left + right, top + bottom], 1)
        return torch.cat([box, peak], 1).flatten(2)


# ---------------------------------------------------------------- training

def targets(lines: list[Boxes], classes: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Heat [N, classes, G, G], side distances [N, 4, G, G] and their weights [N, 1, G, G]."""
    n = len(lines)
    heat, sides, weight = (np.zeros((n, k, GRID, GRID), np.float32) for k in (classes, 4, 1))
    at = (np.arange(GRID, dtype=np.float32) + .5) * STRIDE
    for i, line in enumerate(lines):
        for kind, (left, top, right, bottom) in sorted(line):  # people first: tips overrule them where they meet
            x, y = (left + right) / 2, (top + bottom) / 2
            column, row = (min(GRID - 1, int(v / STRIDE)) for v in (x, y))
            sx, sy = (max(1.3, .11 * v) for v in (right - left, bottom - top))
            hill = np.exp(-(at[None, :] - at[column]) ** 2 / (2 * sx * sx) - (at[:, None] - at[row]) ** 2 / (2 * sy * sy))
            heat[i, kind] = np.maximum(heat[i, kind], hill)
            rows, columns = slice(max(0, row - 1), row + 2), slice(max(0, column - 1), column + 2)
            for k, value in enumerate((at[None, :] - left, at[:, None] - top, right - at[None, :], bottom - at[:, None])):
                sides[i, k, rows, columns] = np.broadcast_to(value, (GRID, GRID))[rows, columns]
            weight[i, 0, rows, columns] = hill[rows, columns]
    return torch.from_numpy(heat), torch.from_numpy(sides).clamp_(min=.05), torch.from_numpy(weight)


def heat_loss(logits: torch.Tensor, heat: torch.Tensor) -> torch.Tensor:
    """The focal loss of CenterNet."""
    p = logits.sigmoid().clamp(1e-5, 1 - 1e-5)
    peak = heat >= .999
    right = ((1 - p) ** 2 * p.log())[peak].sum()
    wrong = ((1 - heat) ** 4 * p ** 2 * (1 - p).log())[~peak].sum()
    return -(right + wrong) / peak.sum().clamp(min=1)


def box_loss(made: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """1 - IoU plus a little of the plain distance, both boxes told from the same cell."""
    smaller = torch.minimum(made, wanted)
    both = (smaller[:, 0] + smaller[:, 2]) * (smaller[:, 1] + smaller[:, 3])
    area = [(b[:, 0] + b[:, 2]) * (b[:, 1] + b[:, 3]) for b in (made, wanted)]
    iou = both / (area[0] + area[1] - both)
    return ((1 - iou + .05 * (made - wanted).abs().sum(1)) * weight[:, 0]).sum() / weight.sum().clamp(min=1)


def move(x: torch.Tensor, lines: list[Boxes], rng: random.Random) -> tuple[torch.Tensor, list[Boxes]]:
    """Mirrors, scales and shifts pictures and boxes."""
    matrices, moved = [], []
    for line in lines:
        mirror, scale = rng.choice([1, -1]), rng.uniform(.88, 1.12)
        dx, dy = rng.uniform(-3, 3), rng.uniform(-3, 3)
        matrices.append([[mirror / scale, 0, -mirror * 2 * dx / SIZE / scale], [0, 1 / scale, -2 * dy / SIZE / scale]])
        half, out = SIZE / 2, []
        for kind, (left, top, right, bottom) in line:
            xs = sorted((v - half) * mirror * scale + half + dx for v in (left, right))
            ys = [(v - half) * scale + half + dy for v in (top, bottom)]
            box = (max(0., xs[0]), max(0., ys[0]), min(float(SIZE), xs[1]), min(float(SIZE), ys[1]))
            if min(box[2] - box[0], box[3] - box[1]) >= 2:
                out.append((kind, box))
        moved.append(out)
    grid = F.affine_grid(torch.tensor(matrices), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False), moved


def recolour(x: torch.Tensor) -> torch.Tensor:
    """A slight change of each colour channel."""
    n = len(x)
    return (x * torch.empty(n, 3, 1, 1).uniform_(.9, 1.1) + torch.empty(n, 3, 1, 1).uniform_(-.04, .04)).clamp(0, 1)


def train(model: Detector, pictures: np.ndarray, truths: list[Boxes], options: argparse.Namespace) -> tuple[int, float]:
    """Returns the steps made and the seconds they took."""
    rng, started, done, mean = random.Random(options.seed), time.time(), 0, None
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=.01)
    model.train().to(memory_format=torch.channels_last)
    for step in range(options.steps):
        way = max(step / options.steps, (time.time() - started) / (60 * options.minutes))
        if way >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 200) * (.01 + .99 * .5 * (1 + math.cos(math.pi * way)))
        rows = [rng.randrange(len(truths)) for _ in range(options.batch)]
        x, lines = move(to_float(pictures[rows]), [truths[r] for r in rows], rng)
        heat, sides, weight = targets(lines, model.classes)
        x = roughen(recolour(x)).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            made_heat, made_sides = model(x)
        loss = heat_loss(made_heat.float(), heat) + box_loss(made_sides.float(), sides, weight)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.)
        optimiser.step()
        done = step + 1
        mean = loss.item() if mean is None else .98 * mean + .02 * loss.item()
        if done % 100 == 0:
            print(f"{done:6d} loss {mean:.3f} {time.time() - started:.0f} s", flush=True)
        if done % 500 == 0:
            torch.save(model.state_dict(), options.weights)
    return done, time.time() - started


# ---------------------------------------------------------------- reading the output

def iou(a: Box, b: Box) -> float:
    both = max(0., min(a[2], b[2]) - max(a[0], b[0])) * max(0., min(a[3], b[3]) - max(a[1], b[1]))
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def decode(output: np.ndarray, thresholds: list[float]) -> list[tuple[int, float, Box]]:
    """Class, score and box of every find in one picture's [4 + classes, A] output, best first."""
    found: list[tuple[int, float, Box]] = []
    for kind, threshold in enumerate(thresholds):
        score = output[4 + kind]
        kept: list[tuple[int, float, Box]] = []
        for at in sorted(np.flatnonzero(score > threshold), key=lambda k: -score[k]):
            cx, cy, w, h = (float(v) for v in output[:4, at])
            box = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
            if all(iou(box, b) <= IOU for _, _, b in kept):
                kept.append((kind, float(score[at]), box))
        found += kept
    return sorted(found, key=lambda f: -f[1])


def outputs(model: nn.Module, pictures: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return torch.cat([model(to_float(pictures[i:i + 128])) for i in range(0, len(pictures), 128)]).numpy()


# ---------------------------------------------------------------- measuring

def right_figure(rng: random.Random) -> Scene:
    return render(random_spec(rng, kind="figure"), rng)


def any_scene(rng: random.Random) -> Scene:
    """A figure right or wrong, two people or shapes, in equal parts."""
    kind = rng.choice(["figure", "figure", "people", rng.choice(["pair", "single", "many"])])
    return render(random_spec(rng, kind=kind, arms=[1, 2, 2, 3], legs=[1, 2, 2, 3]), rng)


class Defect:
    """Makes figures with the given number of arms and legs."""

    def __init__(self, arms: int, legs: int) -> None:
        self.arms, self.legs = arms, legs

    def __call__(self, rng: random.Random) -> Scene:
        return render(random_spec(rng, kind="figure", arms=self.arms, legs=self.legs), rng)


class Outlined:
    def __init__(self, make) -> None:
        self.make = make

    def __call__(self, rng: random.Random) -> Scene:
        return render(replace(self.make(rng).spec, outline=True), rng)


DEFECTS = {"3 arms": Defect(3, 2), "3 legs": Defect(2, 3), "1 arm": Defect(1, 2), "1 leg": Defect(2, 1)}


def counts(found: list[tuple[int, float, Box]]) -> list[int]:
    return [sum(k == kind for k, _, _ in found) for kind in range(len(NAMES))]


def wanted_counts(scene: Scene) -> list[int]:
    return [sum(k == kind for k, _ in truth(scene.people)) for kind in range(len(NAMES))]


def close_tips(scene: Scene, distance: float = 3.) -> bool:
    """Two hands, or two feet, that lie all but on top of each other: nobody can count those."""
    for tips in ([b for p in scene.people for b in p.hands], [b for p in scene.people for b in p.feet]):
        for i, a in enumerate(tips):
            for b in tips[:i]:
                if math.hypot((a[0] + a[2] - b[0] - b[2]) / 2, (a[1] + a[3] - b[1] - b[3]) / 2) < distance:
                    return True
    return False


def measure_boxes(raw: np.ndarray, scenes: list[Scene], thresholds: list[float]) -> dict[str, dict]:
    """Recall and false alarms per class, found and true boxes matched greedily at IoU 0.5 (tips: 0.35)."""
    true, hit, false, ious = ([0] * 3 for _ in range(4))
    for output, scene in zip(raw, scenes):
        left = truth(scene.people)
        for k, _ in left:
            true[k] += 1
        for kind, _, box in decode(output, thresholds):
            best = max((t for t in left if t[0] == kind), key=lambda t: iou(t[1], box), default=None)
            if best and iou(best[1], box) >= (.5 if kind == 0 else .35):
                left.remove(best)
                hit[kind] += 1
                ious[kind] += iou(best[1], box)
            else:
                false[kind] += 1
    return {NAMES[k]: {"true": true[k], "recall": round(hit[k] / max(1, true[k]), 4), "false alarms": false[k],
                       "mean IoU": round(ious[k] / max(1, hit[k]), 3)} for k in range(3)}


def measure_counts(raw: np.ndarray, scenes: list[Scene], thresholds: list[float]) -> dict[str, float]:
    """Share of pictures with exactly the right number of people, hands and feet, and of all three."""
    rows = [[a == b for a, b in zip(counts(decode(o, thresholds)), wanted_counts(s))] for o, s in zip(raw, scenes)]
    share = np.mean(rows, axis=0)
    return {"pictures": len(rows), **{n: round(float(v), 4) for n, v in zip(("people", "hands", "feet"), share)},
            "all": round(float(np.mean([all(r) for r in rows])), 4)}


def good_thresholds(raw: np.ndarray, scenes: list[Scene]) -> dict[str, list[float]]:
    """Per class the least and the greatest threshold within 0.5 % of the best share of right counts."""
    out = {}
    for kind in range(len(NAMES)):
        steps = [round(.1 + .02 * k, 2) for k in range(36)]
        share = []
        for t in steps:
            only = [2.] * len(NAMES)
            only[kind] = t
            share.append(np.mean([counts(decode(o, only))[kind] == wanted_counts(s)[kind] for o, s in zip(raw, scenes)]))
        good = [t for t, v in zip(steps, share) if v >= max(share) - .005]
        out[NAMES[kind]] = [min(good), max(good)]
    return out


def measure_all(model: Yolo, base: Path, seed: int) -> dict:
    vae = base / "vae"
    thresholds = THRESHOLDS
    report: dict = {"thresholds": dict(zip(NAMES, thresholds)), "boxes": {}, "right figures": {}, "defects": {}}
    mixed, mixed_scenes = draw_pool(any_scene, 600, seed + 70)
    report["good thresholds"] = good_thresholds(outputs(model, reconstruct(vae, mixed, 1)), mixed_scenes)
    test, test_scenes = draw_pool(any_scene, 600, seed + 71)
    for name, p in (("plain", test), ("through the VAE, latents noised", reconstruct(vae, test, 2))):
        report["boxes"][name] = measure_boxes(outputs(model, p), test_scenes, thresholds)
    for dress, wrap in (("", lambda m: m), ("outlined, ", Outlined)):
        for name, noise in (("plain", None), ("through the VAE", 0.), ("through the VAE, latents noised", .25)):
            count = 600 if not dress else 300
            p, s = draw_pool(wrap(right_figure), count, seed + 72)
            p = p if noise is None else reconstruct(vae, p, 3, noise)
            report["right figures"][dress + name] = measure_counts(outputs(model, p), s, thresholds)
            for defect, make in DEFECTS.items():
                p, s = draw_pool(wrap(make), 200, seed + 73)
                p = p if noise is None else reconstruct(vae, p, 4, noise)
                kind = 1 if "arm" in defect else 2
                seen = [(counts(decode(o, thresholds))[kind], wanted_counts(q)[kind], close_tips(q))
                        for o, q in zip(outputs(model, p), s)]
                apart = [c != 2 for c, w, close in seen if w != 2 and not close]
                report["defects"].setdefault(defect, {})[dress + name] = {
                    "pictures": len(seen), "seen": round(float(np.mean([c != 2 for c, _, _ in seen])), 4),
                    "exactly": round(float(np.mean([c == w for c, w, _ in seen])), 4),
                    "countable": len(apart), "countable seen": round(float(np.mean(apart)), 4)}
    report["generated by the base model"] = measure_generated(model, base, thresholds, seed + 74)
    return report


def generate(base: Path, captions: list[str], seed: int) -> np.ndarray:
    """Pictures by the base model: 12 DDIM steps, guidance 3."""
    from diffusers import DDIMScheduler, StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(base, safety_checker=None)
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    out = []
    for start in range(0, len(captions), 16):
        made = pipe(captions[start:start + 16], num_inference_steps=12, guidance_scale=3., height=SIZE, width=SIZE,
                    output_type="np", generator=torch.Generator().manual_seed(seed + start))
        out.append((made.images * 255).round().astype(np.uint8))
    return np.concatenate(out)


def measure_generated(model: Yolo, base: Path, thresholds: list[float], seed: int, count: int = 240) -> dict[str, float]:
    """What is counted in figures by the base model, which are not always right themselves."""
    rng = random.Random(seed)
    captions = [caption(random_spec(rng, kind="figure")) for _ in range(count)]
    rows = np.array([counts(decode(o, thresholds)) for o in outputs(model, generate(base, captions, seed))])
    share = (rows == [1, 2, 2]).mean(0)
    return {"pictures": count, "one person": round(float(share[0]), 4), "two hands": round(float(share[1]), 4),
            "two feet": round(float(share[2]), 4), "all": round(float((rows == [1, 2, 2]).all(1).mean()), 4),
            "more than two hands": round(float((rows[:, 1] > 2).mean()), 4),
            "more than two feet": round(float((rows[:, 2] > 2).mean()), 4)}


# ---------------------------------------------------------------- export

def export(model: Yolo, folder: Path, names: list[str] = NAMES, thresholds: list[float] = THRESHOLDS,
           about: str = "Assay microcosm detector of people, hands and feet") -> float:
    """Writes detector.onnx; returns the largest difference between onnxruntime and torch."""
    import onnx
    import onnxruntime

    file = folder / "detector.onnx"
    example = torch.rand(3, 3, SIZE, SIZE)
    torch.onnx.export(model, (example[:2],), file, input_names=["images"], output_names=["output0"],
                      dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}}, opset_version=17, dynamo=False)
    graph = onnx.load(file)
    facts = {"names": str(dict(enumerate(names))), "imgsz": str([SIZE, SIZE]), "task": "detect", "stride": str(STRIDE),
             "batch": "1", "description": about, "thresholds": json.dumps(dict(zip(names, thresholds)))}
    onnx.helper.set_model_props(graph, facts)
    onnx.save(graph, file)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        return float(np.abs(session.run(None, {"images": example.numpy()})[0] - model(example).numpy()).max())


def write_golden(folder: Path, thresholds: list[float], vae: Path) -> None:
    """Pictures and what onnxruntime finds in them."""
    import onnxruntime

    rng = random.Random(3)
    specs = [random_spec(rng, kind="figure"), random_spec(rng, kind="figure", arms=3),
             random_spec(rng, kind="figure", legs=3, outline=True), random_spec(rng, kind="people"),
             random_spec(rng, kind="pair"), random_spec(rng, kind="figure")]
    pictures = np.stack([np.asarray(render(s, rng).image) for s in specs])
    pictures[5:] = reconstruct(vae, pictures[5:], 1)
    shutil.rmtree(folder / "golden", ignore_errors=True)
    (folder / "golden").mkdir()
    session = onnxruntime.InferenceSession(str(folder / "detector.onnx"), providers=["CPUExecutionProvider"])
    rows = []
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"golden/{i}.png")
        raw = session.run(None, {"images": to_float(picture[None]).numpy()})[0][0]
        found = decode(raw, thresholds)
        rows.append({"image": f"golden/{i}.png", "counts": dict(zip(NAMES, counts(found))),
                     "boxes": [{"class": NAMES[k], "score": round(s, 6), "box": [round(v, 4) for v in b]}
                               for k, s, b in found],
                     "score_sums": [float(v) for v in raw[4:].sum(1)], "box_sums": [float(v) for v in raw[:4].sum(1)]})
    (folder / "golden.json").write_text(json.dumps({
        "note": "onnxruntime; score > threshold, NMS per class; boxes are left, top, right, bottom in pixels",
        "thresholds": dict(zip(NAMES, thresholds)), "nms_iou": IOU, "pictures": rows}, indent=1) + "\n")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", type=Path, default=HERE / "../detector")
    p.add_argument("--base", type=Path, default=HERE / "../base")
    p.add_argument("--init", type=Path, help="start from these weights")
    p.add_argument("--weights", type=Path, default=HERE / "weights/detector.pt", help="where the weights are kept")
    p.add_argument("--pool", type=int, default=30000)
    p.add_argument("--reconstructed", type=float, default=.2, help="share of the pool that goes through the VAE")
    p.add_argument("--steps", type=int, default=5000)
    p.add_argument("--minutes", type=float, default=60, help="end the training after so many minutes at the latest")
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=2)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    p.add_argument("--measure", action=argparse.BooleanOptionalAction, default=True)
    options = p.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    options.weights.parent.mkdir(parents=True, exist_ok=True)
    model = Detector()
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
        steps, seconds = train(model, pictures, [truth(s.people) for s in scenes], options)
        torch.save(model.state_dict(), options.weights)
    yolo = Yolo(model.eval().to(memory_format=torch.contiguous_format)).eval()
    difference = export(yolo, options.out)
    print("onnxruntime against torch, largest difference:", difference, flush=True)
    report = measure_all(yolo, options.base, options.seed) if options.measure else {"thresholds": dict(zip(NAMES, THRESHOLDS))}
    write_golden(options.out, [report["thresholds"][n] for n in NAMES], options.base / "vae")
    report = {"parameters": parameters, "steps": steps, "batch": options.batch, "seed": options.seed,
              "training_seconds": round(seconds), "onnxruntime_difference": difference, **report}
    (options.out / "metrics.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
