"""Encoders of full size with random weights, and what transformers and open_clip make of them: the other half of EncoderParity.

torch==2.13.0 transformers==5.24.0 open_clip_torch==3.3.0 pillow<13

python full_encoders.py FOLDER [NAME ...]        about 6 GB on disk for all; one name at a time needs 8 GB of memory

Weights are float16 on disk, as people have them, and both sides compute in float32 from what is stored.
"""

import json
import sys
from pathlib import Path

import open_clip
import torch
from open_clip.transform import image_transform
from PIL import Image
from safetensors.torch import save_file
from transformers import (CLIPConfig, CLIPModel, Dinov2Config, Dinov2Model, SiglipConfig, SiglipModel)

out = Path(sys.argv[1])
torch.manual_seed(0)
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
SIZES = ((512, 512), (640, 431), (333, 500))
PROMPTS = ["a red circle above a blue square", "photo of a woman with short dark hair, soft window light"]


def picture(width, height, seed=7):
    """The pixels that EncoderParity makes: a linear congruential generator, smoothed by taking 32 x 32 blocks."""
    blocks = {}
    state, data = seed, bytearray()
    for y in range(height):
        for x in range(width):
            key = (x // 32, y // 32)
            if key not in blocks:
                rgb = []
                for _ in range(3):
                    state = (1103515245 * state + 12345) % 2**31
                    rgb.append(state >> 16 & 0xFF)
                blocks[key] = rgb
            data.extend(blocks[key])
    return Image.frombytes("RGB", (width, height), bytes(data))


@torch.no_grad()
def randomise(model):
    for name, p in model.named_parameters():
        if p.dim() == 0 or name in ("logit_scale", "logit_bias"):
            p.fill_(-12.5 if "bias" in name else 4.6)
        elif ("norm" in name or "ln_" in name) and name.endswith("weight"):
            p.copy_(1 + 0.1 * torch.randn_like(p))
        elif name.endswith("lambda1"):
            p.copy_(0.2 + 0.1 * torch.randn_like(p))
        elif p.dim() == 1:
            p.copy_(0.05 * torch.randn_like(p))
        else:
            p.copy_(torch.randn_like(p) * (1.0 / p[0].numel() ** 0.5 if "embedding" not in name else 0.3))
        p.copy_(p.half().float())
    return model.eval()


def save(folder, state, file):
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: v.half().contiguous() for k, v in state.items() if "position_ids" not in k and k != "attn_mask"}, folder / file)


def finish(folder, images, texts):
    golden = {f"image_{w}x{h}": v.contiguous() for (w, h), v in images.items()}
    golden.update({f"text_{i}": t.contiguous() for i, t in enumerate(texts)})
    save_file({k: v.flatten() / v.norm() for k, v in golden.items()}, folder / "golden.safetensors")
    (folder / "golden.json").write_text(json.dumps({"sizes": SIZES, "prompts": PROMPTS[:len(texts)]}))
    print(folder.name, "written", flush=True)


def processor(folder, **more):
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"resample": 3, "do_resize": True, "do_rescale": True, "do_normalize": True, **more}))


CLIPS = {  # vision hidden, layers, heads, mlp, patch; text hidden, layers, heads; projection; activation; open_clip's name
    "clip-b32": (768, 12, 12, 3072, 32, 512, 12, 8, 512, "quick_gelu", "ViT-B-32-quickgelu"),
    "clip-l14": (1024, 24, 16, 4096, 14, 768, 12, 12, 768, "quick_gelu", "ViT-L-14-quickgelu"),
    "clip-h14": (1280, 32, 16, 5120, 14, 1024, 24, 16, 1024, "gelu", "ViT-H-14")}


@torch.no_grad()
def clip(name):
    vh, vl, va, vm, patch, th, tl, ta, proj, act, _ = CLIPS[name]
    model = randomise(CLIPModel(CLIPConfig(
        text_config=dict(hidden_size=th, intermediate_size=4 * th, num_hidden_layers=tl, num_attention_heads=ta, hidden_act=act, eos_token_id=2),
        vision_config=dict(hidden_size=vh, intermediate_size=vm, num_hidden_layers=vl, num_attention_heads=va, patch_size=patch, hidden_act=act),
        projection_dim=proj)))
    folder = out / name
    save(folder, model.state_dict(), "model.safetensors")
    model.config.to_json_file(folder / "config.json")
    processor(folder, size={"shortest_edge": 224}, crop_size={"height": 224, "width": 224}, image_mean=MEAN, image_std=STD)
    # Pixels by Pillow and the crop that transformers makes.
    images = {}
    for w, h in SIZES:
        image = picture(w, h)
        short = min(w, h)
        image = image.resize((224 * w // short, 224 * h // short), Image.BICUBIC)
        left, top = (image.width - 224) // 2, (image.height - 224) // 2
        images[(w, h)] = model.visual_projection(model.vision_model(normal(image.crop((left, top, left + 224, top + 224)), MEAN, STD)).pooler_output)
    tokens = open_clip.get_tokenizer("ViT-H-14")(PROMPTS)
    finish(folder, images, model.text_projection(model.text_model(tokens).pooler_output))


def normal(image, mean, std):
    x = torch.tensor(list(image.tobytes()), dtype=torch.float64).reshape(image.height, image.width, 3) / 255
    return ((x - torch.tensor(mean)) / torch.tensor(std)).permute(2, 0, 1)[None].float()


@torch.no_grad()
def open_layout(name):
    model = randomise(open_clip.create_model(CLIPS[name][-1]))
    folder = out / f"{name}-open_clip"
    save(folder, model.state_dict(), "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps(
        {"model_cfg": open_clip.get_model_config(CLIPS[name][-1]), "preprocess_cfg": {"mean": MEAN, "std": STD}}))
    prepare = image_transform(224, is_train=False, mean=MEAN, std=STD)
    images = {(w, h): model.encode_image(prepare(picture(w, h))[None]) for w, h in SIZES}
    finish(folder, images, model.encode_text(open_clip.get_tokenizer(CLIPS[name][-1])(PROMPTS)))


@torch.no_grad()
def hps():
    """ViT-H/14 in a pickle without a configuration, prepared as HPS does."""
    model = randomise(open_clip.create_model("ViT-H-14"))
    folder = out / "hps"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"state_dict": {k: v.half() for k, v in model.state_dict().items() if k != "attn_mask"}}, folder / "HPS_v2.1_compressed.pt")
    prepare = image_transform(224, is_train=False, mean=MEAN, std=STD, resize_mode="longest")
    images = {(w, h): model.encode_image(prepare(picture(w, h))[None]) for w, h in SIZES}
    finish(folder, images, model.encode_text(open_clip.get_tokenizer("ViT-H-14")(PROMPTS)))


