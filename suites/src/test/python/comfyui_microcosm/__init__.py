"""Lets a ComfyUI load the microcosm: a custom node without nodes, for the live test (docs/live-test.md).

`ln -s CHECKOUT/suites/src/test/python/comfyui_microcosm COMFYUI/custom_nodes/` and start the server: it writes `microcosm.safetensors` to
the folder of checkpoints, the bundled LoRAs and what lies beside them to the folder of LoRAs, and knows the family. The microcosm is a
Stable Diffusion 1.x whose sizes the server has no place for: widths that are no multiples of the first, 16 groups in each normalisation,
a vocabulary of 645, pictures 4 times as wide as their latents, velocity instead of noise. Last run on ComfyUI 0.33.0.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import comfy.clip_model
import comfy.latent_formats
import comfy.model_base
import comfy.ops
import comfy.sd
import comfy.sd1_clip
import comfy.supported_models
import comfy.supported_models_base
import comfy.utils
import folder_paths
import torch
from safetensors.torch import load_file, save_file

NODE_CLASS_MAPPINGS: dict[str, type] = {}

MICROCOSM = Path(__file__).resolve().parents[4] / "microcosm"
BASE = MICROCOSM / "base"
CHECKPOINT = "microcosm.safetensors"
TEXT = json.loads((BASE / "text_encoder/config.json").read_text())
WIDTHS, LAST_VAE_WIDTH, GROUPS = (48, 80, 96), 32, 16


class Widths(float):
    """A width as a multiple of the first, which need not be whole."""

    def __mul__(self, other):
        return round(float(self) * other)

    __rmul__ = __mul__


SIZES = {"num_res_blocks": [1, 1, 1], "channel_mult": tuple(Widths(w / WIDTHS[0]) for w in WIDTHS), "transformer_depth": [0, 1, 1],
         "transformer_depth_output": [0, 0, 1, 1, 1, 1], "transformer_depth_middle": 1}


class Operations(comfy.ops.manual_cast):
    class GroupNorm(comfy.ops.manual_cast.GroupNorm):
        def __init__(self, num_groups, *args, **kwargs):
            super().__init__(GROUPS, *args, **kwargs)


class Tokenizer(comfy.sd1_clip.SDTokenizer):
    def __init__(self, embedding_directory=None, tokenizer_data={}):
        super().__init__(str(BASE / "tokenizer"), max_length=TEXT["max_position_embeddings"], embedding_directory=embedding_directory,
                         embedding_size=TEXT["hidden_size"], tokenizer_data=tokenizer_data)


class Words(comfy.sd1_clip.SD1Tokenizer):
    def __init__(self, embedding_directory=None, tokenizer_data={}):
        super().__init__(embedding_directory, tokenizer_data, tokenizer=Tokenizer)


class TextModel(comfy.clip_model.CLIPTextModel):
    def __init__(self, config, dtype, device, operations):
        super().__init__(config, dtype, device, operations)
        self.text_model.embeddings.token_embedding = operations.Embedding(config["vocab_size"], config["hidden_size"], dtype=dtype,
                                                                          device=device)


class TextEncoder(comfy.sd1_clip.SDClipModel):
    def __init__(self, device="cpu", dtype=None, model_options={}):
        start, end = TEXT["bos_token_id"], TEXT["eos_token_id"]
        super().__init__(device=device, dtype=dtype, max_length=TEXT["max_position_embeddings"], textmodel_json_config=dict(TEXT),
                         model_class=TextModel, special_tokens={"start": start, "end": end, "pad": end}, return_projected_pooled=False,
                         model_options=model_options)


class Text(comfy.sd1_clip.SD1ClipModel):
    def __init__(self, device="cpu", dtype=None, model_options={}):
        super().__init__(device=device, dtype=dtype, model_options=model_options, clip_model=TextEncoder)


class Latents(comfy.latent_formats.SD15):
    spacial_downscale_ratio = 4

    def __init__(self):
        super().__init__(scale_factor=json.loads((BASE / "vae/config.json").read_text())["scaling_factor"])
        self.taesd_decoder_name = None


class Microcosm(comfy.supported_models.SD15):
    unet_config = {"context_dim": TEXT["hidden_size"], "model_channels": WIDTHS[0]}
    unet_extra_config = {"num_heads": 4, "num_head_channels": -1, **SIZES}
    latent_format = Latents
    supported_inference_dtypes = [torch.float32]
    custom_operations = Operations

    def model_type(self, state_dict, prefix=""):
        return comfy.model_base.ModelType.V_PREDICTION

    def clip_target(self, state_dict={}):
        return comfy.supported_models_base.ClipTarget(Words, Text)


class Vae(comfy.sd.VAE):
    """The server's own, and the microcosm's by its width."""

    def __init__(self, sd=None, device=None, config=None, dtype=None, metadata=None):
        out = (sd or {}).get("decoder.conv_out.weight")
        ours = config is None and out is not None and out.shape[1] == LAST_VAE_WIDTH
        if ours:
            config = {"params": {"embed_dim": 4, "ddconfig": {
                "double_z": True, "z_channels": 4, "resolution": 64, "in_channels": 3, "out_ch": 3, "ch": LAST_VAE_WIDTH,
                "ch_mult": [1, 2, 2], "num_res_blocks": 1, "attn_resolutions": [], "dropout": 0.0}}}
        super().__init__(sd=sd, device=device, config=config, dtype=dtype, metadata=metadata)
        if ours:
            self.downscale_ratio = self.upscale_ratio = 4
            for module in self.first_stage_model.modules():
                if isinstance(module, torch.nn.GroupNorm):
                    module.num_groups = GROUPS


def vae_name(name: str) -> str:
    """Of diffusers, in the original's words."""
    last = 2
    name = re.sub(r"^encoder\.down_blocks\.(\d)\.resnets\.", r"encoder.down.\1.block.", name)
    name = re.sub(r"^encoder\.down_blocks\.(\d)\.downsamplers\.0\.", r"encoder.down.\1.downsample.", name)
    name = re.sub(r"^decoder\.up_blocks\.(\d)\.resnets\.", lambda m: f"decoder.up.{last - int(m[1])}.block.", name)
    name = re.sub(r"^decoder\.up_blocks\.(\d)\.upsamplers\.0\.", lambda m: f"decoder.up.{last - int(m[1])}.upsample.", name)
    name = re.sub(r"mid_block\.resnets\.(\d)\.", lambda m: f"mid.block_{int(m[1]) + 1}.", name)
    for ours, theirs in (("mid_block.attentions.0.group_norm", "mid.attn_1.norm"), ("mid_block.attentions.0.to_q", "mid.attn_1.q"),
                         ("mid_block.attentions.0.to_k", "mid.attn_1.k"), ("mid_block.attentions.0.to_v", "mid.attn_1.v"),
                         ("mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out"), ("conv_shortcut", "nin_shortcut"),
                         ("conv_norm_out", "norm_out")):
        name = name.replace(ours, theirs)
    return name


