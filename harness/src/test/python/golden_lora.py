"""Golden LoRA merges, computed in float64 with numpy from the published formulas; file names are written by hand here.

Pinned: Python 3, numpy 2.4.6, safetensors (any).
Usage: python golden_lora.py ../resources/dev/assay/harness/nn/weights

Formulas: delta = alpha / rank * up @ down (Hu et al. 2021); convolutions with the down factor flattened; Tucker core
delta[i,j] = sum_mn up[i,m] core[m,n] down[n,j]; W' = W + sum over LoRAs of strength * delta.
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(20)


def normal(*shape, scale=0.3, dtype=np.float32):
    return (rng.standard_normal(shape) * scale).astype(dtype)


UNET = {
    "conv_in": (8, 4, 3, 3),
    "time_embedding.linear_1": (16, 8),
    "down_blocks.0.resnets.0.norm1": (8,),
    "down_blocks.0.resnets.0.conv1": (8, 8, 3, 3),
    "down_blocks.0.resnets.0.time_emb_proj": (8, 16),
    "down_blocks.0.attentions.0.proj_in": (8, 8, 1, 1),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q": (8, 8),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0": (8, 8),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k": (8, 6),
    "down_blocks.0.attentions.0.transformer_blocks.0.ff.net.0.proj": (16, 8),
    "down_blocks.0.downsamplers.0.conv": (8, 8, 3, 3),
    "down_blocks.1.resnets.0.conv2": (8, 8, 3, 3),
    "mid_block.attentions.0.proj_in": (8, 8),
    "mid_block.resnets.1.conv1": (8, 8, 3, 3),
    "up_blocks.0.resnets.0.conv_shortcut": (8, 16, 1, 1),
    "up_blocks.0.upsamplers.0.conv": (8, 8, 3, 3),
    "up_blocks.1.attentions.1.proj_out": (8, 8),
    "up_blocks.1.upsamplers.0.conv": (8, 8, 3, 3),
    "conv_out": (4, 8, 3, 3),
}
TEXT = {
    "encoder.layers.0.self_attn.q_proj": (6, 6),
    "encoder.layers.0.self_attn.out_proj": (6, 6),
    "encoder.layers.0.mlp.fc1": (12, 6),
}
NO_BIAS = ("to_q", "to_k")


def base(modules):
    weights = {}
    for name, shape in modules.items():
        weights[name + ".weight"] = normal(*shape)
        if not name.endswith(NO_BIAS):
            weights[name + ".bias"] = normal(shape[0])
    return weights


BASE = {"unet": base(UNET), "text_encoder": base(TEXT)}
# Blocks are numbered by what they hold: these make the UNet a whole one, and no LoRA changes them.
for module in ("up_blocks.0.resnets.1.norm1", "up_blocks.1.resnets.0.norm1", "up_blocks.1.resnets.1.norm1"):
    BASE["unet"][module + ".weight"] = np.ones(8, dtype=np.float32)
for component, weights in BASE.items():
    save_file(weights, out / f"base_{component}.safetensors")


class File:
    """A LoRA file and the deltas, in float64, that it stands for."""

    def __init__(self, name, metadata=None):
        self.name, self.metadata, self.keys, self.deltas = name, metadata, {}, {}

    def _add(self, component, parameter, delta):
        weight = BASE[component][parameter]
        self.deltas[component, parameter] = delta.reshape(weight.shape)

    def low_rank(self, component, module, key, rank, alpha=None, scale=None, style="kohya", up=None, down=None,
                 core=False, dtype=np.float32, flat=None):
        shape = BASE[component][module + ".weight"].shape
        conv = len(shape) == 4 if flat is None else flat
        if core:
            up, down = normal(shape[0], rank, 1, 1, dtype=dtype), normal(rank, shape[1], 1, 1, dtype=dtype)
        elif conv:
            kernel = shape[2:] if len(shape) == 4 else (1, 1)
            up, down = normal(shape[0], rank, 1, 1, dtype=dtype), normal(rank, shape[1], *kernel, dtype=dtype)
        else:
            up, down = normal(shape[0], rank, dtype=dtype), normal(rank, shape[1], dtype=dtype)
        names = {
            "kohya": (".lora_up.weight", ".lora_down.weight"),
            "peft": (".lora_B.weight", ".lora_A.weight"),
            "peft_default": (".lora_B.default.weight", ".lora_A.default.weight"),
            "old": ("_lora.up.weight", "_lora.down.weight"),
            "dotted": (".lora.up.weight", ".lora.down.weight"),
            "layer": (".lora_linear_layer.up.weight", ".lora_linear_layer.down.weight"),
        }[style]
        self.keys[key + names[0]], self.keys[key + names[1]] = up, down
        u, d = up.astype(np.float64).reshape(up.shape[:2]), down.astype(np.float64)
        if core:
            mid = normal(rank, rank, *shape[2:], dtype=dtype)
            self.keys[key + ".lora_mid.weight"] = mid
            delta = np.einsum("mnkl,im,nj->ijkl", mid.astype(np.float64), u, d.reshape(rank, -1))
        else:
            delta = u @ d.reshape(rank, -1)
        if alpha is not None:
            self.keys[key + ".alpha"] = np.array(alpha, dtype=dtype)
            scale = alpha / rank
        self._add(component, module + ".weight", (1.0 if scale is None else scale) * delta)

    def difference(self, component, module, key, parameter, suffix):
        value = normal(*BASE[component][f"{module}.{parameter}"].shape)
        self.keys[key + suffix] = value
        self._add(component, f"{module}.{parameter}", value.astype(np.float64))

    def save(self):
        save_file(self.keys, out / f"{self.name}.safetensors", metadata=self.metadata)
        return self


A0 = "down_blocks.0.attentions.0."
B0 = A0 + "transformer_blocks.0."

kohya = File("kohya", {"ss_network_module": "networks.lora"})
kohya.low_rank("unet", B0 + "attn1.to_q", "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q", 2, 1.0)
kohya.low_rank("unet", B0 + "attn1.to_out.0",
               "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_out_0", 4, 3.0)
kohya.low_rank("unet", B0 + "attn2.to_k", "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k", 1)
kohya.low_rank("unet", B0 + "ff.net.0.proj",
               "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_ff_net_0_proj", 2, 2.0)
kohya.low_rank("unet", A0 + "proj_in", "lora_unet_down_blocks_0_attentions_0_proj_in", 2, 1.0)
kohya.low_rank("unet", "down_blocks.0.resnets.0.conv1", "lora_unet_down_blocks_0_resnets_0_conv1", 3, 1.5)
kohya.low_rank("unet", "down_blocks.0.downsamplers.0.conv", "lora_unet_down_blocks_0_downsamplers_0_conv", 2, 1.0,
               core=True)
kohya.low_rank("text_encoder", "encoder.layers.0.self_attn.q_proj",
               "lora_te_text_model_encoder_layers_0_self_attn_q_proj", 2, 1.0)
kohya.low_rank("text_encoder", "encoder.layers.0.mlp.fc1", "lora_te_text_model_encoder_layers_0_mlp_fc1", 2, 1.0)
kohya.save()

ldm = File("ldm")
for module, key in {
    "conv_in": "input_blocks_0_0",
    "time_embedding.linear_1": "time_embed_0",
    "down_blocks.0.resnets.0.conv1": "input_blocks_1_0_in_layers_2",
    "down_blocks.0.resnets.0.time_emb_proj": "input_blocks_1_0_emb_layers_1",
    B0 + "attn1.to_q": "input_blocks_1_1_transformer_blocks_0_attn1_to_q",
    "down_blocks.0.downsamplers.0.conv": "input_blocks_2_0_op",
    "down_blocks.1.resnets.0.conv2": "input_blocks_3_0_out_layers_3",
    "mid_block.attentions.0.proj_in": "middle_block_1_proj_in",
    "mid_block.resnets.1.conv1": "middle_block_2_in_layers_2",
    "up_blocks.0.resnets.0.conv_shortcut": "output_blocks_0_0_skip_connection",
    "up_blocks.0.upsamplers.0.conv": "output_blocks_1_1_conv",
    "up_blocks.1.attentions.1.proj_out": "output_blocks_3_1_proj_out",
    "up_blocks.1.upsamplers.0.conv": "output_blocks_3_2_conv",
    "conv_out": "out_2",
}.items():
    ldm.low_rank("unet", module, "lora_unet_" + key, 2, 1.0, dtype=np.float16)
ldm.save()

peft = File("peft", {"lora_adapter_metadata": json.dumps({
    "unet.r": 2, "unet.lora_alpha": 3, "unet.alpha_pattern": {"attn1.to_q": 5},
    "text_encoder.r": 4, "text_encoder.lora_alpha": 6, "text_encoder.use_rslora": True})})
peft.low_rank("unet", B0 + "attn1.to_q", "unet." + B0 + "attn1.to_q", 2, scale=5 / 2, style="peft")
peft.low_rank("unet", B0 + "attn1.to_out.0", "unet." + B0 + "attn1.to_out.0", 2, scale=3 / 2, style="peft_default")
peft.low_rank("unet", "conv_in", "base_model.model.conv_in", 2, scale=3 / 2, style="peft")
peft.low_rank("unet", A0 + "proj_in", "unet." + A0 + "proj_in", 2, scale=3 / 2, style="peft", flat=False)
peft.low_rank("unet", "mid_block.attentions.0.proj_in", "unet.mid_block.attentions.0.proj_in", 2, scale=3 / 2,
              style="peft", flat=True)
peft.low_rank("text_encoder", "encoder.layers.0.self_attn.q_proj",
              "text_encoder.text_model.encoder.layers.0.self_attn.q_proj", 4, scale=6 / 2, style="peft")
peft.save()

old = File("old")
old.low_rank("unet", B0 + "attn1.to_q", "unet." + B0 + "attn1.processor.to_q", 2, style="old")
old.low_rank("unet", B0 + "attn1.to_out.0", B0 + "attn1.processor.to_out", 2, style="old")
old.low_rank("unet", B0 + "attn2.to_k", "unet." + B0 + "attn2.to_k", 2, style="dotted")
old.low_rank("text_encoder", "encoder.layers.0.self_attn.out_proj",
             "text_encoder.encoder.layers.0.self_attn.out_proj", 2, style="layer")
old.save()

diff = File("diff")
diff.difference("unet", "conv_in", "diffusion_model.input_blocks.0.0", "weight", ".diff")
diff.difference("unet", "conv_in", "diffusion_model.input_blocks.0.0", "bias", ".diff_b")
diff.difference("unet", "down_blocks.0.resnets.0.norm1", "lora_unet_down_blocks_0_resnets_0_norm1", "weight", ".w_norm")
diff.difference("unet", "down_blocks.0.resnets.0.norm1", "lora_unet_down_blocks_0_resnets_0_norm1", "bias", ".b_norm")
diff.save()

CASES = [[(kohya, 1.0)], [(kohya, 0.7)], [(kohya, -0.5)], [(ldm, 1.0)], [(peft, 1.0)], [(old, 0.7)], [(diff, 1.0)],
         [(kohya, 0.7), (ldm, -0.5), (peft, 1.3), (diff, 0.25)]]
index = []
expected = {}
for n, case in enumerate(CASES):
    sums = {}
    for file, strength in case:
        for (component, parameter), delta in file.deltas.items():
            start = sums.get((component, parameter), BASE[component][parameter].astype(np.float64))
            sums[component, parameter] = start + strength * delta
    expected.update({f"{n}/{c}/{p}": v.astype(np.float64) for (c, p), v in sums.items()})
    index.append([{"file": f.name + ".safetensors", "strength": s} for f, s in case])
save_file(expected, out / "merged.safetensors")
(out / "merged.json").write_text(json.dumps({"source": "golden_lora.py, numpy float64", "cases": index}, indent=1) + "\n")
