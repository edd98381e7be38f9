"""Golden timesteps, sigmas and toy runs of the samplers, from diffusers.

Pinned: Python 3, torch 2.10.0, diffusers 0.42.1, numpy 2.4.6.
Usage: python golden_samplers.py > ../resources/dev/assay/harness/nn/diffusion/samplers.json

The toy model is deterministic: out = 0.3 * x + 0.1 * sin(t / 100), x after scale_model_input.
First latents are noise[0] * init sigma; ancestral step i adds noise[i + 1]; all from one generator with seed 7.
"""

import json

import numpy as np
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
)

SHAPE = (1, 2, 4, 4)
SEED = 7
SD = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)


class EulerAncestralKarras(EulerAncestralDiscreteScheduler):
    """diffusers has no Karras spacing for the ancestral sampler: its steps over the levels of EulerDiscrete."""

    def set_timesteps(self, n, device=None):
        super().set_timesteps(n)
        keys = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type",
                "timestep_spacing", "steps_offset", "rescale_betas_zero_snr")
        euler = EulerDiscreteScheduler(use_karras_sigmas=True, **{k: self.config[k] for k in keys})
        euler.set_timesteps(n)
        self.timesteps, self.sigmas = euler.timesteps, euler.sigmas


SAMPLERS = {
    ("ddim", "normal"): (DDIMScheduler, dict(clip_sample=False, set_alpha_to_one=False)),
    ("euler", "normal"): (EulerDiscreteScheduler, {}),
    ("euler", "karras"): (EulerDiscreteScheduler, dict(use_karras_sigmas=True)),
    ("euler_ancestral", "normal"): (EulerAncestralDiscreteScheduler, {}),
    ("euler_ancestral", "karras"): (EulerAncestralKarras, {}),
    ("dpmpp_2m", "normal"): (DPMSolverMultistepScheduler, {}),
    ("dpmpp_2m", "karras"): (DPMSolverMultistepScheduler, dict(use_karras_sigmas=True)),
}


def floats(values):
    return [float(f"{float(v):.9g}") for v in np.asarray(values).reshape(-1)]


def run(sampler, schedule, config, steps):
    kind, extra = SAMPLERS[sampler, schedule]
    scheduler = kind(**{**config, **{k: v for k, v in extra.items() if k not in config}})
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # otherwise a repeated first timestep makes diffusers skip a level
    generator = torch.Generator("cpu").manual_seed(SEED)
    init = float(scheduler.init_noise_sigma)
    timesteps, sigmas = floats(scheduler.timesteps), floats(getattr(scheduler, "sigmas", []))
    x = torch.randn(SHAPE, generator=generator) * scheduler.init_noise_sigma
    first = None
    for t in scheduler.timesteps:
        seen = scheduler.scale_model_input(x, t)
        out = 0.3 * seen + float(0.1 * np.sin(float(t) / 100))
        more = dict(generator=generator) if sampler == "euler_ancestral" else {}
        x = scheduler.step(out, t, x, **more).prev_sample
        first = floats(x) if first is None else first
    return dict(sampler=sampler, schedule=schedule, config=config, steps=steps, timesteps=timesteps, sigmas=sigmas,
                init=init, first=first, last=floats(x))


def main():
    runs = []
    for sampler, schedule in SAMPLERS:
        for prediction in ("epsilon", "v_prediction"):
            for spacing in ("leading", "trailing", "linspace"):
                config = dict(SD, prediction_type=prediction, timestep_spacing=spacing)
                runs += [run(sampler, schedule, config, n) for n in (1, 4, 10, 12)]
        v = dict(SD, prediction_type="v_prediction", timestep_spacing="trailing")
        runs.append(run(sampler, schedule, dict(v, rescale_betas_zero_snr=True), 10))
        runs.append(run(sampler, schedule, dict(v, beta_schedule="linear", beta_start=0.0001, beta_end=0.02), 10))
        runs.append(run(sampler, schedule, dict(v, beta_schedule="squaredcos_cap_v2"), 10))
        if sampler != "euler_ancestral":
            runs.append(run(sampler, schedule, dict(v, prediction_type="sample"), 10))
    for more in (dict(clip_sample=True, clip_sample_range=1.0), dict(set_alpha_to_one=True)):
        config = dict(SD, prediction_type="epsilon", timestep_spacing="leading", **more)
        runs.append(run("ddim", "normal", config, 10))
    generator = torch.Generator("cpu").manual_seed(SEED)
    noise = [floats(torch.randn(SHAPE, generator=generator)) for _ in range(13)]
    g42 = torch.randn((1, 4, 64, 64), generator=torch.Generator("cpu").manual_seed(42)).reshape(-1)
    big = torch.randn((1, 3, 5, 7), generator=torch.Generator("cpu").manual_seed(2**40 + 3)).reshape(-1)
    small = torch.Generator("cpu").manual_seed(5)
    draws = [floats(torch.randn(n, generator=small)) for n in (3, 16, 4)]
    print("{")
    print('"source": "golden_samplers.py, torch %s, diffusers 0.42.1",' % torch.__version__.split("+")[0])
    print('"shape": %s, "seed": %d,' % (json.dumps(SHAPE), SEED))
    print('"noise": %s,' % json.dumps(noise))
    print('"randn": ' + json.dumps({
        "seed0_16": floats(torch.randn(16, generator=torch.Generator("cpu").manual_seed(0))),
        "seed42_1_4_64_64_sum_first_last": floats([g42.double().sum()] + list(g42[:4]) + list(g42[-4:])),
        "seed1099511627779_1_3_5_7": floats(big),
        "seed5_successive_3_16_4": draws}) + ",")
    print("\"runs\": [")
    print(",\n".join(json.dumps(r) for r in runs).replace(", ", ","))
    print("]}")


if __name__ == "__main__":
    main()
