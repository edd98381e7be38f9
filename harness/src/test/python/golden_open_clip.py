"""Golden files of CLIP in open_clip's layout: a tiny random model, its pictures and texts, and open_clip's token ids.

torch==2.13.0 open_clip_torch==3.3.0 safetensors pillow<13 (see Resize: Pillow 13 orders the passes differently)

python golden_open_clip.py harness/src/test/resources/golden

Weights are stored in half precision, and both sides compute in float32 from what is stored.
"""

import json
import sys
from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip.model import CLIP
from open_clip.transform import image_transform
from PIL import Image
from safetensors.torch import save_file

SOURCE = "torch 2.13.0, open_clip 3.3.0: golden_open_clip.py"
out = Path(sys.argv[1])
torch.manual_seed(0)
torch.set_num_threads(1)

VISION = {"image_size": 32, "layers": 2, "width": 40, "head_width": 20, "patch_size": 8, "mlp_ratio": 1.8}
TEXT = {"context_length": 16, "vocab_size": 640, "width": 32, "heads": 4, "layers": 2}
MEAN = [0.48145466, 0.4578275, 0.40821073]
STD = [0.26862954, 0.26130258, 0.27577711]


def picture(width, height, seed):
    """The pixels that the test makes: a linear congruential generator, one byte per step."""
    state, data = seed, bytearray()
    for _ in range(width * height * 3):
        state = (1103515245 * state + 12345) % 2**31
        data.append(state >> 16 & 0xFF)
    return Image.frombytes("RGB", (width, height), bytes(data))


@torch.no_grad()
def model(quick):
    m = CLIP(embed_dim=24, vision_cfg=dict(VISION), text_cfg=dict(TEXT), quick_gelu=quick).eval()
    for name, p in m.named_parameters():
        if "ln_" in name and name.endswith("weight"):
            p.copy_(1 + 0.1 * torch.randn_like(p))
        elif p.dim() > 0:
            p.copy_(0.3 * torch.randn_like(p))
        p.copy_(p.half().float())
    return m


@torch.no_grad()
def write(name, quick):
    m = model(quick)
    folder = out / "networks" / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {k: v.half().contiguous() for k, v in m.state_dict().items() if k != "attn_mask"}
    if not quick:
        save_file(state, folder / "open_clip_model.safetensors", {"source": SOURCE})
    else:  # one file as HPS comes: a dictionary in a pickle
        torch.save({"epoch": 3, "name": "tiny", "state_dict": state}, folder / "open_clip_model.pt")
    config = {"model_cfg": {"embed_dim": 24, "vision_cfg": VISION, "text_cfg": TEXT, **({"quick_gelu": True} if quick else {})},
              "preprocess_cfg": {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"}}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=1) + "\n")
    ids = torch.tensor([[638, 5, 17, 300, 22, 639] + [0] * 10])
    golden = {"ids": ids, "text": m.encode_text(ids)}
    for mode in ("shortest", "longest", "squash"):
        prepare = image_transform(32, is_train=False, mean=MEAN, std=STD, resize_mode=mode)
        for w, h in ((48, 41), (41, 48), (35, 32)):
            pixels = prepare(picture(w, h, 7))[None]
            if not quick:
                golden[f"{mode}_{w}x{h}_pixels"] = pixels
            golden[f"{mode}_{w}x{h}"] = m.encode_image(pixels)
    save_file({k: v.contiguous() for k, v in golden.items()}, out / "networks" / f"{name}_golden.safetensors", {"source": SOURCE})


write("open_clip", False)
write("open_clip_quick", True)

PROMPTS = ["a red circle above a blue square", "A Photo, of:  two DOGS!", "naïve café – 3 œufs", "", "x " * 100]
tokenizer = open_clip.get_tokenizer("ViT-H-14")
(out / "open_clip_tokens.json").write_text(json.dumps({
    "source": SOURCE, "prompts": [{"text": p, "ids": tokenizer([p])[0].tolist()} for p in PROMPTS]}) + "\n")
