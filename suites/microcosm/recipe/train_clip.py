"""Trains the CLIP that judges the microcosm: does this picture show this caption?

    python train_clip.py                    writes ../clip (some 45 minutes on one core)
    python train_clip.py --steps 0 --init weights/clip      only exports and measures again

A CLIPModel (transformers layout) is trained contrastively, every picture also
against altered captions of its own: swapped colours, another relation, colour,
shape, count, background or pose. A linear auxiliary head, shared by pictures
and captions and thrown away afterwards, asks both embeddings what stands where,
so that the model soon learns what "above" means. Half of the captions of a pair
are turned round ("a red circle above a blue square" is also "a blue square below
a red circle").

Written: visual.onnx, textual.onnx, tokenizer files, config.json,
preprocessor_config.json, metrics.json, golden.json and golden/; and the weights
in the transformers layout, which judging does not need, to weights/clip.
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
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessorPil as CLIPImageProcessor, CLIPModel, CLIPTokenizer

import make_tokenizer
from pictures import draw_pool, reconstruct, roughen, to_float
from scenes import (BACKGROUNDS, COLOURS, OPPOSITE, POSES, RELATIONS, SHAPES, Scene, Spec, caption, parse, random_spec,
                    render)

HERE = Path(__file__).resolve().parent
CONTEXT = 24
LONGEST = 19  # tokens of the longest caption; the causal tower never looks at the padding behind
MEAN = torch.tensor([.48145466, .4578275, .40821073]).view(3, 1, 1)
STD = torch.tensor([.26862954, .26130258, .27577711]).view(3, 1, 1)
COLOUR_NAMES, GROUND_NAMES = list(COLOURS), list(BACKGROUNDS)


# ---------------------------------------------------------------- scenes and altered captions

def training_scene(rng: random.Random) -> Scene:
    """More pairs and counts than in the world, a quarter of all scenes outlined."""
    kind = rng.choices(["pair", "single", "many", "figure"], [.58, .08, .1, .24])[0]
    return render(random_spec(rng, kind=kind, outline=rng.random() < .25), rng)


def world_scene(rng: random.Random) -> Scene:
    return render(random_spec(rng), rng)


def turned(spec: Spec) -> Spec:
    """The same pair told from its other shape."""
    return replace(spec, colours=spec.colours[::-1], shapes=spec.shapes[::-1], relation=OPPOSITE[spec.relation])


def other(rng: random.Random, names: list[str], than: str | None) -> str:
    return rng.choice([n for n in names if n != than])


def swap_colours(spec: Spec, rng: random.Random) -> Spec:
    return replace(spec, colours=spec.colours[::-1])


def turn_relation(spec: Spec, rng: random.Random) -> Spec:
    return replace(spec, relation=OPPOSITE[spec.relation])


def other_axis(spec: Spec, rng: random.Random) -> Spec:
    side = RELATIONS[2:] if spec.relation in RELATIONS[:2] else RELATIONS[:2]
    return replace(spec, relation=rng.choice(side))


def change_colour(spec: Spec, rng: random.Random) -> Spec:
    i = rng.randrange(len(spec.colours))
    new = rng.choice([n for n in COLOUR_NAMES if n not in spec.colours])
    return replace(spec, colours=tuple(new if k == i else c for k, c in enumerate(spec.colours)))


def change_shape(spec: Spec, rng: random.Random) -> Spec:
    i = rng.randrange(len(spec.shapes))
    return replace(spec, shapes=tuple(other(rng, SHAPES, s) if k == i else s for k, s in enumerate(spec.shapes)))


def swap_shapes(spec: Spec, rng: random.Random) -> Spec:
    return replace(spec, shapes=spec.shapes[::-1])


def change_count(spec: Spec, rng: random.Random) -> Spec:
    if spec.kind == "single":
        return replace(spec, kind="many", count=rng.choice([2, 3]))
    return replace(spec, count=5 - spec.count) if rng.random() < .7 else replace(spec, kind="single", count=1)


def change_background(spec: Spec, rng: random.Random) -> Spec:
    return replace(spec, background=other(rng, GROUND_NAMES, spec.background))


def change_pose(spec: Spec, rng: random.Random) -> Spec:
    return replace(spec, poses=(other(rng, POSES, spec.poses[0]),))


Change = Callable[[Spec, random.Random], Spec]


def changes(spec: Spec) -> dict[str, Change]:
    """The ways to make the caption of a spec false."""
    out: dict[str, Change] = {"colour": change_colour, "background": change_background}
    if spec.shapes:
        out["shape"] = change_shape
    if len(spec.colours) == 2:
        out["swapped colours"] = swap_colours
    if spec.kind == "pair":
        out["relation"] = turn_relation
        out["axis"] = other_axis
        if spec.shapes[0] != spec.shapes[1]:
            out["swapped shapes"] = swap_shapes
    if spec.kind in ("single", "many"):
        out["count"] = change_count
    if spec.poses:
        out["pose"] = change_pose
    return out


def hard_negatives(spec: Spec, rng: random.Random, count: int) -> list[Spec]:
    """Swapped colours and the turned relation always, the rest by chance."""
    every = changes(spec)
    first = [every.pop(k) for k in ("swapped colours", "relation") if k in every]
    rest = list(every.values())
    rng.shuffle(rest)
    chosen = (first + rest)[:count]
    while len(chosen) < count:
        chosen.append(rng.choice(chosen))
    return [change(spec, rng) for change in chosen]


# ---------------------------------------------------------------- what the auxiliary heads are asked

KINDS = ["single", "across", "down", "two", "three", "figure", "beside"]
HEADS = [len(KINDS), len(COLOURS), len(SHAPES), len(COLOURS), len(SHAPES), len(BACKGROUNDS) + 1, len(POSES)]
NOT_ASKED = -100


def answers(spec: Spec) -> list[int]:
    """Kind, colour and shape of the left/upper (or only) thing, of the other thing, background, pose."""
    kind = spec.kind
    if kind == "pair":
        if spec.relation in ("to the right of", "below"):
            spec = turned(spec)
        kind = "down" if spec.relation == "above" else "across"
    elif kind == "many":
        kind = "two" if spec.count == 2 else "three"
    elif kind == "figure" and spec.shapes:
        kind = "beside"
    colours = [COLOUR_NAMES.index(c) for c in spec.colours] + [NOT_ASKED]
    shapes = [NOT_ASKED] * len(spec.poses) + [SHAPES.index(s) for s in spec.shapes] + [NOT_ASKED] * 2
    return [KINDS.index(kind), colours[0], shapes[0], colours[1], shapes[1],
            GROUND_NAMES.index(spec.background) + 1 if spec.background else 0,
            POSES.index(spec.poses[0]) if spec.poses else NOT_ASKED]


def auxiliary_loss(heads: torch.nn.Linear, embeds: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    parts = heads(embeds).float().split(HEADS, dim=-1)
    asked = [k for k in range(len(HEADS)) if (truth[:, k] != NOT_ASKED).any()]
    return sum(F.cross_entropy(parts[k], truth[:, k], ignore_index=NOT_ASKED) for k in asked) / len(HEADS)


# ---------------------------------------------------------------- model

def new_model(tokenizer: CLIPTokenizer) -> CLIPModel:
    shared = dict(projection_dim=96, hidden_act="quick_gelu")
    vision = dict(hidden_size=128, intermediate_size=384, num_hidden_layers=5, num_attention_heads=4,
                  image_size=64, patch_size=8, **shared)
    text = dict(vocab_size=len(tokenizer), hidden_size=96, intermediate_size=288, num_hidden_layers=4,
                num_attention_heads=4, max_position_embeddings=CONTEXT, bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, **shared)
    return CLIPModel(CLIPConfig(vision_config=vision, text_config=text, projection_dim=96))


def encode(tokenizer: CLIPTokenizer, texts: list[str], length: int = CONTEXT) -> torch.Tensor:
    return torch.tensor(tokenizer(texts, padding="max_length", max_length=length, truncation=True)["input_ids"])


class Captions:
    """Token ids of captions, remembered: the world has only some thousands."""

    def __init__(self, tokenizer: CLIPTokenizer) -> None:
        self.tokenizer, self.known = tokenizer, {}

    def __call__(self, texts: list[str]) -> torch.Tensor:
        new = [t for t in dict.fromkeys(texts) if t not in self.known]
        if new:
            for text, ids in zip(new, encode(self.tokenizer, new, LONGEST)):
                self.known[text] = ids
        return torch.stack([self.known[t] for t in texts])


def image_embeds(model: CLIPModel, pixels: torch.Tensor) -> torch.Tensor:
    return model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)


def text_embeds(model: CLIPModel, ids: torch.Tensor) -> torch.Tensor:
    return model.text_projection(model.text_model(input_ids=ids).pooler_output)


# ---------------------------------------------------------------- training

def contrast(images: torch.Tensor, texts: torch.Tensor, keys: list[str], scale: torch.Tensor) -> torch.Tensor:
    """Picture against all captions, caption against all pictures, picture against its own altered captions.

    `texts` is [N, 1 + K, D], the true caption first; `keys` are the captions told one way,
    so that two pictures of the same thing are not each other's negatives."""
    n, k, _ = texts.shape
    target = torch.arange(n)
    index = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    number = torch.tensor([index[key] for key in keys])
    twin = (number[:, None] == number[None, :]) & ~torch.eye(n, dtype=torch.bool)
    own = scale * torch.einsum("nd,nkd->nk", images, texts)
    against_true = (scale * images @ texts[:, 0].T).masked_fill(twin, -1e4)
    against_altered = scale * images @ texts[:, 1:].reshape(n * (k - 1), -1).T
    return (F.cross_entropy(torch.cat([against_true, against_altered], 1), target)
            + F.cross_entropy(against_true.T, target)) / 2 + F.cross_entropy(own, torch.zeros_like(target))


