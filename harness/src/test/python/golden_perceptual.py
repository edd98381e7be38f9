"""Golden distances of LPIPS and DreamSim with weights that both sides make from a hash: the networks are too large to commit.

torch==2.13.0 torchvision==0.28.0 lpips==0.1.4 dreamsim==0.2.1 peft==0.21.2 pillow numpy

python golden_perceptual.py harness/src/test/resources/golden
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

SOURCE = "lpips 0.1.4, dreamsim 0.2.1, peft 0.21.2, torch 2.13.0: golden_perceptual.py"
torch.set_num_threads(1)


def bits(name, count):
    """SplitMix64 from the FNV-1a of the name."""
    seed = 0xCBF29CE484222325
    for b in name.encode():
        seed = ((seed ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def hashed(name, shape, centre, spread):
    unit = (bits(name, int(np.prod(shape))) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return torch.from_numpy((centre + spread * (2 * unit - 1)).astype(np.float32)).reshape(tuple(shape))


def picture(name, width, height):
    """Smooth enough to look like something: blocks of 8 pixels, with noise of 32 levels on top. Shape (height, width, 3), bytes."""
    blocks = (bits(name + " blocks", (height // 8 + 1) * (width // 8 + 1) * 3) % np.uint64(224)).astype(np.int64)
    blocks = blocks.reshape(height // 8 + 1, width // 8 + 1, 3).repeat(8, 0).repeat(8, 1)[:height, :width]
    noise = (bits(name + " noise", height * width * 3) % np.uint64(32)).astype(np.int64).reshape(height, width, 3)
    return (blocks + noise).astype(np.uint8)


# LPIPS


def fill_trunk(features):
    for name, p in features.named_parameters():
        fan = int(np.prod(p.shape[1:])) if p.dim() > 1 else 0
        spread = (6 / fan) ** 0.5 if fan else 0.1
        p.data.copy_(hashed("features." + name, p.shape, 0, spread))


@torch.no_grad()
def lpips_distances(net, width, height):
    import lpips
    from torchvision.models import alexnet, vgg16

    model = lpips.LPIPS(net=net, pretrained=False, pnet_rand=True, verbose=False).eval()
    trunk = (alexnet if net == "alex" else vgg16)(weights=None).features
    fill_trunk(trunk)
    state = {}
    for k, v in model.state_dict().items():
        if k.startswith("net.slice"):
            state[k] = trunk.state_dict()[k.split(".", 2)[2]]
        elif k.startswith("lin"):
            own = "lin" + k[len("lins."):] if k.startswith("lins.") else k  # it says them twice
            state[k] = hashed(own, v.shape, 0, 1).clamp(min=0)
        else:
            state[k] = v
    model.load_state_dict(state)
    pictures = [lpips.im2tensor(picture(f"picture {i}", width, height)) for i in range(3)]
    out = [float(model(pictures[i], pictures[j])) for i in range(3) for j in range(i)]
    assert all(d > 1e-3 for d in out), out
    return {"width": width, "height": height, "distances": out}


def main():
    golden = {"source": SOURCE, "lpips": {net: [lpips_distances(net, *size) for size in sizes]
                                          for net, sizes in {"alex": [(64, 64), (95, 71)], "vgg": [(48, 33)]}.items()}}
    out = Path(sys.argv[1])
    (out / "perceptual.json").write_text(json.dumps(golden, indent=1) + "\n")
    lin = {f"lin{k}.model.1.weight": hashed(f"lin{k}.model.1.weight", (1, c, 1, 1), 0, 1).clamp(min=0)
           for k, c in enumerate([64, 192, 384, 256, 256])}
    # LPIPS's own file is of the older form
    torch.save(lin, out / "networks" / "lpips_alex.pth", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
