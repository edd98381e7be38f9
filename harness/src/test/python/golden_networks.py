"""Golden files of the networks: tiny random models, made by diffusers and transformers.

torch==2.10.0 diffusers==0.42.1 transformers==5.23.0 safetensors numpy

python golden_networks.py harness/src/test/resources/golden/networks

Norms and biases are not left at 1 and 0, and activations are small, so that a wrong mapping or epsilon shows. Weights are
stored in half precision, and both sides compute in float32 from what is stored.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from ldm_layout import ldm, openai_tokenizer

SOURCE = "torch 2.10.0, diffusers 0.42.1, transformers 5.23.0: golden_networks.py"
out = Path(sys.argv[1])
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)
torch.manual_seed(0)
torch.set_num_threads(1)


def randomise(model, scale=0.5):
    for name, p in model.named_parameters():
        with torch.no_grad():
            if "norm" in name and name.endswith("weight"):
                p.copy_(1 + 0.1 * torch.randn_like(p))
            elif name.endswith("bias"):
                p.copy_(0.1 * torch.randn_like(p))
            elif p.dim() > 1:
                p.mul_(scale)
            if "proj_in" in name:  # small inputs of the layer norms
                p.mul_(0.1)
            p.copy_(p.half().float())
    return model.eval()


def save(model, folder, state=None):
    path = out / folder
    path.mkdir(parents=True, exist_ok=True)
    model.save_config(path) if hasattr(model, "save_config") else model.config.to_json_file(path / "config.json")
    state = model.state_dict() if state is None else state
    name = "model" if isinstance(model, CLIPTextModel) else "diffusion_pytorch_model"
    save_file({k: v.half().contiguous() for k, v in state.items()}, path / f"{name}.safetensors", {"source": SOURCE})


def tensors(name, **values):
    save_file({k: torch.as_tensor(v).contiguous() for k, v in values.items()}, out / f"{name}.safetensors", {"source": SOURCE})


@torch.no_grad()
def text(name, act, hidden, heads, eos, prefix):
    model = randomise(CLIPTextModel(CLIPTextConfig(
        vocab_size=640, hidden_size=hidden, intermediate_size=2 * hidden + 5, num_hidden_layers=3, num_attention_heads=heads,
        max_position_embeddings=16, hidden_act=act, eos_token_id=eos, bos_token_id=638, pad_token_id=1)), 2)
    state = {k.removeprefix("text_model."): v for k, v in model.state_dict().items() if "position_ids" not in k}
    save(model, name, {prefix + k: v for k, v in state.items()})
    ids = torch.tensor([[638, 5, 17, 300, 22, 639] + [1] * 10])
    o = model(ids, output_hidden_states=True)
    final = (model.text_model if hasattr(model, "text_model") else model).final_layer_norm
    tensors(name + "_golden", ids=ids, last=o.last_hidden_state, skip1=final(o.hidden_states[-2]), pooled=o.pooler_output)
    return model


text("text_quick", "quick_gelu", 32, 4, 2, "text_model.")
text("text_gelu", "gelu", 24, 3, 639, "")


@torch.no_grad()
def unet(name, size, **config):
    model = randomise(UNet2DConditionModel(**config))
    save(model, name)
    g = {}
    hooks = [model.conv_in.register_forward_hook(lambda m, i, o: g.update(conv_in=o)),
             model.mid_block.register_forward_hook(lambda m, i, o: g.update(mid=o))]
    x, context = 0.1 * torch.randn(2, 4, *size), torch.randn(2, 7, config["cross_attention_dim"])
    y = model(x, 501, encoder_hidden_states=context).sample
    for h in hooks:
        h.remove()
    tensors(name + "_golden", latents=x, context=context, output=y, fractional=model(x, torch.tensor(20.75), context).sample, **g)
    return model


unet("unet_conv", (8, 8), block_out_channels=(16, 32), layers_per_block=2, norm_num_groups=4, cross_attention_dim=12,
     down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
     attention_head_dim=4, sample_size=8)
unet("unet_linear", (9, 7), block_out_channels=(12, 24, 24), layers_per_block=1, norm_num_groups=6, cross_attention_dim=10,
     down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
     up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=(2, 3, 4),
     transformer_layers_per_block=(1, 2, 1), use_linear_projection=True, flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-4,
     sample_size=8)


@torch.no_grad()
def vae(name, old_names=False, **config):
    model = randomise(AutoencoderKL(in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=4, **config))
    state = model.state_dict()
    if old_names:
        for new, old in {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}.items():
            state = {k.replace(f"attentions.0.{new}.", f"attentions.0.{old}."): v for k, v in state.items()}
    save(model, name, state)
    pixels = torch.rand(1, 3, 20, 12) * 2 - 1
    latents = model.encode(pixels).latent_dist.mean
    f, s = model.config.scaling_factor, model.config.shift_factor or 0
    z = 0.3 * torch.randn(2, 4, 5, 3)
    tensors(name + "_golden", pixels=pixels, encoded=(latents - s) * f, latents=z, decoded=model.decode(z / f + s).sample)


blocks = {"down_block_types": ("DownEncoderBlock2D",) * 2, "up_block_types": ("UpDecoderBlock2D",) * 2}
vae("vae_attention", old_names=True, block_out_channels=(8, 16), layers_per_block=2, **blocks)
vae("vae_plain", block_out_channels=(8, 12), layers_per_block=1, mid_block_add_attention=False, use_quant_conv=False,
    use_post_quant_conv=False, shift_factor=0.1, scaling_factor=0.7, **blocks)


# One whole model, as a folder and as a single file in the layout of the latent-diffusion code. Sizes that a single file does
# not tell are those of Stable Diffusion 1: 8 heads, 32 groups, 64-wide text heads.
def tokenizer():
    words = [chr(c) for c in list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))]
    words += [chr(256 + n) for n in range(256 - len(words))]
    merges = [("r", "e"), ("re", "d</w>"), ("c", "i"), ("ci", "r"), ("cir", "c"), ("circ", "l"), ("circl", "e</w>"),
              ("o", "n</w>"), ("b", "l"), ("bl", "u"), ("blu", "e</w>")]
    vocab = words + [w + "</w>" for w in words] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    t = out / "sd" / "tokenizer"
    t.mkdir(parents=True)
    (t / "vocab.json").write_text(json.dumps({w: i for i, w in enumerate(vocab)}, ensure_ascii=False))
    (t / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(m) for m in merges) + "\n")
    (t / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": 16}))
    (t / "special_tokens_map.json").write_text(json.dumps({"pad_token": "!"}))
    return CLIPTokenizer(vocab={w: i for i, w in enumerate(vocab)}, merges=merges, pad_token="!", model_max_length=16), len(vocab)


tok, size = tokenizer()
PROMPTS = ["", "a red circle", "A  RED\tCircle,  on\nblue!!", "don't 123 it's", "Ünïcödé ﬁ Σ ΣΑΣ", "e\u0301 caf\u00e9 日本 \U0001f600",
           "red circle on blue " * 9, "<|endoftext|> red", " leading and trailing "]
with open(out / "tokenizer.json", "w") as f:
    json.dump({"source": SOURCE, "cases": [
        {"text": p, "ids": tok(p, padding="max_length", truncation=True, max_length=16).input_ids} for p in PROMPTS]}, f, indent=1)

# OpenAI's vocabulary, which stands in the jar for single files.
openai = openai_tokenizer()
assert openai("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]  # as in OpenAI's notebook
with open(out / "tokenizer_openai.json", "w") as f:
    json.dump({"source": SOURCE, "cases": [
        {"text": p, "ids": openai(p, padding="max_length", truncation=True, max_length=77).input_ids} for p in
        PROMPTS + ["masterpiece, (best quality:1.2), 1girl, 35mm f/1.8 -- photo by O'Brien & Søn",
                   "an astronaut riding a horse on mars, highly detailed, " * 12]]}, f)

te = randomise(CLIPTextModel(CLIPTextConfig(
    vocab_size=size, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=1, max_position_embeddings=16,
    hidden_act="quick_gelu", eos_token_id=2, bos_token_id=size - 2, pad_token_id=0)), 2)
un = randomise(UNet2DConditionModel(
    block_out_channels=(32, 32), layers_per_block=1, cross_attention_dim=64, attention_head_dim=8, sample_size=8,
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D")), 1)
va = randomise(AutoencoderKL(
    block_out_channels=(32, 32), layers_per_block=1, latent_channels=4, norm_num_groups=32, sample_size=16, **blocks), 1)
scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                          set_alpha_to_one=False, steps_offset=1)
save(te, "sd/text_encoder")
save(un, "sd/unet")
save(va, "sd/vae")
scheduler.save_config(out / "sd/scheduler")
(out / "sd/model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline", "source": SOURCE}))


if __name__ == "__main__":
    save_file({k: v.half().contiguous() for k, v in ldm(un, va, te).items()}, out / "sd" / "single.safetensors", {"source": SOURCE})
    pipe = StableDiffusionPipeline(vae=va, text_encoder=te, tokenizer=tok, unet=un, scheduler=scheduler, safety_checker=None,
                                   feature_extractor=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    kwargs = dict(prompt="a red circle on blue", height=24, width=16, num_inference_steps=10, guidance_scale=4.0)
    noise = torch.randn(1, 4, 12, 8, generator=torch.Generator("cpu").manual_seed(7))
    run = lambda kind, **more: pipe(generator=torch.Generator("cpu").manual_seed(7), output_type=kind, **kwargs, **more).images
    tensors("sd_golden", noise=noise, latents=run("latent", negative_prompt="blue"),
            picture=(torch.from_numpy(run("np", negative_prompt="blue")[0]) * 255).round().to(torch.uint8),
            unguided=run("latent") if kwargs.update(guidance_scale=1.0) is None else None)
    with torch.device("meta"):  # the names and shapes of Stable Diffusion 1.5
        real = (UNet2DConditionModel(cross_attention_dim=768),
                AutoencoderKL(block_out_channels=(128, 256, 512, 512), layers_per_block=2,
                              down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4),
                CLIPTextModel(CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_attention_heads=12)))
        names = [k for model in real for k in model.state_dict()]
        single = {k: v for k, v in ldm(*real).items() if v.device.type == "meta" and len(k.split(".")) > 2}
    with open(out / "sd15_names.txt", "w") as f:
        f.write(f"# {SOURCE}; name in a single file, name in diffusers, shape in the single file\n")
        for (k, v), name in zip(single.items(), names):
            f.write(f"{k} {name} {'x'.join(map(str, v.shape))}\n")
    print(sum(f.stat().st_size for f in out.rglob("*") if f.is_file()) / 1e6, "MB")