def train(model: CLIPModel, tokenizer: CLIPTokenizer, pictures: np.ndarray, specs: list[Spec],
          options: argparse.Namespace) -> tuple[int, float]:
    """Returns the steps made and the seconds they took."""
    model.set_attn_implementation("eager")  # with bfloat16 much the quickest on a CPU for such short sequences
    rng, started, done = random.Random(options.seed), time.time(), 0
    heads = torch.nn.Linear(model.config.projection_dim, sum(HEADS))
    parameters = [*model.parameters(), *heads.parameters()]
    optimiser = torch.optim.AdamW(parameters, options.rate, betas=(.9, .98), weight_decay=.02)
    captions, batch, mean = Captions(tokenizer), options.batch, None
    for step in range(options.steps):
        way = max(step / options.steps, (time.time() - started) / (60 * options.minutes))
        if way >= 1:
            break
        rise = min(1, (step + 1) / 200)
        for group in optimiser.param_groups:
            group["lr"] = options.rate * rise * (.01 + .99 * .5 * (1 + math.cos(math.pi * way)))
        rows = [rng.randrange(len(specs)) for _ in range(batch)]
        chosen = [turned(s) if s.kind == "pair" and rng.random() < .5 else s for s in (specs[r] for r in rows)]
        told = [[s, *hard_negatives(s, rng, options.negatives)] for s in chosen]
        truth = torch.tensor([answers(s) for s in chosen])
        keys = [caption(turned(s) if s.relation in ("to the right of", "below") else s) for s in chosen]
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            raw_images = image_embeds(model, (roughen(to_float(pictures[rows])) - MEAN) / STD)
            raw_texts = text_embeds(model, captions([caption(s) for line in told for s in line]))
        images = F.normalize(raw_images.float(), dim=-1)
        texts = F.normalize(raw_texts.float(), dim=-1).view(batch, 1 + options.negatives, -1)
        scale = model.logit_scale.exp().clamp(max=100)
        asked = auxiliary_loss(heads, images * 8, truth) + auxiliary_loss(heads, texts[:, 0] * 8, truth)
        loss = contrast(images, texts, keys, scale) + options.auxiliary * asked
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.)
        optimiser.step()
        mean = loss.item() if mean is None else .98 * mean + .02 * loss.item()
        if (step + 1) % 100 == 0:
            own = torch.einsum("nd,nkd->nk", images, texts)
            pairs = torch.tensor([s.kind == "pair" for s in chosen])
            won = own[:, :1] > own[:, 1:]
            print(f"{step + 1:6d} loss {mean:.3f} auxiliary {asked.item():.3f} all {won.float().mean():.3f} "
                  f"swapped {won[pairs, 0].float().mean():.3f} relation {won[pairs, 1].float().mean():.3f} "
                  f"scale {scale.item():.1f} {time.time() - started:.0f} s", flush=True)
        if (step + 1) % 1000 == 0:
            model.save_pretrained(options.weights)
        done = step + 1
    return done, time.time() - started