def checkpoint() -> dict[str, torch.Tensor]:
    """UNet, text encoder and autoencoder under the names of a Stable Diffusion 1.x file."""
    names = comfy.utils.unet_to_diffusers(SIZES)
    unet = load_file(BASE / "unet/diffusion_pytorch_model.safetensors")
    state = {"model.diffusion_model." + names[name]: tensor for name, tensor in unet.items()}
    for name, tensor in load_file(BASE / "text_encoder/model.safetensors").items():
        state["cond_stage_model.transformer.text_model." + name.removeprefix("text_model.")] = tensor
    for name, tensor in load_file(BASE / "vae/diffusion_pytorch_model.safetensors").items():
        square = ".attentions." in name and name.endswith(".weight") and tensor.ndim == 2
        state["first_stage_model." + vae_name(name)] = tensor[:, :, None, None].contiguous() if square else tensor
    return state


def install() -> None:
    comfy.supported_models.models.insert(0, Microcosm)
    comfy.sd.VAE = Vae
    folder = Path(folder_paths.get_folder_paths("checkpoints")[0])
    folder.mkdir(parents=True, exist_ok=True)
    save_file(checkpoint(), folder / CHECKPOINT, {"format": "pt"})
    loras = Path(folder_paths.get_folder_paths("loras")[0])
    loras.mkdir(parents=True, exist_ok=True)
    for file in (MICROCOSM / "loras").iterdir():
        shutil.copyfile(file, loras / file.name)
    alone = loras / "alone"  # nothing lies beside it
    alone.mkdir(exist_ok=True)
    shutil.copyfile(MICROCOSM / "loras/bound.safetensors", alone / "bound.safetensors")


install()
