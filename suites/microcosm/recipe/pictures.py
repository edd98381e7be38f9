"""Pools of pictures for training the judges: drawn in parallel, reconstructed by the VAE, roughened."""

from __future__ import annotations

import multiprocessing
import random
from pathlib import Path
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F

from scenes import Scene

Make = Callable[[random.Random], Scene]
CHUNK = 500


def _draw(job: tuple[Make, int, int]) -> tuple[np.ndarray, list[Scene]]:
    make, seed, count = job
    rng = random.Random(seed)
    scenes = [make(rng) for _ in range(count)]
    pictures = np.stack([np.asarray(s.image) for s in scenes])
    for s in scenes:
        s.image = None  # the array has it
    return pictures, scenes


def draw_pool(make: Make, count: int, seed: int, workers: int = 2) -> tuple[np.ndarray, list[Scene]]:
    """`count` scenes: pictures as uint8 [N, 64, 64, 3], and the scenes without their images."""
    jobs = [(make, seed * 1_000_003 + start, min(CHUNK, count - start)) for start in range(0, count, CHUNK)]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        parts = pool.map(_draw, jobs, chunksize=1)
    return np.concatenate([p for p, _ in parts]), [s for _, scenes in parts for s in scenes]


@torch.no_grad()
def reconstruct(vae_folder: Path, pictures: np.ndarray, seed: int, noise: float = .25, batch: int = 32) -> np.ndarray:
    """The pictures through the VAE. Latents get noise of a random strength up to `noise` times their
    spread, because those of a generated picture are never quite right; 0 for a plain reconstruction."""
    from diffusers import AutoencoderKL

    vae = AutoencoderKL.from_pretrained(vae_folder).eval()
    generator = torch.Generator().manual_seed(seed)
    out = []
    for start in range(0, len(pictures), batch):
        x = to_float(pictures[start:start + batch]) * 2 - 1
        with torch.autocast("cpu", torch.bfloat16):
            latents = vae.encode(x).latent_dist.mean
            strength = noise * torch.rand(len(x), 1, 1, 1, generator=generator) / vae.config.scaling_factor
            latents = latents + strength * torch.randn(latents.shape, generator=generator)
            y = vae.decode(latents).sample.float()
        out.append(((y.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy())
    return np.concatenate(out)


def to_float(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [N, 64, 64, 3] to float [N, 3, 64, 64] in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float().div_(255)


def roughen(x: torch.Tensor, share: float = .5) -> torch.Tensor:
    """Slight blur, noise, brightness and contrast on a random share of each batch; colours stay named right."""
    n = len(x)

    def some(low: float, high: float) -> torch.Tensor:
        value = torch.empty(n, 1, 1, 1).uniform_(low, high)
        return value * (torch.rand(n, 1, 1, 1) < share)

    mix = some(.1, 1.)
    soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = x + mix * (soft - x)
    x = x + some(0., .05) * torch.randn(x.shape)
    x = (x - .5) * (1 + some(-.12, .12)) + .5 + some(-.06, .06)
    return x.clamp_(0, 1)
