"""Trains the base of the microcosm: a small Stable-Diffusion-like model, in the diffusers layout.

    python train_base.py new OUT                  VAE, then UNet and text encoder, from scratch (hours on two cores)
    python train_base.py continue FROM OUT        UNet and text encoder go on from the weights in FROM; its VAE is kept

The tokenizer is the one in ../base, made by make_tokenizer.py. Pictures are drawn and encoded before training, so that a step
costs only the UNet and the text encoder. Every run is seeded; wall-clock never enters, so a run can be repeated.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from scenes import Spec, random_spec, render

LENGTH = 24  # tokens
TOKENIZER = Path(__file__).resolve().parents[1] / "base" / "tokenizer"


# ---------------------------------------------------------------- the models

def new_vae() -> AutoencoderKL:
    return AutoencoderKL(block_out_channels=[32, 64, 64], layers_per_block=1, latent_channels=4, norm_num_groups=16,
                         down_block_types=["DownEncoderBlock2D"] * 3, up_block_types=["UpDecoderBlock2D"] * 3,
                         sample_size=64)


def new_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16, in_channels=4, out_channels=4, block_out_channels=[48, 80, 96], layers_per_block=1,
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        cross_attention_dim=96, attention_head_dim=4, norm_num_groups=16)


def new_text(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    return CLIPTextModel(CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=96, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4,
        max_position_embeddings=LENGTH, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id))


def new_scheduler() -> DDIMScheduler:
    return DDIMScheduler(beta_start=.00085, beta_end=.012, beta_schedule="scaled_linear", clip_sample=False,
                         set_alpha_to_one=False, steps_offset=1, prediction_type="v_prediction",
                         timestep_spacing="trailing", rescale_betas_zero_snr=False)


# ---------------------------------------------------------------- the pictures

def draw_spec(rng: random.Random, relations: float) -> Spec:
    """A scene of the world; a share `relations` of them must show two things in a relation."""
    wanted = rng.random() < relations
    while True:
        spec = random_spec(rng)
        if not wanted or spec.kind == "pair" or spec.kind == "figure" and spec.shapes:
            return spec


def draw(count: int, seed: int, relations: float) -> tuple[list[str], torch.Tensor]:
    """Captions and pictures, uint8 [N, 3, 64, 64]."""
    rng = random.Random(seed)
    scenes = [render(draw_spec(rng, relations), rng) for _ in range(count)]
    pictures = torch.from_numpy(np.stack([np.asarray(s.image) for s in scenes])).permute(0, 3, 1, 2)
    return [s.caption for s in scenes], pictures.contiguous()


def to_float(pictures: torch.Tensor) -> torch.Tensor:
    return pictures.float() / 127.5 - 1


@torch.no_grad()
def encode(vae: AutoencoderKL, pictures: torch.Tensor) -> torch.Tensor:
    """Unscaled latents."""
    return torch.cat([vae.encode(to_float(part)).latent_dist.mean for part in pictures.split(25)])


def cosine(step: int, steps: int, warmup: int, floor: float) -> float:
    return min(1., (step + 1) / warmup) * (floor + (1 - floor) * .5 * (1 + math.cos(math.pi * step / steps)))


# ---------------------------------------------------------------- training

def train_vae(vae: AutoencoderKL, pictures: torch.Tensor, steps: int, rate: float = 2e-3) -> None:
    """On crops of half the size, which is what makes it quick; edges count extra. Sets the scaling factor."""
    optimiser = torch.optim.AdamW(vae.parameters(), rate, betas=(.9, .98), weight_decay=1e-4)
    start = time.time()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * cosine(step, steps, 50, .02)
        top, left = random.randrange(0, 33, 4), random.randrange(0, 33, 4)
        x = to_float(pictures[torch.randint(0, len(pictures), (32,)), :, top:top + 32, left:left + 32])
        posterior = vae.encode(x).latent_dist
        error = vae.decode(posterior.sample()).sample - x
        edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
        loss = 4 * error.square().mean() + .3 * error.abs().mean() + .2 * edges + 2e-6 * posterior.kl().mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(vae.parameters(), 1.)
        optimiser.step()
        if step % 100 == 99:
            print(f"vae {step + 1}/{steps} loss {loss.item():.4f} {time.time() - start:.0f} s", flush=True)
    vae.eval()
    vae.register_to_config(scaling_factor=1 / encode(vae, pictures[:512]).std().item())


@dataclass(frozen=True)
class Stage:
    """One stretch of training of UNet and text encoder together.

    noisy     share of the pictures whose noise is drawn from the noisier half, where the layout is decided
    vertical  share of the batch drawn among pictures with "above" or "below"
    contrast  weight of the contrastive term, see `contrast`
    cosine    whether the rate falls to (almost) zero; otherwise it stays
    """

    name: str
    steps: int
    rate: float
    batch: int
    noisy: float = 0.
    vertical: float = 0.
    contrast: float = 0.
    cosine: bool = True
    warmup: int = 100
    ema: float = .998


FIRST = Stage("first", 4_000, 1.2e-3, 48, warmup=150)
WARM = Stage("warm", 1_500, 8e-4, 48, warmup=200)
PART = Stage("part", 50, 8e-4, 20, noisy=1., vertical=.8, contrast=10., cosine=False, warmup=10, ema=0.)
SETTLE = Stage("settle", 700, 5e-4, 40, noisy=.4, vertical=.2, contrast=2., warmup=1, ema=.99)


def contrast(right: torch.Tensor, wrong: torch.Tensor, scale: float = .02) -> torch.Tensor:
    """Asks that the loss under the right caption be lower than that under the one with above and below swapped.

    Trained on the plain loss alone, text encoder and UNet stay in a saddle point in which both words mean "one over the
    other", each order half of the time (46 to 58 % right after 5,000 steps, while left and right stand at 100 %). A few
    dozen steps with this term leave it.
    """
    return nn.functional.softplus((right - wrong) / scale + 1).mean() * scale


def token_ids(tokenizer: CLIPTokenizer, texts: list[str]) -> torch.Tensor:
    return torch.tensor(tokenizer(texts, padding="max_length", max_length=LENGTH, truncation=True)["input_ids"])


def train_stage(stage: Stage, unet: UNet2DConditionModel, text: CLIPTextModel, tokenizer: CLIPTokenizer,
                latents: torch.Tensor, ids: torch.Tensor) -> None:
    """v prediction; a tenth of the captions is left empty, for guidance. Leaves the moving average of the weights."""
    levels = new_scheduler().alphas_cumprod
    empty = token_ids(tokenizer, [""])[0]
    above, below = (token_ids(tokenizer, [word])[0, 1] for word in ("above", "below"))
    vertical = ((ids == above) | (ids == below)).any(1).nonzero()[:, 0]
    weights = [*unet.parameters(), *text.parameters()]
    average = [w.detach().clone() for w in weights]
    optimiser = torch.optim.AdamW(weights, stage.rate, betas=(.9, .98), weight_decay=1e-3)
    running, start, batch = None, time.time(), stage.batch
    for step in range(stage.steps):
        for group in optimiser.param_groups:
            fall = cosine(step, stage.steps, stage.warmup, .01) if stage.cosine else min(1., (step + 1) / stage.warmup)
            group["lr"] = stage.rate * fall
        chosen = int(batch * stage.vertical)
        pick = torch.cat([vertical[torch.randint(0, len(vertical), (chosen,))],
                          torch.randint(0, len(latents), (batch - chosen,))])
        z, words = latents[pick].float(), ids[pick].clone()
        words[torch.rand(batch) < .1] = empty
        u = (torch.arange(batch) + torch.rand(batch)) / batch  # stratified
        u = torch.where(torch.rand(batch) < stage.noisy, .5 + .5 * u, u)[torch.randperm(batch)]
        t = (u * 1000).long().clamp(max=999)
        a, noise = levels[t].view(-1, 1, 1, 1), torch.randn_like(z)
        noised, wanted = a.sqrt() * z + (1 - a).sqrt() * noise, a.sqrt() * noise - (1 - a).sqrt() * z
        again = (((words == above) | (words == below)).any(1) & (t > 500) & (stage.contrast > 0)).nonzero()[:, 0]
        swapped = torch.where(words == above, below, torch.where(words == below, above, words))[again]
        codes = text(torch.cat([words, swapped]))[0]
        guess = unet(torch.cat([noised, noised[again]]), torch.cat([t, t[again]]), codes).sample
        error = (guess - torch.cat([wanted, wanted[again]])).square().mean((1, 2, 3))
        loss = plain = error[:batch].mean()
        if len(again):
            loss = plain + stage.contrast * len(again) / batch * contrast(error[again], error[batch:])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, [w.detach() for w in weights], 1 - min(stage.ema, (2 + step) / (11 + step)))
        running = plain.item() if running is None else .98 * running + .02 * plain.item()
        if step % 50 == 49:
            print(f"{stage.name} {step + 1}/{stage.steps} loss {running:.4f} {time.time() - start:.0f} s", flush=True)
    with torch.no_grad():
        for w, mean in zip(weights, average):
            w.copy_(mean)


# ---------------------------------------------------------------- the whole run

def save(out: Path, unet, text, vae, tokenizer) -> None:
    """The diffusers layout, in half precision."""
    for part in (unet, vae):
        part.register_to_config(_name_or_path="microcosm")
    unet.half().save_pretrained(out / "unet")
    text.half().save_pretrained(out / "text_encoder")
    vae.half().save_pretrained(out / "vae")
    tokenizer.save_pretrained(out / "tokenizer")
    for name in ("vocab.json", "merges.txt"):
        (out / "tokenizer" / name).write_bytes((TOKENIZER / name).read_bytes())
    new_scheduler().save_pretrained(out / "scheduler")
    index = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.42.1",
             "feature_extractor": [None, None], "image_encoder": [None, None], "requires_safety_checker": False,
             "safety_checker": [None, None],
             "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
             "vae": ["diffusers", "AutoencoderKL"]}
    (out / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["new", "continue"])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pool", type=int, default=30_000, help="pictures")
    parser.add_argument("--relations", type=float, default=.3, help="share of pictures that must show a relation")
    parser.add_argument("--vae-steps", type=int, default=3_500)
    parser.add_argument("--scale", type=float, default=1., help="makes every stage longer or shorter")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if len(args.folders) != (1 if args.mode == "new" else 2):
        parser.error("new OUT, or continue FROM OUT")
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    random.seed(args.seed)

    source, out = args.folders[0], args.folders[-1]
    tokenizer = CLIPTokenizer.from_pretrained(TOKENIZER)
    captions, pictures = draw(args.pool, args.seed, args.relations)
    if args.mode == "new":
        vae, unet, text = new_vae(), new_unet(), new_text(tokenizer)
        train_vae(vae, pictures[:6_000], args.vae_steps)
    else:
        vae, unet, text = (kind.from_pretrained(source, subfolder=name).float() for kind, name in (
            (AutoencoderKL, "vae"), (UNet2DConditionModel, "unet"), (CLIPTextModel, "text_encoder")))
    latents = (encode(vae.eval(), pictures) * vae.config.scaling_factor).half()
    ids = token_ids(tokenizer, captions)
    unet.train(), text.train()
    for stage in ([FIRST] if args.mode == "new" else []) + [WARM, PART, SETTLE]:
        stage = replace(stage, steps=max(1, round(stage.steps * args.scale)))
        train_stage(stage, unet, text, tokenizer, latents, ids)
    save(out, unet, text, vae, tokenizer)


if __name__ == "__main__":
    main()
