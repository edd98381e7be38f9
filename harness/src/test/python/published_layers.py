"""Names and shapes of the layers of published diffusion models, from diffusers' own classes and the published configurations; no weights.

Pinned: diffusers 0.42.1, torch 2.15.0.
Usage: python published_layers.py ../../main/resources/dev/assay/harness/model/family

One file per model, one line per layer: NAME SIZE[,SIZE...] [b]. {0-18} in a name stands for every number from 0 to 18; b: the layer has a bias.
Flux.2, Chroma, Krea 2, Anima and Hunyuan Video are written in their authors' layout too, after the authors' code, whose layers diffusers fuses or names otherwise.
"""

import re
import sys
from pathlib import Path

import diffusers
import torch

out = Path(sys.argv[1])
FLUX2 = {
    "flux2-klein-4b": dict(num_layers=5, num_single_layers=20, num_attention_heads=24, joint_attention_dim=7680),
    "flux2-klein-9b": dict(num_layers=8, num_single_layers=24, num_attention_heads=32, joint_attention_dim=12288),
    "flux2-dev": dict(num_layers=8, num_single_layers=48, num_attention_heads=48, joint_attention_dim=15360),
}
UNET = dict(
    sample_size=64,
    block_out_channels=(320, 640, 1280, 1280),
    down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
)
SDXL = dict(
    block_out_channels=(320, 640, 1280),
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    transformer_layers_per_block=(1, 2, 10),
    attention_head_dim=(5, 10, 20),
    cross_attention_dim=2048,
    use_linear_projection=True,
    addition_embed_type="text_time",
    addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=2816,
)
SD3 = dict(joint_attention_dim=4096, pooled_projection_dim=2048, out_channels=16, in_channels=16, attention_head_dim=64)
MEDIUM = dict(SD3, num_layers=24, num_attention_heads=24, caption_projection_dim=1536)

MODELS = {
    "sd15": ("UNet2DConditionModel", dict(UNET, cross_attention_dim=768, attention_head_dim=8)),
    "sd2": (
        "UNet2DConditionModel",
        dict(UNET, cross_attention_dim=1024, attention_head_dim=(5, 10, 20, 20), use_linear_projection=True),
    ),
    "sdxl": ("UNet2DConditionModel", SDXL),
    "sd3-medium": ("SD3Transformer2DModel", dict(MEDIUM)),
    "sd35-medium": (
        "SD3Transformer2DModel",
        dict(MEDIUM, qk_norm="rms_norm", dual_attention_layers=tuple(range(13)), pos_embed_max_size=384),
    ),
    "sd35-large": (
        "SD3Transformer2DModel",
        dict(SD3, num_layers=38, num_attention_heads=38, caption_projection_dim=2432, qk_norm="rms_norm"),
    ),
    "flux1": ("FluxTransformer2DModel", dict(guidance_embeds=True)),
    "chroma": ("ChromaTransformer2DModel", {}),
    "qwen-image": ("QwenImageTransformer2DModel", {}),
    "hidream-i1": (
        "HiDreamImageTransformer2DModel",
        dict(
            patch_size=2,
            in_channels=16,
            num_layers=16,
            num_single_layers=32,
            num_attention_heads=20,
            attention_head_dim=128,
            caption_channels=[4096, 4096],
            text_emb_dim=2048,
            num_routed_experts=4,
            num_activated_experts=2,
            axes_dims_rope=(64, 32, 32),
            max_resolution=(128, 128),
            llama_layers=list(range(48)),
        ),
    ),
    "z-image": ("ZImageTransformer2DModel", {}),
    "lumina2": ("Lumina2Transformer2DModel", {}),
    "qwen-image-2-1": ("QwenImage21Transformer2DModel", {}),
    "krea2": ("Krea2Transformer2DModel", {}),
    "anima": (
        "CosmosTransformer3DModel",
        dict(
            in_channels=16,
            out_channels=16,
            num_attention_heads=16,
            attention_head_dim=128,
            num_layers=28,
            mlp_ratio=4.0,
            text_embed_dim=1024,
            adaln_lora_dim=256,
            patch_size=(1, 2, 2),
            concat_padding_mask=True,
            extra_pos_embed_type=None,
        ),
    ),
    "hunyuan-video": ("HunyuanVideoTransformer3DModel", {}),
    **{k: ("Flux2Transformer2DModel", dict(v, guidance_embeds=k == "flux2-dev")) for k, v in FLUX2.items()},
}


