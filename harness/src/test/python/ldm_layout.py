"""A diffusers model in the layout of single files, and OpenAI's tokenizer; used by the other scripts.

torch==2.10.0 diffusers==0.42.1 transformers==5.23.0
"""

import gzip
from pathlib import Path

import torch
from transformers import CLIPTokenizer

VOCABULARY = Path(__file__).resolve().parents[3] / "src/main/resources/dev/assay/clip/merges.txt.gz"


def openai_tokenizer():
    lines = gzip.open(VOCABULARY, "rt", encoding="utf-8").read().split("\n")
    merges = [tuple(m.split()) for m in lines[1:49152 - 256 - 2 + 1]]
    symbols = [chr(c) for c in list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))]
    symbols += [chr(256 + n) for n in range(256 - len(symbols))]
    words = symbols + [b + "</w>" for b in symbols] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={w: i for i, w in enumerate(words)}, merges=merges, model_max_length=77)


def ldm(unet_model, vae_model, text_model):
    """The inverse of the mapping under test, written independently: rules on names, for models of any depth."""
    c = unet_model.config
    n, per = len(c.block_out_channels), c.layers_per_block
    state = {}
    for k, v in unet_model.state_dict().items():
        p = k.split(".")
        if p[0] == "conv_in":
            r = "input_blocks.0.0." + p[1]
        elif p[0] == "conv_norm_out":
            r = "out.0." + p[1]
        elif p[0] == "conv_out":
            r = "out.2." + p[1]
        elif p[0] == "time_embedding":
            r = f"time_embed.{(int(p[1][-1]) - 1) * 2}." + p[2]
        else:
            if p[0] == "down_blocks":
                b, kind, j, rest = int(p[1]), p[2], int(p[3]), p[4:]
                i = 1 + b * (per + 1) + (per if kind == "downsamplers" else j)
                head = f"input_blocks.{i}." + {"resnets": "0", "attentions": "1", "downsamplers": "0.op"}[kind]
            elif p[0] == "mid_block":
                kind, rest = p[1], p[3:]
                head = "middle_block." + ("1" if kind == "attentions" else str(2 * int(p[2])))
            else:
                b, kind, j, rest = int(p[1]), p[2], int(p[3]), p[4:]
                last = "2.conv" if c.up_block_types[b].startswith("Cross") else "1.conv"
                i = b * (per + 1) + (per if kind == "upsamplers" else j)
                head = f"output_blocks.{i}." + {"resnets": "0", "attentions": "1", "upsamplers": last}[kind]
            if kind.endswith("samplers"):
                rest = rest[1:]
            if kind == "resnets":
                rest = [{"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
                         "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}[rest[0]], rest[1]]
            r = head + "." + ".".join(rest)
        state["model.diffusion_model." + r] = v
    n = len(vae_model.config.block_out_channels)
    for k, v in vae_model.state_dict().items():
        p = k.split(".")
        if len(p) > 4 and p[1] in ("down_blocks", "up_blocks"):
            b = int(p[2]) if p[1] == "down_blocks" else n - 1 - int(p[2])
            head = f"{p[0]}.{p[1].split('_')[0]}.{b}."
            if p[3] == "resnets":
                r = head + f"block.{p[4]}." + ".".join(p[5:])
            else:
                r = head + {"downsamplers": "downsample", "upsamplers": "upsample"}[p[3]] + ".conv." + p[-1]
        elif len(p) > 2 and p[1] == "mid_block" and p[2] == "resnets":
            r = f"{p[0]}.mid.block_{int(p[3]) + 1}." + ".".join(p[4:])
        elif len(p) > 2 and p[1] == "mid_block":
            name = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out": "proj_out"}[p[4]]
            r = f"{p[0]}.mid.attn_1.{name}.{p[-1]}"
            v = v[..., None, None] if v.dim() == 2 else v
        else:
            r = k.replace("conv_norm_out", "norm_out")
        state["first_stage_model." + r.replace("conv_shortcut", "nin_shortcut")] = v
    for k, v in text_model.state_dict().items():
        state["cond_stage_model.transformer.text_model." + k.removeprefix("text_model.")] = v
    state["cond_stage_model.transformer.text_model.embeddings.position_ids"] = torch.arange(16)[None]
    state["alphas_cumprod"] = torch.rand(1000)
    state["model_ema.decay"] = torch.tensor(0.5)
    return state