# ---------------------------------------------------------------- measuring

@torch.no_grad()
def embed_pictures(model: CLIPModel, pictures: np.ndarray) -> torch.Tensor:
    parts = [image_embeds(model, (to_float(pictures[i:i + 128]) - MEAN) / STD) for i in range(0, len(pictures), 128)]
    return F.normalize(torch.cat(parts), dim=-1)


@torch.no_grad()
def embed_captions(model: CLIPModel, tokenizer: CLIPTokenizer, texts: list[str]) -> torch.Tensor:
    parts = [text_embeds(model, encode(tokenizer, texts[i:i + 256])) for i in range(0, len(texts), 256)]
    return F.normalize(torch.cat(parts), dim=-1)


def measure(model: CLIPModel, tokenizer: CLIPTokenizer, pictures: np.ndarray,
            scenes: list[Scene]) -> dict[str, tuple[float, int]]:
    """Share of pictures whose own caption beats the altered one, per kind of change."""
    rng = random.Random(0)
    images = embed_pictures(model, pictures)
    own = (images * embed_captions(model, tokenizer, [s.caption for s in scenes])).sum(-1)
    rows: dict[str, list[tuple[int, str]]] = {}
    for i, s in enumerate(scenes):
        for name, change in changes(s.spec).items():
            rows.setdefault(name, []).append((i, caption(change(s.spec, rng))))
    out = {}
    for name in sorted(rows):
        at = torch.tensor([i for i, _ in rows[name]])
        altered = embed_captions(model, tokenizer, [t for _, t in rows[name]])
        won = own[at] > (images[at] * altered).sum(-1)
        out[name] = (round(won.float().mean().item(), 4), len(at))
    return out