def tensors(name, configuration):
    with torch.device("meta"):
        model = getattr(diffusers, name)(**configuration)
    return {k: tuple(v.shape) for k, v in model.state_dict().items()}


def flux2_of_authors(num_layers, num_single_layers, num_attention_heads, joint_attention_dim):
    h = 128 * num_attention_heads
    t = {
        "img_in": (h, 128),
        "txt_in": (h, joint_attention_dim),
        "time_in.in_layer": (h, 256),
        "time_in.out_layer": (h, h),
        "double_stream_modulation_img.lin": (6 * h, h),
        "double_stream_modulation_txt.lin": (6 * h, h),
        "single_stream_modulation.lin": (3 * h, h),
        "final_layer.linear": (128, h),
        "final_layer.adaLN_modulation.1": (2 * h, h),
    }
    if num_attention_heads == 48:
        t.update({"guidance_in.in_layer": (h, 256), "guidance_in.out_layer": (h, h)})
    for i in range(num_layers):
        for stream in ("img", "txt"):
            b = f"double_blocks.{i}.{stream}_"
            t.update({b + "attn.qkv": (3 * h, h), b + "attn.proj": (h, h), b + "mlp.0": (6 * h, h), b + "mlp.2": (h, 3 * h)})
    for i in range(num_single_layers):
        t.update({f"single_blocks.{i}.linear1": (9 * h, h), f"single_blocks.{i}.linear2": (h, 4 * h)})
    return {k + ".weight": s for k, s in t.items()}


def hunyuan_video_of_authors(h=3072):
    t = {}
    for i in range(20):
        for stream in ("img", "txt"):
            b = f"double_blocks.{i}.{stream}_"
            t.update({b + "mod.linear": (6 * h, h), b + "attn_qkv": (3 * h, h), b + "attn_proj": (h, h)})
            t.update({b + "mlp.fc1": (4 * h, h), b + "mlp.fc2": (h, 4 * h)})
    for i in range(40):
        b = f"single_blocks.{i}."
        t.update({b + "linear1": (7 * h, h), b + "linear2": (h, 5 * h), b + "modulation.linear": (3 * h, h)})
    return {k + ".weight": s for k, s in t.items()}


def chroma_of_authors(h=3072):
    t = {"img_in": (h, 64), "txt_in": (h, 4096), "final_layer.linear": (64, h)}
    t.update({"distilled_guidance_layer.in_proj": (5120, 64), "distilled_guidance_layer.out_proj": (h, 5120)})
    for i in range(5):
        b = f"distilled_guidance_layer.layers.{i}."
        t.update({b + "in_layer": (5120, 5120), b + "out_layer": (5120, 5120)})
    for i in range(19):
        for stream in ("img", "txt"):
            b = f"double_blocks.{i}.{stream}_"
            t.update({b + "attn.qkv": (3 * h, h), b + "attn.proj": (h, h), b + "mlp.0": (4 * h, h), b + "mlp.2": (h, 4 * h)})
    for i in range(38):
        t.update({f"single_blocks.{i}.linear1": (7 * h, h), f"single_blocks.{i}.linear2": (h, 5 * h)})
    return {k + ".weight": s for k, s in t.items()} | {k + ".bias": (s[0],) for k, s in t.items()}


def krea2_of_authors(h=6144, kv=1536, text=2560):
    t = {"first": (h, 64), "tmlp.0": (h, 256), "tmlp.2": (h, h), "tproj.1": (6 * h, h), "txtmlp.1": (h, text), "txtmlp.3": (h, h)}
    t.update({"last.linear": (64, h), "txtfusion.projector": (1, 12)})
    blocks = {f"blocks.{i}.": (h, kv, 16384) for i in range(28)}
    blocks.update({f"txtfusion.{k}_blocks.{i}.": (text, text, 6912) for k in ("layerwise", "refiner") for i in range(2)})
    for b, (w, k, m) in blocks.items():
        t.update({b + "attn.wq": (w, w), b + "attn.wk": (k, w), b + "attn.wv": (k, w), b + "attn.gate": (w, w), b + "attn.wo": (w, w)})
        t.update({b + "mlp.gate": (m, w), b + "mlp.up": (m, w), b + "mlp.down": (w, m)})
    biased = ("first", "tmlp.0", "tmlp.2", "tproj.1", "txtmlp.1", "txtmlp.3", "last.linear")
    return {k + ".weight": s for k, s in t.items()} | {k + ".bias": (t[k][0],) for k in biased}


