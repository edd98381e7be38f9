"""Trains small stand-ins for the two networks of DWPose on the figures of the microcosm.

    python train_pose.py                 writes ../pose (some 35 minutes on one core)
    python train_pose.py --minutes 0 --person-minutes 0 --init weights/pose.pt --init-person weights/person.pt

`pose.onnx` has the contract of dw-ll_ucoco_384.onnx: `input` float32 [N, 3, 384, 288], RGB less the mean
123.675, 116.28, 103.53 over the deviation 58.395, 57.12, 57.375; outputs `simcc_x` [N, 133, 576] and
`simcc_y` [N, 133, 768], two bins a pixel. Of the 133 slots the microcosm has the 15 of SLOTS; the others are 0.

`person.onnx` has the contract of yolox_l.onnx: `images` float32 [1, 3, 640, 640], 0 to 255, BGR, letterboxed at
the top left over grey 114; `output` [1, 8400, 85], undecoded. Its 1,024 cells lie in the first rows.

A figure's left is at the right of the picture. Limbs are straight: elbow and knee are the middle of their line.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from pictures import draw_pool, reconstruct, roughen, to_float
from scenes import SIZE, Person, Point, Scene, random_spec, render
from train_detector import Block, Detector, Yolo, box_loss, heat_loss, move, recolour, targets, truth, training_scene

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT, SPLIT = 288, 384, 2
SLOTS = [0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20]  # nose, shoulders to ankles, big toes
NAMES = ["head", "left shoulder", "right shoulder", "left elbow", "right elbow", "left wrist", "right wrist", "left hip",
         "right hip", "left knee", "right knee", "left ankle", "right ankle", "left foot", "right foot"]
MEAN, DEVIATION = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
SIGMA = 6.  # bins, as RTMPose
VISIBLE = .3  # the threshold of DWPose
PADDING = 1.25
POOL = 4  # the figures have 64 pixels: nothing is lost, and training sees only the pooled crop


# ---------------------------------------------------------------- truth

def joints(person: Person) -> list[Point | None]:
    """Where the slots are; None for a limb that is not there. Of three limbs the outer two have slots."""
    out: list[Point | None] = [person.head] + [None] * (len(SLOTS) - 1)
    unit = abs(person.leg_lines[0][0][1] - person.head[1]) / 4.5 if person.leg_lines else 4.

    def put(first: int, line: tuple[Point, Point], left: bool) -> None:
        (x0, y0), (x1, y1) = line
        for k, share in enumerate((0., .5, 1.)):
            out[first + 2 * k + (not left)] = (x0 + share * (x1 - x0), y0 + share * (y1 - y0))

    for line in person.arm_lines[:2]:
        put(1, line, line[0][0] > person.head[0])
    x, y = person.head[0], person.head[1] + 2 * unit  # of both shoulders, also of an arm that is not there
    out[1], out[2] = (x + 1.15 * unit, y), (x - 1.15 * unit, y)
    legs = sorted(person.leg_lines, key=lambda l: l[1][0])
    ends = legs if len(legs) < 2 else [legs[0], legs[-1]]
    for line in ends:
        left = line[1][0] >= line[0][0] if len(ends) == 1 else line is ends[-1]
        put(7, line, left)
        out[13 + (not left)] = line[1]
    x, y = person.head[0], person.head[1] + 4.5 * unit
    out[7], out[8] = (x + .6 * unit, y), (x - .6 * unit, y)
    return out


def crop(box: tuple[float, float, float, float], rng: random.Random | None = None) -> tuple[float, float, float, float]:
    """Middle and size of the crop around a box: padded, of the aspect 3 to 4."""
    x, y, w, h = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]
    if rng:
        x, y = x + w * rng.uniform(-.06, .06), y + h * rng.uniform(-.06, .06)
        w, h = w * rng.uniform(.92, 1.1), h * rng.uniform(.92, 1.1)
    w, h = w * PADDING, h * PADDING
    return (x, y, w, w * HEIGHT / WIDTH) if w > h * WIDTH / HEIGHT else (x, y, h * WIDTH / HEIGHT, h)


def cut(pictures: torch.Tensor, crops: list[tuple[float, float, float, float]], pool: int = 1) -> torch.Tensor:
    """Crops of [N, 3, 64, 64] in [0, 1] as the network takes them, or `pool` times smaller; black outside the picture."""
    matrices = [[[w / SIZE, 0, 2 * x / SIZE - 1], [0, h / SIZE, 2 * y / SIZE - 1]] for x, y, w, h in crops]
    grid = F.affine_grid(torch.tensor(matrices), [len(crops), 3, HEIGHT // pool, WIDTH // pool], align_corners=False)
    made = F.grid_sample(pictures, grid, padding_mode="zeros", align_corners=False) * 255
    return (made - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)


# ---------------------------------------------------------------- networks

class Pose(nn.Module):
    """Heat maps of 48x36 per joint, their profiles along x and y spread to bins."""

    def __init__(self, widths: tuple[int, ...] = (16, 24, 36, 48)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.start = nn.Sequential(Block(3, a), Block(a, b, 2))         # of 96x72: 48x36
        self.down1 = nn.Sequential(Block(b, c, 2), Block(c, c))         # 24x18
        self.down2 = nn.Sequential(Block(c, d, 2), Block(d, d), Block(d, d))  # 12x9
        self.side1, self.side0 = nn.Conv2d(d, c, 1), nn.Conv2d(c, b, 1)
        self.up1, self.up0 = Block(c, c), Block(b, b)
        self.heat = nn.Conv2d(b, len(SLOTS), 1)
        self.x, self.y = nn.Linear(36, WIDTH * SPLIT), nn.Linear(48, HEIGHT * SPLIT)
        for layer in (self.x, self.y):
            nn.init.constant_(layer.bias, -4.)
        slots = torch.full((133,), len(SLOTS), dtype=torch.long)
        slots[SLOTS] = torch.arange(len(SLOTS))
        self.register_buffer("slots", slots)

    def bins(self, pooled: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [N, 15, 576] and [N, 15, 768], from [N, 3, 96, 72]."""
        def twice(f: torch.Tensor) -> torch.Tensor:
            return F.interpolate(f, scale_factor=2., mode="nearest")

        f0 = self.start(pooled)
        f1 = self.down1(f0)
        f2 = self.down2(f1)
        f = self.up1(f1 + twice(self.side1(f2)))
        heat = self.heat(self.up0(f0 + twice(self.side0(f))))
        return self.x(heat.amax(2)), self.y(heat.amax(3))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return tuple(torch.cat([b.sigmoid(), torch.zeros_like(b[:, :1])], 1).index_select(1, self.slots)
                     for b in self.bins(F.avg_pool2d(x, POOL)))


