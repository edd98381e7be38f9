"""Golden numbers of LPIPS, DreamSim and SSCD with weights that both sides make from a hash: the networks are too large to commit.

torch==2.13.0 torchvision==0.28.0 lpips==0.1.4 dreamsim==0.2.1 peft==0.21.2 pillow numpy

python golden_perceptual.py harness/src/test/resources/golden
"""

import json
import sys
import tempfile
from collections import OrderedDict
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


class Python2Dict(dict):
    """Pickled as Python 2 does an OrderedDict: made from a list of pairs."""

    def __reduce__(self):
        return OrderedDict, ([[k, v] for k, v in self.items()],)


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


# DreamSim: the package's own code on small transformers. Everything goes through the files that it reads.

WIDTH, DEPTH, OUT, RANK, ALPHA = 128, 12, 64, 4, 3  # the package takes the 12th layer


def fill_vit(model, prefix):
    """By the names of the file, 1 for norms, and large enough that no part is lost beside another."""
    state = {}
    for name, p in model.state_dict().items():
        norm = "norm" in name or "pos_drop" in name
        state[name] = hashed(prefix + name, p.shape, 1.0 if norm and name.endswith("weight") else 0.0,
                             0.2 if norm or p.dim() < 2 else (3 / p[0].numel()) ** 0.5 if p.dim() != 3 else 1.0)
    return state


@torch.no_grad()
def dreamsim_numbers(folder):
    import dreamsim.feature_extraction.load_clip_as_dino as load_clip
    import dreamsim.feature_extraction.load_open_clip_as_dino as load_open_clip
    from dreamsim import PerceptualModel, dreamsim
    from dreamsim.feature_extraction.vision_transformer import DINOHead, VisionTransformer
    from functools import partial
    from peft import LoraConfig, get_peft_model
    from PIL import Image

    def small(patch_size=16):
        return VisionTransformer(patch_size=patch_size, embed_dim=WIDTH, depth=DEPTH, num_heads=WIDTH // 64, mlp_ratio=4,
                                 qkv_bias=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6))

    def with_norm_before():
        model = small()
        model.pos_drop = torch.nn.LayerNorm(WIDTH)
        return model

    load_clip.vit_base = load_open_clip.vit_base = small
    (folder / "checkpoints").mkdir(parents=True)
    torch.save(fill_vit(small(), "dino."), folder / "checkpoints" / "dino_vitbase16_pretrain.pth")
    for branch in ("clip", "open_clip"):
        state = fill_vit(with_norm_before(), branch + ".")
        state["proj"] = hashed(branch + ".proj", (WIDTH, OUT), 0, 0.3)
        torch.save({"state_dict": state}, folder / f"{branch}_vitb16_pretrain.pth.tar")

    def hub(repo, name):
        model = small()
        model.load_state_dict(torch.load(folder / "checkpoints" / "dino_vitbase16_pretrain.pth", weights_only=True))
        return model

    torch.hub.load = hub
    head = {"module.head." + k.replace("last_layer.weight_v", "last_layer.weight"): v
            for k, v in DINOHead(768, 2048).state_dict().items() if not k.endswith("weight_g")}
    torch.save({"student": head}, folder / "dino_vitb16_pretrain.pth")

    model = PerceptualModel(model_type="dino_vitb16,clip_vitb16,open_clip_vitb16", feat_type="cls,embedding,embedding",
                            stride="16,16,16", lora=True, load_dir=str(folder), device="cpu")
    model = get_peft_model(model, LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.3, bias="none", target_modules=["qkv"]))
    for name, p in model.named_parameters():
        if "lora_" in name:
            p.copy_(hashed(name.replace(".default", ""), p.shape, 0, 0.4))
    model.save_pretrained(folder / "ensemble_lora")

    ours, preprocess = dreamsim(cache_dir=str(folder), device="cpu")
    bare, _ = dreamsim(cache_dir=str(folder), device="cpu", pretrained=False)
    pictures = [preprocess(Image.fromarray(picture(f"picture {i}", *size)))
                for i, size in enumerate([(224, 224), (224, 224), (120, 96)])]
    pairs = [(i, j) for i in range(3) for j in range(i)]
    out = [float(ours(pictures[i], pictures[j])) for i, j in pairs]
    assert all(abs(d - float(bare(pictures[i], pictures[j]))) > 1e-3 for d, (i, j) in zip(out, pairs)), "the LoRA does nothing"
    embedding = ours.embed(pictures[2])[0]
    parts = [embedding[:WIDTH], embedding[WIDTH:WIDTH + OUT], embedding[WIDTH + OUT:]]
    assert all(part.norm() > 0.2 for part in parts), [float(p.norm()) for p in parts]
    return {"distances": out, "embedding": embedding.tolist()}


# SSCD: torchvision's ResNet-50 with the pooling of its repository


@torch.no_grad()
def sscd_vector():
    from PIL import Image
    from torchvision import transforms
    from torchvision.models import resnet50

    model = resnet50(weights=None, num_classes=512).eval()
    state = {}
    for name, p in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = p
        elif p.dim() > 1:
            state[name] = hashed(name, p.shape, 0, (6 / p[0].numel()) ** 0.5)
        else:  # batch norms, and the bias of the last layer
            norm = name.endswith(("running_var", "weight"))
            state[name] = hashed(name, p.shape, 0.5 if norm else 0, 0.2)
    model.load_state_dict(state)

    class Pool(torch.nn.Module):
        def forward(self, x):
            return x.clamp(min=1e-6).pow(3.0).mean(dim=(2, 3)).pow(1 / 3.0)

    model.avgpool = Pool()
    prepare = transforms.Compose([transforms.Resize([320, 320]), transforms.ToTensor(),
                                  transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])])
    x = torch.stack([prepare(Image.fromarray(picture(f"picture {i}", 96, 120))) for i in range(2)])
    vectors = torch.nn.functional.normalize(model(x))
    return {"cosine": float(vectors[0] @ vectors[1]), "vector": vectors[0].tolist()}


def main():
    golden = {"source": SOURCE, "lpips": {net: [lpips_distances(net, *size) for size in sizes]
                                          for net, sizes in {"alex": [(64, 64), (95, 71)], "vgg": [(48, 33)]}.items()}}
    golden["sscd"] = sscd_vector()
    with tempfile.TemporaryDirectory() as folder:
        golden["dreamsim"] = dreamsim_numbers(Path(folder))
    out = Path(sys.argv[1])
    (out / "perceptual.json").write_text(json.dumps(golden, indent=1) + "\n")
    lin = {f"lin{k}.model.1.weight": hashed(f"lin{k}.model.1.weight", (1, c, 1, 1), 0, 1).clamp(min=0)
           for k, c in enumerate([64, 192, 384, 256, 256])}
    # LPIPS's own file is of the older form, and was written by Python 2
    torch.save(Python2Dict(lin), out / "networks" / "lpips_alex.pth", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