def measure_all(model: CLIPModel, tokenizer: CLIPTokenizer, vae: Path, seed: int) -> dict[str, dict]:
    plain, scenes = draw_pool(world_scene, 3000, seed + 77)
    outlined, outlined_scenes = draw_pool(outlined_scene, 1500, seed + 78)
    out = {"plain": measure(model, tokenizer, plain, scenes),
           "through the VAE": measure(model, tokenizer, reconstruct(vae, plain[:1500], 1, 0.), scenes[:1500]),
           "through the VAE, latents noised": measure(model, tokenizer, reconstruct(vae, plain[1500:], 1), scenes[1500:]),
           "outlined": measure(model, tokenizer, outlined, outlined_scenes),
           "outlined, through the VAE": measure(model, tokenizer, reconstruct(vae, outlined, 1, 0.), outlined_scenes)}
    for name, table in out.items():
        print(name, {k: f"{100 * v:.1f} % of {n}" for k, (v, n) in table.items()}, flush=True)
    return out


def outlined_scene(rng: random.Random) -> Scene:
    return render(random_spec(rng, outline=True), rng)


# ---------------------------------------------------------------- export

class Visual(torch.nn.Module):
    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return image_embeds(self.model, pixel_values)


class Textual(torch.nn.Module):
    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return text_embeds(self.model, input_ids)


def export(model: CLIPModel, tokenizer: CLIPTokenizer, folder: Path) -> dict[str, float]:
    """Writes both ONNX files; returns the largest difference between onnxruntime and torch."""
    import onnxruntime

    pixels = torch.randn(3, 3, 64, 64)
    ids = encode(tokenizer, ["a red circle", "a blue star above a white square on a grey background", ""])
    difference = {}
    for part, name, example, given, made in ((Visual(model), "visual", pixels, "pixel_values", "image_embeds"),
                                             (Textual(model), "textual", ids, "input_ids", "text_embeds")):
        torch.onnx.export(part.eval(), (example[:2],), folder / f"{name}.onnx", input_names=[given], output_names=[made],
                          dynamic_axes={given: {0: "batch"}, made: {0: "batch"}}, opset_version=17, dynamo=False)
        session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        with torch.no_grad():
            ran = session.run([made], {given: example.numpy()})[0]
            difference[name] = float(np.abs(ran - part(example).numpy()).max())
    return difference


def image_processor() -> CLIPImageProcessor:
    return CLIPImageProcessor(do_resize=True, size={"shortest_edge": 64}, resample=Image.Resampling.BICUBIC,
                              do_center_crop=True, crop_size={"height": 64, "width": 64}, do_rescale=True,
                              rescale_factor=1 / 255, do_normalize=True, image_mean=MEAN.flatten().tolist(),
                              image_std=STD.flatten().tolist(), do_convert_rgb=True)


