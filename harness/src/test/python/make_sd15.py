"""Stable Diffusion 1.5 in full size with random weights, as a single file and as a diffusers folder (4 GB together).

torch==2.10.0 diffusers==0.42.1 transformers==5.23.0 safetensors

python make_sd15.py DIR, then
python bench_diffusers.py DIR/single.safetensors CLASSPATH --reference DIR/folder --size 256 --steps 3 --guidance 7.5
"""

import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

from ldm_layout import ldm, openai_tokenizer

out = Path(sys.argv[1])
torch.manual_seed(0)
vae = AutoencoderKL(block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512,
                    down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4).half()
unet = UNet2DConditionModel(cross_attention_dim=768, sample_size=64).half()
text = CLIPTextModel(CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_attention_heads=12, projection_dim=768,
                                    eos_token_id=2, bos_token_id=0, pad_token_id=1)).half()
for model in (vae, unet, text):
    for name, p in model.named_parameters():
        if name.endswith("bias") or "norm" in name:
            p.data.add_(0.05 * torch.randn_like(p))
scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                          set_alpha_to_one=False, steps_offset=1)
out.mkdir(parents=True, exist_ok=True)
save_file({k: v.contiguous() for k, v in ldm(unet, vae, text).items()}, out / "single.safetensors")
StableDiffusionPipeline(vae=vae, text_encoder=text, tokenizer=openai_tokenizer(), unet=unet, scheduler=scheduler,
                        safety_checker=None, feature_extractor=None, requires_safety_checker=False).save_pretrained(out / "folder")
