"""Distils the bundled LoRA `few-step`: the base's 20 steps at guidance 3 in 5 steps at guidance 1: `python distil_lora.py [STEPS]`.

The base draws the way of each picture from noise, and the places it comes through at the timesteps of 5 trailing DDIM steps are kept.
The LoRA learns the one velocity that leads from each to the next: a single round of progressive distillation (Salimans and Ho 2022,
arXiv 2202.00512) with guidance distilled at once (Meng et al. 2023, arXiv 2210.03142).

torch 2.15.0, diffusers 0.42.1, transformers 5.24.0, safetensors 0.8.0.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

from scenes import caption, random_spec
from train_lora import BASE, LENGTH, OUT, Recipe, in_unet, inject, tensors, world

STEPS, WITHIN, GUIDANCE = 5, 4, 3.  # steps to learn; of the base within each of them; of the base
RECIPE = Recipe(world, f"{STEPS} steps at guidance 1 for the base's {STEPS * WITHIN} at guidance {GUIDANCE:g}", rank=16, alpha=16,
                steps=700, rate=2e-3, pool=600)


@torch.no_grad()
def ways(unet, codes: torch.Tensor, empty: torch.Tensor, times: list[int], levels: torch.Tensor) -> torch.Tensor:
    """Latents [STEPS + 1, N, 4, 16, 16] on the base's way from noise."""
    x = torch.randn(len(codes), 4, 16, 16)
    kept = [x]
    for i, t in enumerate(times):
        a = levels[t]
        b = levels[times[i + 1]] if i + 1 < len(times) else levels[0]
        both = unet(torch.cat([x, x]), t, torch.cat([empty.expand_as(codes), codes])).sample
        silent, said = both.chunk(2)
        v = silent + GUIDANCE * (said - silent)
        clean, noise = a.sqrt() * x - (1 - a).sqrt() * v, a.sqrt() * v + (1 - a).sqrt() * x
        x = b.sqrt() * clean + (1 - b).sqrt() * noise
        if i % WITHIN == WITHIN - 1:
            kept.append(x)
    return torch.stack(kept)


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else RECIPE.steps
    pool = RECIPE.pool if steps >= 50 else 50
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = random.Random(0)
    unet = UNet2DConditionModel.from_pretrained(BASE, subfolder="unet").float().requires_grad_(False)
    text = CLIPTextModel.from_pretrained(BASE, subfolder="text_encoder").float().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(BASE, subfolder="tokenizer")
    levels = DDIMScheduler.from_pretrained(BASE, subfolder="scheduler").alphas_cumprod
    start = time.time()

    def codes_of(texts: list[str]) -> torch.Tensor:
        ids = torch.tensor(tokenizer(texts, padding="max_length", max_length=LENGTH, truncation=True)["input_ids"])
        with torch.no_grad():
            return text(ids)[0]

    fine = [1000 - 1000 * i // (STEPS * WITHIN) - 1 for i in range(STEPS * WITHIN)]
    coarse = torch.tensor(fine[::WITHIN])
    codes = codes_of([caption(random_spec(rng)) for _ in range(pool)])
    empty = codes_of([""])
    places = torch.cat([ways(unet, part, empty, fine, levels) for part in codes.split(50)], dim=1)
    print(f"{pool} ways, {time.time() - start:.0f} s", flush=True)
    a = levels[coarse]
    b = torch.cat([a[1:], levels[:1]])
    # A DDIM step turns by the angle between the two noise levels: x' = cos x - sin v.
    cosine, sine = (a * b).sqrt() + ((1 - a) * (1 - b)).sqrt(), ((1 - a) * b).sqrt() - (a * (1 - b)).sqrt()
    shape = (-1, 1, 1, 1, 1)
    velocity = (cosine.view(shape) * places[:-1] - places[1:]) / sine.view(shape)

    layers = inject(unet, in_unet(RECIPE), RECIPE.rank, RECIPE.alpha)
    weights = [p for layer in layers.values() for p in (layer.down.weight, layer.up.weight)]
    optimiser = torch.optim.AdamW(weights, RECIPE.rate, betas=(.9, .99), weight_decay=1e-3)
    batch, running = 20, None
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RECIPE.rate * min(1., (step + 1) / 30) * (.02 + .98 * .5 * (1 + math.cos(math.pi * step / steps)))
        way, place = torch.randint(0, pool, (batch,)), torch.arange(batch) % STEPS
        guess = unet(places[place, way], coarse[place], codes[way]).sample
        loss = (guess - velocity[place, way]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.)
        optimiser.step()
        running = loss.item() if running is None else .98 * running + .02 * loss.item()
        if step % 50 == 49:
            print(f"few-step {step + 1}/{steps} loss {running:.4f} {time.time() - start:.0f} s", flush=True)
    state = tensors("unet", layers, RECIPE)
    metadata = {"format": "pt", "modelspec.title": "few-step", "modelspec.description": RECIPE.about,
                "ss_network_module": "networks.lora", "ss_network_dim": str(RECIPE.rank), "ss_network_alpha": str(RECIPE.alpha),
                "ss_base_model_version": "microcosm", "ss_output_name": "few-step", "ss_steps": str(steps),
                "ss_learning_rate": str(RECIPE.rate), "ss_seed": "0",
                "ss_network_args": json.dumps({"conv_dim": str(RECIPE.rank), "conv_alpha": str(RECIPE.alpha)})}
    OUT.mkdir(exist_ok=True)
    save_file(state, OUT / "few-step.safetensors", metadata)
    print(f"few-step: {len(state)} tensors, {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
