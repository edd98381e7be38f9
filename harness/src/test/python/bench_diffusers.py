"""Seconds per picture and pixel differences: our renderer and diffusers, in turns on the same cores.

torch==2.10.0 diffusers==0.42.1 transformers==5.23.0 numpy

python bench_diffusers.py CHECKPOINT CLASSPATH [--size 64 --steps 12 --guidance 3 --pictures 9 --threads 2 --tokenizer DIR]
CHECKPOINT is a diffusers folder; or a single file, which diffusers then reads as --reference, the same weights as a folder.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time

import numpy as np
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

p = argparse.ArgumentParser()
p.add_argument("checkpoint")
p.add_argument("classpath")
p.add_argument("--reference")
p.add_argument("--prompt", default="a red circle above a blue square")
p.add_argument("--size", type=int, default=64)
p.add_argument("--steps", type=int, default=12)
p.add_argument("--guidance", type=float, default=3)
p.add_argument("--pictures", type=int, default=9)
p.add_argument("--warmup", type=int, default=3)
p.add_argument("--threads", type=int, default=2)
a = p.parse_args()

torch.set_num_threads(a.threads)
begin = time.perf_counter()
pipe = StableDiffusionPipeline.from_pretrained(a.reference or a.checkpoint, safety_checker=None, dtype=torch.float32)
print(f"diffusers loaded in {time.perf_counter() - begin:.2f} s")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
pipe.set_progress_bar_config(disable=True)
pixels = tempfile.NamedTemporaryFile(delete=False).name
java = subprocess.Popen(
    ["java", "-cp", a.classpath, "dev.assay.harness.nn.diffusion.RenderBenchmark", a.checkpoint, a.prompt, str(a.size),
     str(a.steps), str(a.guidance), str(a.threads), pixels],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print("java", java.stdout.readline().strip())


def theirs(seed):
    start = time.perf_counter()
    image = pipe(a.prompt, negative_prompt="", height=a.size, width=a.size, num_inference_steps=a.steps,
                 guidance_scale=a.guidance, generator=torch.Generator("cpu").manual_seed(seed), output_type="np").images[0]
    return time.perf_counter() - start, (image * 255).round().astype("uint8")


def ours(seed):
    java.stdin.write(f"{seed}\n")
    java.stdin.flush()
    seconds = float(java.stdout.readline())
    return seconds, np.fromfile(pixels, np.uint8).reshape(a.size, a.size, 3)


times = {"diffusers": [], "ours": []}
worst, differing, total = 0, 0, 0
for i in range(a.warmup + a.pictures):
    t_theirs, image_theirs = theirs(i)
    t_ours, image_ours = ours(i)
    d = np.abs(image_theirs.astype(int) - image_ours.astype(int))
    worst, differing, total = max(worst, d.max()), differing + (d > 0).sum(), total + d.size
    if i >= a.warmup:
        times["diffusers"].append(t_theirs)
        times["ours"].append(t_ours)
java.stdin.close()
java.wait()
os.unlink(pixels)
medians = {k: statistics.median(v) for k, v in times.items()}
print(f"{a.pictures} pictures of {a.size} px, {a.steps} steps, guidance {a.guidance}, {a.threads} threads: "
      f"ours {medians['ours']:.4f} s, diffusers {medians['diffusers']:.4f} s, ratio {medians['ours'] / medians['diffusers']:.3f}; "
      f"largest difference {worst} of 255, {differing} of {total} values differ")