class Yolox(nn.Module):
    """The detector with the output of YOLOX before decoding. Its rows are in the place of those of stride 8."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.yolo = Yolo(detector)
        at = torch.arange(1024)
        self.register_buffer("cells", torch.stack([at % 80, at // 80], 1).float()[None])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        rows = self.yolo(F.avg_pool2d(images.flip(1), 10) / 255).transpose(1, 2)  # [1, 1024, 4 + 3], pixels of 64
        middle = rows[..., :2] * 10 / 8 - self.cells
        sides = (rows[..., 2:4].clamp(min=.1) * 10 / 8).log()
        person = torch.cat([middle, sides, torch.ones_like(rows[..., :1]), rows[..., 4:5]], 2)
        return F.pad(person, (0, 79, 0, 8400 - 1024))


# ---------------------------------------------------------------- training

def rows_of(pool: np.ndarray, scenes: list[Scene]) -> list[tuple[int, int]]:
    return [(i, k) for i, s in enumerate(scenes) for k in range(len(s.people))]


def pose_scene(rng: random.Random) -> Scene:
    """Figures right and wrong; one without limbs has no pose to learn."""
    kind = rng.choices(["figure", "people"], [.85, .15])[0]
    return render(random_spec(rng, kind=kind, arms=[0, 1, 1, 2, 2, 2, 2, 2, 3], legs=[1, 1, 2, 2, 2, 2, 3],
                              hands=rng.random() < .94, feet=rng.random() < .92, outline=rng.random() < .3), rng)


def profile(at: torch.Tensor, there: torch.Tensor, bins: int) -> torch.Tensor:
    """Hills [N, K, bins] around positions in bins."""
    return torch.exp(-(torch.arange(bins) - at[..., None]) ** 2 / (2 * SIGMA ** 2)) * there[..., None]


def train_pose(model: Pose, pool: np.ndarray, scenes: list[Scene], options: argparse.Namespace) -> tuple[int, float]:
    rng, started, done, mean = random.Random(options.seed), time.time(), 0, None
    rows = rows_of(pool, scenes)
    truths = {(i, k): joints(scenes[i].people[k]) for i, k in rows}
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=.01)
    model.train().to(memory_format=torch.channels_last)
    while (way := (time.time() - started) / (60 * options.minutes)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (done + 1) / 100) * (.01 + .99 * .5 * (1 + math.cos(math.pi * way)))
        chosen = [rng.choice(rows) for _ in range(options.batch)]
        crops = [crop(scenes[i].people[k].box, rng) for i, k in chosen]
        at, there = torch.zeros(len(chosen), len(SLOTS), 2), torch.zeros(len(chosen), len(SLOTS))
        for n, key in enumerate(chosen):
            x, y, w, h = crops[n]
            for s, point in enumerate(truths[key]):
                if point and 0 <= point[0] <= SIZE and 0 <= point[1] <= SIZE:
                    at[n, s, 0] = ((point[0] - x) / w + .5) * WIDTH * SPLIT
                    at[n, s, 1] = ((point[1] - y) / h + .5) * HEIGHT * SPLIT
                    there[n, s] = 1
        x = cut(roughen(recolour(to_float(pool[[i for i, _ in chosen]]))), crops, POOL).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            made = model.bins(x)
        loss = sum(F.binary_cross_entropy_with_logits(m.float(), profile(at[..., d], there, m.shape[-1])) * m.shape[-1] / 15
                   for d, m in enumerate(made))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.)
        optimiser.step()
        done += 1
        mean = loss.item() if mean is None else .98 * mean + .02 * loss.item()
        if done % 100 == 0:
            print(f"pose {done:6d} loss {mean:.3f} {time.time() - started:.0f} s", flush=True)
            torch.save(model.state_dict(), options.weights / "pose.pt")
    return done, time.time() - started


def train_person(model: Detector, pool: np.ndarray, scenes: list[Scene], options: argparse.Namespace) -> tuple[int, float]:
    rng, started, done = random.Random(options.seed), time.time(), 0
    truths = [truth(s.people) for s in scenes]
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=.01)
    model.train().to(memory_format=torch.channels_last)
    while (way := (time.time() - started) / (60 * options.person_minutes)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (done + 1) / 100) * (.01 + .99 * .5 * (1 + math.cos(math.pi * way)))
        chosen = [rng.randrange(len(truths)) for _ in range(64)]
        x, lines = move(to_float(pool[chosen]), [[b for b in truths[r] if b[0] == 0] for r in chosen], rng)
        heat, sides, weight = targets(lines, model.classes)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            made_heat, made_sides = model(roughen(recolour(x)).to(memory_format=torch.channels_last))
        loss = heat_loss(made_heat.float(), heat) + box_loss(made_sides.float(), sides, weight)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.)
        optimiser.step()
        done += 1
        if done % 100 == 0:
            print(f"person {done:6d} loss {loss.item():.3f} {time.time() - started:.0f} s", flush=True)
            torch.save(model.state_dict(), options.weights / "person.pt")
    return done, time.time() - started


# ---------------------------------------------------------------- measuring

class Figure:
    def __init__(self, arms: int, legs: int) -> None:
        self.arms, self.legs = arms, legs

    def __call__(self, rng: random.Random) -> Scene:
        return render(random_spec(rng, kind="figure", arms=self.arms, legs=self.legs), rng)


FIGURES = {"right": Figure(2, 2), "1 arm": Figure(1, 2), "3 arms": Figure(3, 2), "1 leg": Figure(2, 1), "3 legs": Figure(2, 3)}


@torch.no_grad()
def poses(model: Pose, pool: np.ndarray, boxes: list[tuple[float, float, float, float]]) -> np.ndarray:
    """Points in pixels of the picture and their confidence, [N, 133, 3]."""
    out = []
    for start in range(0, len(pool), 32):
        crops = [crop(b) for b in boxes[start:start + 32]]
        sx, sy = model(cut(to_float(pool[start:start + 32]), crops))
        score = torch.minimum(sx.amax(2), sy.amax(2)).numpy()
        px, py = sx.argmax(2).numpy() / SPLIT, sy.argmax(2).numpy() / SPLIT
        for n, (x, y, w, h) in enumerate(crops):
            out.append(np.stack([px[n] / WIDTH * w + x - w / 2, py[n] / HEIGHT * h + y - h / 2, score[n]], 1))
    return np.stack(out)


def measure(model: Pose, vae: Path, seed: int) -> dict:
    """Distances of joints in share of the figure's height, and how often a limb's end is (not) seen."""
    report: dict = {}
    for dress, noise in (("plain", None), ("through the VAE, latents noised", .25)):
        for name, make in FIGURES.items():
            pool, scenes = draw_pool(make, 300, seed + 90)
            pool = pool if noise is None else reconstruct(vae, pool, 3, noise)
            found = poses(model, pool, [s.people[0].box for s in scenes])
            errors, missed, dreamt, there, absent = [], 0, 0, 0, 0
            ends = []
            for f, s in zip(found, scenes):
                height = s.people[0].box[3] - s.people[0].box[1]
                for slot, point in zip(SLOTS, joints(s.people[0])):
                    seen = f[slot, 2] > VISIBLE
                    if point is None:
                        absent += 1
                        dreamt += seen
                    elif 0 <= point[0] <= SIZE and 0 <= point[1] <= SIZE:
                        there += 1
                        missed += not seen
                        if seen:
                            errors.append(math.hypot(f[slot, 0] - point[0], f[slot, 1] - point[1]) / height)
                ends.append([bool(f[k, 2] > VISIBLE) for k in (9, 10, 15, 16)])
            ends_ = np.array(ends)
            report.setdefault(name, {})[dress] = {
                "pictures": len(scenes), "joints there": there, "missed": round(missed / there, 4),
                "joints not there": absent, "seen all the same": round(dreamt / max(1, absent), 4),
                "mean distance, share of height": round(float(np.mean(errors)), 4),
                "PCK at 0.05 of the height": round(float(np.mean(np.array(errors) < .05)), 4),
                "a wrist not seen": round(float(np.mean(~ends_[:, :2].all(1))), 4),
                "an ankle not seen": round(float(np.mean(~ends_[:, 2:].all(1))), 4)}
    return report


def export(model: nn.Module, file: Path, example: torch.Tensor, inputs: str, outputs: list[str]) -> float:
    """Writes ONNX; the largest difference between onnxruntime and torch."""
    import onnx
    import onnxruntime

    model = model.eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(model, (example,), str(file), input_names=[inputs], output_names=outputs, opset_version=17, dynamo=False)
    onnx.checker.check_model(onnx.load(file))
    with torch.no_grad():
        made = model(example)
    made = made if isinstance(made, tuple) else (made,)
    again = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).run(None, {inputs: example.numpy()})
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(made, again))


def write_figures(out: Path, vae: Path, seed: int, columns: int = 16) -> None:
    """figures.png: a row per kind of figure, through the VAE with noise on its latents, as a generator would draw them."""
    rows = []
    for make in FIGURES.values():
        pool, _ = draw_pool(make, columns, seed + 95)
        rows.append(np.concatenate(list(reconstruct(vae, pool, 5)), 1))
    Image.fromarray(np.concatenate(rows)).save(out / "figures.png", optimize=True)
    (out / "figures.json").write_text(json.dumps(
        {"note": f"figures.png: rows from the top, {columns} pictures of 64x64 each", "rows": list(FIGURES)}) + "\n")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", type=Path, default=HERE / "../pose")
    p.add_argument("--base", type=Path, default=HERE / "../base")
    p.add_argument("--weights", type=Path, default=HERE / "weights")
    p.add_argument("--init", type=Path)
    p.add_argument("--init-person", type=Path)
    p.add_argument("--pool", type=int, default=12000)
    p.add_argument("--reconstructed", type=float, default=.2, help="share of the pool that goes through the VAE")
    p.add_argument("--minutes", type=float, default=25)
    p.add_argument("--person-minutes", type=float, default=5)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=6)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    p.add_argument("--measure", action=argparse.BooleanOptionalAction, default=True)
    options = p.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    options.weights.mkdir(parents=True, exist_ok=True)
    pose, person = Pose(), Detector((10, 14, 20, 24))
    if options.init:
        pose.load_state_dict(torch.load(options.init))
    if options.init_person:
        person.load_state_dict(torch.load(options.init_person))
    report: dict = {}
    if options.minutes + options.person_minutes > 0:
        made = {}
        for name, make in (("pose", pose_scene), ("person", training_scene)):
            pool, scenes = draw_pool(make, options.pool, options.seed, 1)
            again = int(options.pool * options.reconstructed)
            pool[:again] = reconstruct(options.base / "vae", pool[:again], options.seed)
            made[name] = (pool, scenes)
        print("pools ready", flush=True)
        if options.person_minutes:
            report["person"] = dict(zip(("steps", "seconds"), train_person(person, *made["person"], options)))
        if options.minutes:
            report["pose"] = dict(zip(("steps", "seconds"), train_pose(pose, *made["pose"], options)))
        torch.save(pose.state_dict(), options.weights / "pose.pt")
        torch.save(person.state_dict(), options.weights / "person.pt")
    pose.eval(), person.eval()
    for name, model in (("pose", pose), ("person", person)):
        report.setdefault(name, {})["parameters"] = sum(q.numel() for q in model.parameters())
    scene = render(random_spec(random.Random(1), kind="figure"), random.Random(1))
    picture = to_float(np.asarray(scene.image)[None])
    report["pose"]["onnxruntime_difference"] = export(
        pose, options.out / "pose.onnx", cut(picture, [crop(scene.people[0].box)]), "input", ["simcc_x", "simcc_y"])
    report["person"]["onnxruntime_difference"] = export(
        Yolox(person), options.out / "person.onnx", (F.interpolate(picture, size=640) * 255).flip(1), "images", ["output"])
    if options.measure:
        report["figures"] = measure(pose, options.base / "vae", options.seed)
    write_figures(options.out, options.base / "vae", options.seed)
    (options.out / "metrics.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