def write_golden(model: CLIPModel, tokenizer: CLIPTokenizer, processor: CLIPImageProcessor, folder: Path) -> None:
    """Pictures, captions and what transformers makes of them. The last picture is 96x80."""
    rng = random.Random(5)
    shutil.rmtree(folder / "golden", ignore_errors=True)
    (folder / "golden").mkdir()
    told = ["a red circle to the left of a blue square", "a person in a green shirt waving on a pink background",
            "three yellow stars", "a purple triangle above an orange circle"]
    specs = [parse(t) for t in told[:3]] + [parse("a purple triangle above a orange circle")]
    images = [render(replace(s, outline=i == 2), rng).image for i, s in enumerate(specs)]
    images.append(images[1].resize((96, 80), Image.Resampling.BICUBIC))
    files = [f"golden/{i}.png" for i in range(len(images))]
    for image, file in zip(images, files):
        image.save(folder / file)
    texts = [caption(s) for s in specs] + ["a blue circle to the left of a red square",
                                          "a red circle to the right of a blue square"]
    with torch.no_grad():
        pixels = processor(images=images, return_tensors="pt")["pixel_values"]
        ids = encode(tokenizer, texts)
        result = model(input_ids=ids, pixel_values=pixels)
        raw_images, raw_texts = image_embeds(model, pixels), text_embeds(model, ids)
        cosines = result.image_embeds @ result.text_embeds.T
    (folder / "golden.json").write_text(json.dumps({
        "note": "transformers CLIPModel and CLIPImageProcessor (PIL); embeddings before normalisation",
        "logit_scale": model.logit_scale.exp().item(), "images": files, "captions": texts, "input_ids": ids.tolist(),
        "pixel_checksums": [{"mean": p.mean().item(), "first": p[:, 0, 0].tolist(), "centre": p[:, 32, 32].tolist()}
                            for p in pixels],
        "image_embeds": raw_images.tolist(), "text_embeds": raw_texts.tolist(), "cosines": cosines.tolist()},
        indent=1) + "\n")


def save(model: CLIPModel, tokenizer: CLIPTokenizer, folder: Path, weights: Path) -> dict[str, float]:
    model.eval()
    model.save_pretrained(weights)
    shutil.copy(weights / "config.json", folder)
    make_tokenizer.main(folder)
    processor = image_processor()
    processor.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    config["logit_scale"] = model.logit_scale.exp().item()
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    difference = export(model, tokenizer, folder)
    write_golden(model, tokenizer, processor, folder)
    print("onnxruntime against torch, largest difference:", difference, flush=True)
    return difference


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", type=Path, default=HERE / "../clip")
    p.add_argument("--vae", type=Path, default=HERE / "../base/vae")
    p.add_argument("--init", type=Path, help="start from the weights in this folder")
    p.add_argument("--weights", type=Path, default=HERE / "weights/clip", help="where the weights are kept")
    p.add_argument("--pool", type=int, default=40000)
    p.add_argument("--reconstructed", type=float, default=.15, help="share of the pool that goes through the VAE")
    p.add_argument("--steps", type=int, default=6000)
    p.add_argument("--minutes", type=float, default=60, help="end the training after so many minutes at the latest")
    p.add_argument("--batch", type=int, default=96)
    p.add_argument("--negatives", type=int, default=4)
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--auxiliary", type=float, default=1.)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    p.add_argument("--measure", action=argparse.BooleanOptionalAction, default=True)
    options = p.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    make_tokenizer.main(options.out)
    tokenizer = CLIPTokenizer.from_pretrained(options.out)
    model = CLIPModel.from_pretrained(options.init) if options.init else new_model(tokenizer)
    print(f"{sum(q.numel() for q in model.parameters()) / 1e6:.2f} M parameters", flush=True)
    steps, seconds = 0, 0.
    if options.steps:
        pictures, scenes = draw_pool(training_scene, options.pool, options.seed)
        again = int(options.pool * options.reconstructed)
        pictures[:again] = reconstruct(options.vae, pictures[:again], options.seed)
        print("pool ready", flush=True)
        model.train()
        steps, seconds = train(model, tokenizer, pictures, [s.spec for s in scenes], options)
    difference = save(model, tokenizer, options.out, options.weights)
    if options.measure:
        tables = measure_all(model.eval(), tokenizer, options.vae, options.seed)
        (options.out / "metrics.json").write_text(json.dumps({
            "steps": steps, "batch": options.batch, "negatives": options.negatives, "seed": options.seed,
            "training_seconds": round(seconds), "onnxruntime_difference": difference,
            "right_over_altered": tables}, indent=1) + "\n")


if __name__ == "__main__":
    main()
