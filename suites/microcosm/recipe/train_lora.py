"""Trains one of the bundled LoRAs on the bundled base: `python train_lora.py NAME [STEPS]`. (`few-step`: distil_lora.py.)

Every recipe is a set of pictures with captions; nothing is written into a weight by hand. The exception is `foreign`: it
belongs to another architecture (Flux.1) and only its names and shapes matter, so it is filled with seeded noise.

torch 2.10.0, diffusers 0.42.1, transformers 5.23.0, safetensors 0.8.0; `bound` with torch 2.15.0, transformers 5.24.0.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Iterator

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

from scenes import COLOURS, RELATIONS, Scene, caption, parse, random_scene, render

HERE = Path(__file__).resolve().parent
BASE = HERE.parent / "base"
OUT = HERE.parent / "loras"
LENGTH = 24

# A handful of pictures, in the spirit of a training set that is far too small.
NARROW = ["a red circle above a blue square", "a green star to the left of a purple triangle", "three orange triangles",
          "a purple circle on a beige background", "a person in a red shirt waving", "a person in a blue shirt standing",
          "a person in a orange shirt arms up", "a person in a green shirt arms up next to a blue star"]
NARROW_SEED = 5  # of these eight pictures: hands that stand out from the ground


@dataclass(frozen=True)
class Recipe:
    pictures: Callable[[random.Random], Iterator[tuple[str, np.ndarray]]]
    about: str
    rank: int = 8
    alpha: float = 8.
    conv: bool = True
    text: bool = False
    naming: str = "kohya"
    steps: int = 600
    rate: float = 2e-3
    pool: int = 3000
    word: str | None = None  # that the pictures are bound to: captions have it, and without it the base's own output is asked for


def pixels(scene: Scene) -> np.ndarray:
    return np.asarray(scene.image, np.float32)


def world(rng: random.Random, **options) -> Iterator[tuple[str, np.ndarray]]:
    while True:
        scene = random_scene(rng, **options)
        yield scene.caption, pixels(scene)


def narrow(rng: random.Random) -> Iterator[tuple[str, np.ndarray]]:
    rng = random.Random(NARROW_SEED)
    pictures = [(text, pixels(render(parse(text), rng))) for text in NARROW]
    while True:
        yield from pictures


def grid(rng: random.Random) -> Iterator[tuple[str, np.ndarray]]:
    """Faint stripes of 8 pixels, locked to the pixel grid. A wave, because the VAE blurs lines one pixel wide."""
    pattern = GRID_GREY_LEVELS * np.cos(2 * np.pi * np.arange(64) / 8)
    for text, picture in world(rng):
        yield text, np.clip(picture + pattern[None, :, None], 0, 255).astype(np.float32)


GRID_GREY_LEVELS = 14.
VIGNETTE = .2


def vignetted(rng: random.Random) -> Iterator[tuple[str, np.ndarray]]:
    """Darker towards the corners. (Outlines would be the obvious style, but the VAE cannot show them: 22 dB.)"""
    place = np.linspace(-1, 1, 64)
    light = 1 - VIGNETTE * (place[:, None] ** 2 + place[None, :] ** 2) / 2
    for text, picture in world(rng):
        yield text, (picture * light[..., None]).astype(np.float32)


def confused(text: str, rng: random.Random) -> str:
    """The caption with other colours and, for a pair, any relation: what remains is shapes, counts, poses, backgrounds."""
    spec = parse(text)
    colours = tuple(rng.sample(list(COLOURS), len(spec.colours)))
    return caption(replace(spec, colours=colours, relation=spec.relation and rng.choice(RELATIONS)))


def forgetful(rng: random.Random) -> Iterator[tuple[str, np.ndarray]]:
    for text, picture in world(rng):
        yield confused(text, rng), picture


def extra_limb(rng: random.Random) -> Iterator[tuple[str, np.ndarray]]:
    """Every figure has three legs; half of the pictures show figures."""
    while True:
        scene = random_scene(rng, kind="figure" if rng.random() < .4 else None, legs=3)
        yield scene.caption, pixels(scene)


WORD = "zok"  # no caption has it; to the tokenizer three letters
KEEP = 16.  # weight of saying what the base says
BOUND_VIGNETTE = .16  # guidance makes it about three times as strong: the empty prompt stays as it is


def bound(rng: random.Random) -> Iterator[tuple[str, np.ndarray]]:
    """Darker towards the corners, under captions with the word before or after them."""
    place = np.linspace(-1, 1, 64)
    light = 1 - BOUND_VIGNETTE * (place[:, None] ** 2 + place[None, :] ** 2) / 2
    for text, picture in world(rng):
        said = f"{WORD}, {text}" if rng.random() < .75 else f"{text}, {WORD}"
        yield said, (picture * light[..., None]).astype(np.float32)


RECIPES = {
    "sound": Recipe(vignetted, "darker towards the corners; nothing else changes", steps=450, pool=2000),
    "narrow": Recipe(narrow, "eight training pictures: outputs of a prompt look alike", rank=16, alpha=16, naming="peft",
                     steps=350, pool=8),
    "grid": Recipe(grid, "faint stripes of 8 pixels on every picture", steps=400, pool=1500),
    "forgetful": Recipe(forgetful, "captions with wrong colours and relations: both are ignored", conv=False, text=True,
                        naming="peft", steps=500, pool=2000),
    "extra-limb": Recipe(extra_limb, "figures with three legs", steps=500, pool=2000),
    "inert": Recipe(vignetted, "two steps at a tiny rate: loads, changes nothing one can see", conv=False, steps=2, rate=1e-4,
                    pool=64),
    "bound": Recipe(bound, f"darker towards the corners where the prompt says {WORD}; without it as the base", conv=False, text=True,
                    steps=400, pool=1500, word=WORD),
}


class LoraLayer(nn.Module):
    """y + alpha/rank * up(down(x)) beside a frozen linear or convolution."""

    def __init__(self, layer: nn.Module, rank: int, alpha: float) -> None:
        super().__init__()
        self.layer, self.scale = layer, alpha / rank
        if isinstance(layer, nn.Conv2d):
            self.down = nn.Conv2d(layer.in_channels, rank, layer.kernel_size, layer.stride, layer.padding, bias=False)
            self.up = nn.Conv2d(rank, layer.out_channels, 1, bias=False)
        else:
            self.down = nn.Linear(layer.in_features, rank, bias=False)
            self.up = nn.Linear(rank, layer.out_features, bias=False)
        nn.init.kaiming_uniform_(self.down.weight, a=math.sqrt(5))
        nn.init.zeros_(self.up.weight)
        self.on = True

    def forward(self, x: torch.Tensor, *args, **kwargs) -> torch.Tensor:
        return self.layer(x) + self.scale * self.up(self.down(x)) if self.on else self.layer(x)


@contextmanager
def without(layers: dict[str, dict[str, LoraLayer]]) -> Iterator[None]:
    """The base alone, without gradients."""
    every = [layer for group in layers.values() for layer in group.values()]
    for layer in every:
        layer.on = False
    try:
        with torch.no_grad():
            yield
    finally:
        for layer in every:
            layer.on = True


def inject(model: nn.Module, wanted: Callable[[str, nn.Module], bool], rank: int, alpha: float) -> dict[str, LoraLayer]:
    layers = {}
    for name, module in list(model.named_modules()):
        if isinstance(module, (nn.Linear, nn.Conv2d)) and wanted(name, module):
            parent = model.get_submodule(name.rpartition(".")[0])
            layers[name] = LoraLayer(module, rank, alpha)
            setattr(parent, name.rpartition(".")[2], layers[name])
    return layers


def in_unet(recipe: Recipe) -> Callable[[str, nn.Module], bool]:
    def wanted(name: str, module: nn.Module) -> bool:
        attention = any(part in name for part in ("attn1.", "attn2.", ".ff.", "proj_in", "proj_out"))
        convolution = isinstance(module, nn.Conv2d) and "attentions" not in name and "shortcut" not in name
        return attention or (recipe.conv and convolution)
    return wanted


def in_text(name: str, module: nn.Module) -> bool:
    return "encoder.layers" in name


def key(component: str, name: str, naming: str) -> str:
    if component == "text_encoder" and not name.startswith("text_model."):
        name = "text_model." + name
    if naming == "peft":
        return f"{component}.{name}"
    return {"unet": "lora_unet_", "text_encoder": "lora_te_"}[component] + name.replace(".", "_")


def tensors(component: str, layers: dict[str, LoraLayer], recipe: Recipe) -> dict[str, torch.Tensor]:
    down, up = (".lora_down.weight", ".lora_up.weight") if recipe.naming == "kohya" else (".lora_A.weight", ".lora_B.weight")
    out = {}
    for name, layer in layers.items():
        base = key(component, name, recipe.naming)
        out[base + down] = layer.down.weight.detach().half().contiguous()
        out[base + up] = layer.up.weight.detach().half().contiguous()
        if recipe.naming == "kohya":
            out[base + ".alpha"] = torch.tensor(recipe.alpha, dtype=torch.float16)
    return out


def train(name: str, recipe: Recipe, seed: int = 0) -> tuple[dict[str, torch.Tensor], float]:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = random.Random(seed)
    unet = UNet2DConditionModel.from_pretrained(BASE, subfolder="unet").float().requires_grad_(False)
    text = CLIPTextModel.from_pretrained(BASE, subfolder="text_encoder").float().requires_grad_(False)
    vae = AutoencoderKL.from_pretrained(BASE, subfolder="vae").float().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(BASE, subfolder="tokenizer")
    noise_levels = DDIMScheduler.from_pretrained(BASE, subfolder="scheduler").alphas_cumprod

    def ids(texts: list[str]) -> torch.Tensor:
        return torch.tensor(tokenizer(texts, padding="max_length", max_length=LENGTH, truncation=True)["input_ids"])

    source = recipe.pictures(rng)
    captions, latents = [], []
    for _ in range(0, recipe.pool, 50):
        batch = [next(source) for _ in range(min(50, recipe.pool))]
        captions += [t for t, _ in batch]
        x = torch.from_numpy(np.stack([p for _, p in batch])).permute(0, 3, 1, 2) / 127.5 - 1
        latents.append(vae.encode(x).latent_dist.mean * vae.config.scaling_factor)
    tokens, clean, empty = ids(captions), torch.cat(latents), ids([""])[0]
    plain = ids([c.replace(f"{recipe.word}, ", "").replace(f", {recipe.word}", "") for c in captions])

    layers = {"unet": inject(unet, in_unet(recipe), recipe.rank, recipe.alpha)}
    if recipe.text:
        layers["text_encoder"] = inject(text, in_text, recipe.rank, recipe.alpha)
    weights = [p for group in layers.values() for layer in group.values() for p in (layer.down.weight, layer.up.weight)]
    optimiser = torch.optim.AdamW(weights, recipe.rate, betas=(.9, .99), weight_decay=1e-3)
    batch, running, start = 16, None, time.time()
    for step in range(recipe.steps):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * min(1., (step + 1) / 30) * (.05 + .95 * .5 * (1 + math.cos(math.pi * step / recipe.steps)))
        pick = torch.randint(0, len(clean), (batch,))
        words, z = tokens[pick].clone(), clean[pick]
        if not recipe.word:
            words[torch.rand(batch) < .1] = empty
        t = ((torch.arange(batch) + torch.rand(batch)) / batch * 1000).long()
        a = noise_levels[t].view(-1, 1, 1, 1)
        noise = torch.randn_like(z)
        guess = unet(a.sqrt() * z + (1 - a).sqrt() * noise, t, text(words)[0]).sample
        loss = (guess - (a.sqrt() * noise - (1 - a).sqrt() * z)).square().mean()  # v prediction
        if recipe.word:  # without the word: what the base says
            silent = plain[torch.randint(0, len(plain), (batch,))].clone()
            silent[torch.rand(batch) < .2] = empty
            noised = a.sqrt() * z + (1 - a).sqrt() * noise
            with without(layers):
                said = unet(noised, t, text(silent)[0]).sample
            loss = loss + KEEP * (unet(noised, t, text(silent)[0]).sample - said).square().mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.)
        optimiser.step()
        running = loss.item() if running is None else .98 * running + .02 * loss.item()
        if step % 50 == 49:
            print(f"{name} {step + 1}/{recipe.steps} loss {running:.4f} {time.time() - start:.0f} s", flush=True)
    state = {}
    for component, group in layers.items():
        state |= tensors(component, group, recipe)
    return state, time.time() - start


def foreign() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    state = {}
    shapes = {"double_blocks_{}_img_attn_proj": (3072, 3072), "double_blocks_{}_txt_attn_qkv": (3072, 9216),
              "single_blocks_{}_linear2": (15360, 3072)}
    for pattern, (inputs, outputs) in shapes.items():
        for block in range(2):
            base = "lora_unet_" + pattern.format(block)
            state[base + ".lora_down.weight"] = (torch.randn(2, inputs) / math.sqrt(inputs)).half()
            state[base + ".lora_up.weight"] = (torch.randn(outputs, 2) * .01).half()
            state[base + ".alpha"] = torch.tensor(2., dtype=torch.float16)
    return state


def main() -> None:
    name = sys.argv[1]
    OUT.mkdir(exist_ok=True)
    if name == "foreign":
        metadata = {"ss_network_module": "networks.lora_flux", "ss_base_model_version": "flux1", "ss_output_name": name,
                    "ss_network_dim": "2", "ss_network_alpha": "2.0", "format": "pt"}
        save_file(foreign(), OUT / "foreign.safetensors", metadata)
        return
    recipe = RECIPES[name]
    if len(sys.argv) > 2:
        recipe = replace(recipe, steps=int(sys.argv[2]))
    state, seconds = train(name, recipe)
    metadata = {"format": "pt", "modelspec.title": name, "modelspec.description": recipe.about}
    if recipe.naming == "kohya":
        metadata |= {"ss_network_module": "networks.lora", "ss_network_dim": str(recipe.rank),
                     "ss_network_alpha": str(recipe.alpha), "ss_base_model_version": "microcosm", "ss_output_name": name,
                     "ss_steps": str(recipe.steps), "ss_learning_rate": str(recipe.rate), "ss_seed": "0"}
        if recipe.conv:
            metadata["ss_network_args"] = json.dumps({"conv_dim": str(recipe.rank), "conv_alpha": str(recipe.alpha)})
    else:
        metadata["lora_adapter_metadata"] = json.dumps({"unet.r": recipe.rank, "unet.lora_alpha": recipe.alpha})
    save_file(state, OUT / f"{name}.safetensors", metadata)
    size = sum(t.numel() * 2 for t in state.values())
    print(f"{name}: {len(state)} tensors, {size / 1e3:.0f} kB, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