@torch.no_grad()
def siglip():
    model = randomise(SiglipModel(SiglipConfig(vision_config=dict(image_size=224, patch_size=16))))
    folder = out / "siglip-b16"
    save(folder, model.state_dict(), "model.safetensors")
    model.config.to_json_file(folder / "config.json")
    processor(folder, size={"height": 224, "width": 224}, image_mean=[.5] * 3, image_std=[.5] * 3)
    small = Path(__file__).parent.parent / "resources/golden/networks/siglip_text"  # its ids are below 32,000
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (folder / file).write_text((small / file).read_text())
    images = {(w, h): model.vision_model(normal(picture(w, h).resize((224, 224), Image.BICUBIC), [.5] * 3, [.5] * 3)).pooler_output
              for w, h in SIZES}
    from tokenizers import Tokenizer
    t = Tokenizer.from_file(str(small / "tokenizer.json"))
    rows = []
    for p in PROMPTS:
        ids = t.encode(p.lower().replace(",", ""), add_special_tokens=False).ids[:63] + [1]
        rows.append(ids + [1] * (64 - len(ids)))
    finish(folder, images, model.text_model(torch.tensor(rows)).pooler_output)


@torch.no_grad()
def dino():
    model = randomise(Dinov2Model(Dinov2Config(image_size=518, patch_size=14)))
    folder = out / "dinov2-b14"
    state = model.state_dict()
    save(folder, state, "model.safetensors")
    model.config.to_json_file(folder / "config.json")
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    processor(folder, size={"shortest_edge": 256}, crop_size={"height": 224, "width": 224}, image_mean=mean, image_std=std)
    images = {}
    for w, h in SIZES:
        image = picture(w, h)
        short = min(w, h)
        image = image.resize((256 * w // short, 256 * h // short), Image.BICUBIC)
        left, top = (image.width - 224) // 2, (image.height - 224) // 2
        images[(w, h)] = model(normal(image.crop((left, top, left + 224, top + 224)), mean, std)).pooler_output
    finish(folder, images, [])
    # The same under the names of DINOv2's own repository.
    own = {}
    for k, v in state.items():
        k = k.replace("embeddings.cls_token", "cls_token").replace("embeddings.position_embeddings", "pos_embed")
        k = k.replace("embeddings.mask_token", "mask_token").replace("embeddings.patch_embeddings.projection", "patch_embed.proj")
        k = k.replace("encoder.layer.", "blocks.").replace("layers.", "blocks.").replace("attention.o_proj", "attn.proj")
        k = k.replace("attention.output.dense", "attn.proj").replace("attention.attention.query", "attention.q_proj")
        k = k.replace("attention.attention.key", "attention.k_proj").replace("attention.attention.value", "attention.v_proj")
        k = k.replace("layer_scale1.lambda1", "ls1.gamma").replace("layer_scale2.lambda1", "ls2.gamma").replace("layernorm.", "norm.")
        own[k] = v.half()
    for i in range(12):
        for part in ("weight", "bias"):
            own[f"blocks.{i}.attn.qkv.{part}"] = torch.cat(
                [own.pop(f"blocks.{i}.attention.{n}_proj.{part}") for n in "qkv"])
    target = out / "dinov2-b14-own"
    target.mkdir(parents=True, exist_ok=True)
    torch.save(own, target / "dinov2_vitb14_pretrain.pth")
    finish(target, images, [])


ALL = {**{n: lambda n=n: clip(n) for n in CLIPS}, **{f"{n}-open_clip": lambda n=n: open_layout(n) for n in CLIPS},
       "hps": hps, "siglip-b16": siglip, "dinov2-b14": dino}
for wanted in sys.argv[2:] or ALL:
    ALL[wanted]()
