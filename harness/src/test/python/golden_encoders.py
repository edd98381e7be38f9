"""Golden files of the image encoders: tiny random models, made by transformers.

torch==2.13.0 transformers==5.24.0 safetensors numpy pillow

python golden_encoders.py harness/src/test/resources/golden/networks

Weights are stored in half precision, and both sides compute in float32 from what is stored.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (CLIPConfig, CLIPModel, Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig,
                          Dinov2WithRegistersModel, SiglipConfig, SiglipModel)

SOURCE = "torch 2.13.0, transformers 5.24.0: golden_encoders.py"
out = Path(sys.argv[1])
torch.manual_seed(0)
torch.set_num_threads(1)


def randomise(model):
    for name, p in model.named_parameters():
        with torch.no_grad():
            if "norm" in name and name.endswith("weight"):
                p.copy_(1 + 0.1 * torch.randn_like(p))
            elif name.endswith(("bias", "lambda1")):
                p.copy_(0.3 * torch.randn_like(p))
            elif p.dim() > 0:
                p.copy_(0.3 * torch.randn_like(p))
            p.copy_(p.half().float())
    return model.eval()


def write(name, model, golden):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    model.config.to_json_file(folder / "config.json")
    state = {k: v.half().contiguous() for k, v in model.state_dict().items() if "position_ids" not in k}
    save_file(state, folder / "model.safetensors", {"source": SOURCE})
    save_file({k: v.contiguous() for k, v in golden.items()}, out / f"{name}_golden.safetensors", {"source": SOURCE})


def pixels(size):
    return torch.randn(2, 3, size, size)


def part(**more):
    return {"hidden_size": 32, "intermediate_size": 72, "num_hidden_layers": 2, "num_attention_heads": 4, **more}


@torch.no_grad()
def clip(name, act):
    model = randomise(CLIPModel(CLIPConfig(
        text_config=part(vocab_size=640, max_position_embeddings=16, hidden_act=act, eos_token_id=639, bos_token_id=638, pad_token_id=1),
        vision_config=part(image_size=32, patch_size=8, hidden_act=act), projection_dim=24)))
    ids = torch.tensor([[638, 5, 17, 300, 22, 639] + [639] * 10])
    x = pixels(32)
    vision = model.vision_model(x).pooler_output
    image = model.visual_projection(vision)
    text = model.text_projection(model.text_model(ids).pooler_output)
    write(name, model, {"pixels": x, "pooled": vision, "image": image, "ids": ids, "text": text})


@torch.no_grad()
def siglip(name):
    model = randomise(SiglipModel(SiglipConfig(
        text_config=part(vocab_size=640, max_position_embeddings=16), vision_config=part(image_size=32, patch_size=8))))
    x = pixels(32)
    write(name, model, {"pixels": x, "pooled": model.vision_model(x).pooler_output})


@torch.no_grad()
def dinov2(name, config, kind):
    model = randomise(kind(config))
    x = pixels(42)
    wide = torch.randn(1, 3, 56, 70)
    write(name, model, {
        "pixels": x, "pooled": model(x).pooler_output, "wide": wide, "wide_pooled": model(wide).pooler_output})


clip("clip_quick", "quick_gelu")
clip("clip_gelu", "gelu")
siglip("siglip")
small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 42, "patch_size": 14}
dinov2("dinov2", Dinov2Config(**small), Dinov2Model)
dinov2("dinov2_registers", Dinov2WithRegistersConfig(**small, num_register_tokens=3), Dinov2WithRegistersModel)