def anima_of_authors(h=2048, text=1024):
    t = {"x_embedder.proj.1": (h, 68), "t_embedder.1.linear_1": (h, h), "t_embedder.1.linear_2": (3 * h, h)}
    t.update({"final_layer.linear": (64, h), "final_layer.adaln_modulation.1": (256, h), "final_layer.adaln_modulation.2": (2 * h, 256)})
    for i in range(28):
        b = f"blocks.{i}."
        for kind, source in (("self", h), ("cross", text)):
            a = b + kind + "_attn."
            t.update({a + "q_proj": (h, h), a + "k_proj": (h, source), a + "v_proj": (h, source), a + "output_proj": (h, h)})
        t.update({b + "mlp.layer1": (4 * h, h), b + "mlp.layer2": (h, 4 * h)})
        for kind in ("self_attn", "cross_attn", "mlp"):
            t.update({b + f"adaln_modulation_{kind}.1": (256, h), b + f"adaln_modulation_{kind}.2": (3 * h, 256)})
    conditioner = {"llm_adapter." + k: s for k, s in tensors("AnimaTextConditioner", {}).items()}
    return {k + ".weight": s for k, s in t.items()} | conditioner


def folded(layers):
    """Lines for {name: text}; layers that differ in one number of their names alone, without a gap, are one line."""
    position = 0
    while any(len(re.findall(r"(?:(?<=\.)|^)\d+(?=\.|$)", k)) > position for k in layers):
        groups = {}
        for name, text in layers.items():
            parts = name.split(".")
            numbers = [i for i, p in enumerate(parts) if p.isdigit() or p.startswith("{")]
            at = numbers[len(numbers) - 1 - position] if len(numbers) > position else None
            number = parts[at] if at is not None else None
            key = ".".join(parts[:at] + ["#"] + parts[at + 1 :]) if at is not None and number.isdigit() else name
            groups.setdefault((key, text), []).append(int(number) if key != name else None)
        layers = {}
        for (key, text), numbers in groups.items():
            if numbers == [None]:
                layers[key] = text
                continue
            numbers.sort()
            first = numbers[0]
            for i, n in enumerate(numbers):
                if i + 1 == len(numbers) or numbers[i + 1] != n + 1:
                    layers[key.replace("#", str(n) if n == first else "{%d-%d}" % (first, n))] = text
                    first = numbers[i + 1] if i + 1 < len(numbers) else None
        position += 1
    return [f"{k} {t}" for k, t in layers.items()]


def write(name, source, shapes):
    layers = {}
    for key, shape in shapes.items():
        if key.endswith(".weight"):
            module = key[: -len(".weight")]
            layers[module] = ",".join(map(str, shape)) + (" b" if module + ".bias" in shapes else "")
    lines = folded(layers)
    (out / f"{name}.layers").write_text(f"# source: {source}\n" + "\n".join(lines) + "\n")
    print(name, len(layers), "layers,", len(lines), "lines")


diffusers_version = f"diffusers {diffusers.__version__}"
for name, (cls, configuration) in MODELS.items():
    write(name, f"{diffusers_version}, {cls}", tensors(cls, configuration))
for name, configuration in FLUX2.items():
    write(name + ".authors", "black-forest-labs/flux2, model.py", flux2_of_authors(**configuration))
write("hunyuan-video.authors", "Tencent/HunyuanVideo, hyvideo/modules/models.py", hunyuan_video_of_authors())
write("chroma.authors", "lodestones/Chroma, model.py", chroma_of_authors())
fused = tensors("QwenImage21Transformer2DModel", {})
for i in range(32):
    b = f"transformer_blocks.{i}.img_mlp."
    gate, proj = fused.pop(b + "gate_layer.weight"), fused.pop(b + "proj.weight")
    fused[b + "gate_up.weight"] = (gate[0] + proj[0], gate[1])
write("qwen-image-2-1-fused", f"{diffusers_version}, QwenImage21Transformer2DModel, gate and projection in one as in ComfyUI's files", fused)
write("krea2.authors", "krea-ai/krea-2, as ComfyUI 0.33.0 builds it", krea2_of_authors())
write("anima.authors", "circlestone-labs/Anima, as ComfyUI 0.33.0 builds it; llm_adapter: diffusers' AnimaTextConditioner", anima_of_authors())
