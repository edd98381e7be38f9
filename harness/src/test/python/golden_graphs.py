"""Golden text-to-image graphs for TextToImage, written out by hand from ComfyUI's official templates and examples.

Python 3, no packages. Run from the harness folder: python src/test/python/golden_graphs.py; writes
src/test/resources/golden/comfyui_graphs.json. Read the table below against the templates, not against our Java.
Templates: blueprints "Text to Image (Flux.1 Dev | Flux.1 Krea Dev | Qwen-Image | Qwen-Image 2512 | Z-Image-Turbo |
Z-Image-Base)", workflow_templates image_chroma_text_to_image, hidream_i1_full (with its note on dev and fast),
flux_schnell_full_text_to_image, sd3.5_simple_example, image_sdxl_simple, image_flux2_text_to_image, image_flux2_text_to_image_9b,
image_flux2_klein_text_to_image, image_krea2_turbo_t2i, image_anima_base_v1, image_qwen_image_2_1_t2i,
image_qwen_image_2_1_turbo_t2i (comfyui-workflow-templates-json 0.1.123); the example of SD 1.5. SDXL with v-prediction: the
card of NoobAI-XL V-Pred. Krea 2 raw: the example of diffusers' pipeline, 28 steps and a guidance of 4.5 that counts from 0. Negatives are the templates' but SDXL's: that one asks for no colour, which belongs to its statue alone.
"""

import json
import pathlib

PROMPT = 'a "red" cube\n— 立方体 \U0001f9ca, {\\}'
NEGATIVE = "blurry"
SEED = 2**64 - 1
ZH = "低分辨率，低画质，肢体畸形，手指畸形，画面过饱和，蜡像感，人脸无细节，过度光滑，画面具有AI感。构图混乱。文字模糊，扭曲"
CHROMA_NEGATIVE = (
    "This low quality greyscale unfinished sketch is inaccurate and flawed. The image is very blurred and lacks detail "
    "with excessive chromatic aberrations and artifacts. The image is overly saturated with excessive bloom. It has a "
    "toony aesthetic with bold outlines and flat colors. "
)


def node(name, **inputs):
    return {"class_type": name, "inputs": inputs}


def encode(text, clip):
    return node("CLIPTextEncode", text=text, clip=clip)


def tail(vae, prefix="evals/run/case"):
    return {
        "8": node("VAEDecode", samples=["7", 0], vae=vae),
        "9": node("SaveImage", images=["8", 0], filename_prefix=prefix),
    }


def latent(name, width, height=None):
    return node(name, width=width, height=height or width, batch_size=1)


def ksampler(model, steps, cfg, sampler, scheduler, positive, negative):
    return node("KSampler", model=model, seed=SEED, steps=steps, cfg=cfg, sampler_name=sampler, scheduler=scheduler,
                positive=positive, negative=negative, latent_image=["6", 0], denoise=1.0)


def checkpoint(file):
    return node("CheckpointLoaderSimple", ckpt_name=file)


def unet(file, dtype="default"):
    return node("UNETLoader", unet_name=file, weight_dtype=dtype)


def vae(file):
    return node("VAELoader", vae_name=file)


def zero(positive):
    return node("ConditioningZeroOut", conditioning=positive)


def guidance(conditioning, value=3.5):
    return node("FluxGuidance", conditioning=conditioning, guidance=value)


def lora(name, model, file, strength, clip=None, strength_clip=None):
    inputs = {"model": model, "lora_name": file, "strength_model": strength}
    if clip:
        inputs |= {"clip": clip, "strength_clip": strength_clip}
    return node(name, **inputs)


FLUX_CLIP = node("DualCLIPLoader", clip_name1="clip_l.safetensors", clip_name2="t5xxl_fp16.safetensors", type="flux")
QWEN_CLIP = node("CLIPLoader", clip_name="qwen_2.5_vl_7b_fp8_scaled.safetensors", type="qwen_image")
Z_CLIP = node("CLIPLoader", clip_name="qwen_3_4b.safetensors", type="lumina2")
HIDREAM_CLIP = node("QuadrupleCLIPLoader", clip_name1="clip_l_hidream.safetensors",
                    clip_name2="clip_g_hidream.safetensors", clip_name3="t5xxl_fp8_e4m3fn_scaled.safetensors",
                    clip_name4="llama_3.1_8b_instruct_fp8_scaled.safetensors")


def flux(file):
    return {
        "1": unet(file), "2": FLUX_CLIP, "3": vae("ae.safetensors"),
        "4": encode(PROMPT, ["2", 0]), "5": zero(["4", 0]), "11": guidance(["4", 0]),
        "6": latent("EmptySD3LatentImage", 1024),
        "7": ksampler(["1", 0], 20, 1.0, "euler", "simple", ["11", 0], ["5", 0]),
    } | tail(["3", 0])


def qwen(file, steps, negative):
    return {
        "1": unet(file), "2": QWEN_CLIP, "3": vae("qwen_image_vae.safetensors"),
        "12": node("ModelSamplingAuraFlow", model=["1", 0], shift=3.1),
        "4": encode(PROMPT, ["2", 0]), "5": encode(negative, ["2", 0]),
        "6": latent("EmptySD3LatentImage", 1328),
        "7": ksampler(["12", 0], steps, 4.0, "euler", "simple", ["4", 0], ["5", 0]),
    } | tail(["3", 0])


def flux2(file, text, decoder, steps, guider, conditionings):
    return {
        "1": unet(file), "2": node("CLIPLoader", clip_name=text, type="flux2"), "3": vae(decoder),
        "4": encode(PROMPT, ["2", 0]), "14": guider, "6": latent("EmptyFlux2LatentImage", 1024),
        "13": node("RandomNoise", noise_seed=SEED), "15": node("KSamplerSelect", sampler_name="euler"),
        "16": node("Flux2Scheduler", steps=steps, width=1024, height=1024),
        "7": node("SamplerCustomAdvanced", noise=["13", 0], guider=["14", 0], sampler=["15", 0], sigmas=["16", 0],
                  latent_image=["6", 0]),
    } | conditionings | tail(["3", 0])


def cfg_guider(cfg):
    return node("CFGGuider", model=["1", 0], positive=["4", 0], negative=["5", 0], cfg=cfg)


def klein(file, text, decoder):
    return flux2(file, text, decoder, 4, cfg_guider(1.0), {"5": zero(["4", 0])})


def klein_base(file, text, decoder):
    return flux2(file, text, decoder, 20, cfg_guider(5.0), {"5": encode("", ["2", 0])})


def krea2(file, steps, cfg, negative):
    return {
        "1": unet(file), "2": node("CLIPLoader", clip_name="qwen3vl_4b_fp8_scaled.safetensors", type="krea2"),
        "3": vae("qwen_image_vae.safetensors"), "4": encode(PROMPT, ["2", 0]), "5": negative,
        "6": latent("EmptyLatentImage", 1024),
        "7": ksampler(["1", 0], steps, cfg, "euler", "simple", ["4", 0], ["5", 0]),
    } | tail(["3", 0])


QWEN21_CLIP = node("CLIPLoader", clip_name="qwen3vl_8b_int8_convrot.safetensors", type="qwen_image")
QWEN21_SIGMAS = "1.0, 0.978453, 0.95418, 0.926626, 0.89508, 0.845148, 0.704534, 0.414568, 0"


def qwen21(file, sampler):
    return {
        "1": unet(file), "2": QWEN21_CLIP, "3": vae("qwen_image_2.1_vae_bf16.safetensors"),
        "4": node("TextEncodeQwenImage21", clip=["2", 0], prompt=PROMPT, negative_prompt="", resolution=1024),
        "6": latent("EmptyLatentImage", 1024),
    } | sampler | tail(["3", 0])


def hidream(file, shift, steps, cfg, sampler, scheduler):
    return {
        "1": unet(file), "2": HIDREAM_CLIP, "3": vae("ae.safetensors"),
        "12": node("ModelSamplingSD3", model=["1", 0], shift=shift),
        "4": encode(PROMPT, ["2", 0]), "5": encode("bad ugly jpeg artifacts", ["2", 0]),
        "6": latent("EmptySD3LatentImage", 1024),
        "7": ksampler(["12", 0], steps, cfg, sampler, scheduler, ["4", 0], ["5", 0]),
    } | tail(["3", 0])


GRAPHS = {
    "sd15": {
        "1": checkpoint("v1-5-pruned-emaonly-fp16.safetensors"),
        "4": encode(PROMPT, ["1", 1]), "5": encode("", ["1", 1]),
        "6": latent("EmptyLatentImage", 512),
        "7": ksampler(["1", 0], 20, 8.0, "euler", "normal", ["4", 0], ["5", 0]),
    } | tail(["1", 2]),
    "sdxl": {
        "1": checkpoint("sd_xl_base_1.0.safetensors"),
        "4": encode(PROMPT, ["1", 1]), "5": encode("", ["1", 1]),
        "6": latent("EmptyLatentImage", 1024),
        "7": ksampler(["1", 0], 25, 7.0, "dpmpp_2m", "karras", ["4", 0], ["5", 0]),
    } | tail(["1", 2]),
    "sdxl-vpred": {
        "1": checkpoint("NoobAI-XL-Vpred-v1.0.safetensors"),
        "12": node("ModelSamplingDiscrete", model=["1", 0], sampling="v_prediction", zsnr=True),
        "4": encode(PROMPT, ["1", 1]), "5": encode("", ["1", 1]),
        "6": latent("EmptyLatentImage", 1024),
        "7": ksampler(["12", 0], 28, 5.0, "euler", "normal", ["4", 0], ["5", 0]),
    } | tail(["1", 2]),
    "sd3": {
        "1": checkpoint("sd3.5_large_fp8_scaled.safetensors"),
        "4": encode(PROMPT, ["1", 1]), "5": encode("", ["1", 1]),
        "6": latent("EmptySD3LatentImage", 1024),
        "7": ksampler(["1", 0], 20, 4.01, "euler", "sgm_uniform", ["4", 0], ["5", 0]),
    } | tail(["1", 2]),
    "flux1-dev": flux("flux1-dev.safetensors"),
    "flux1-krea-dev": flux("flux1-krea-dev_fp8_scaled.safetensors"),
    "flux1-schnell": {
        "1": unet("flux1-schnell.safetensors"), "2": FLUX_CLIP, "3": vae("ae.safetensors"),
        "4": encode(PROMPT, ["2", 0]), "5": zero(["4", 0]),
        "6": latent("EmptySD3LatentImage", 1024),
        "7": ksampler(["1", 0], 4, 1.0, "euler", "simple", ["4", 0], ["5", 0]),
    } | tail(["3", 0]),
    "chroma": {
        "1": unet("Chroma1-HD-fp8mixed.safetensors"),
        "2": node("CLIPLoader", clip_name="t5xxl_fp8_e4m3fn_scaled.safetensors", type="chroma"),
        "3": vae("ae.safetensors"),
        "10": node("T5TokenizerOptions", clip=["2", 0], min_padding=0, min_length=0),
        "12": node("ModelSamplingAuraFlow", model=["1", 0], shift=1.0),
        "4": encode(PROMPT, ["10", 0]), "5": encode(CHROMA_NEGATIVE, ["10", 0]),
        "6": latent("EmptySD3LatentImage", 1024),
        "13": node("RandomNoise", noise_seed=SEED),
        "14": node("CFGGuider", model=["12", 0], positive=["4", 0], negative=["5", 0], cfg=3.5),
        "15": node("KSamplerSelect", sampler_name="euler"),
        "16": node("BasicScheduler", model=["12", 0], scheduler="beta", steps=26, denoise=1.0),
        "7": node("SamplerCustomAdvanced", noise=["13", 0], guider=["14", 0], sampler=["15", 0], sigmas=["16", 0],
                  latent_image=["6", 0]),
    } | tail(["3", 0]),
    "flux2-dev": flux2("flux2_dev_fp8mixed.safetensors", "mistral_3_small_flux2_bf16.safetensors",
                       "full_encoder_small_decoder.safetensors", 20,
                       node("BasicGuider", model=["1", 0], conditioning=["11", 0]), {"11": guidance(["4", 0], 4.0)}),
    "flux2-klein-4b": klein("flux-2-klein-4b.safetensors", "qwen_3_4b.safetensors", "flux2-vae.safetensors"),
    "flux2-klein-base-4b": klein_base("flux-2-klein-base-4b.safetensors", "qwen_3_4b.safetensors", "flux2-vae.safetensors"),
    "flux2-klein-9b": klein("flux-2-klein-9b-fp8.safetensors", "qwen_3_8b_fp8mixed.safetensors",
                            "full_encoder_small_decoder.safetensors"),
    "flux2-klein-base-9b": klein_base("flux-2-klein-base-9b-fp8.safetensors", "qwen_3_8b_fp8mixed.safetensors",
                                      "full_encoder_small_decoder.safetensors"),
    "qwen-image": qwen("qwen_image_fp8_e4m3fn.safetensors", 20, ""),
    "qwen-image-2512": qwen("qwen_image_2512_fp8_e4m3fn.safetensors", 50, ZH),
    "hidream-i1-full": hidream("hidream_i1_full_fp8.safetensors", 3.0, 50, 5.0, "uni_pc", "simple"),
    "hidream-i1-dev": hidream("hidream_i1_dev_fp8.safetensors", 6.0, 28, 1.0, "lcm", "normal"),
    "hidream-i1-fast": hidream("hidream_i1_fast_fp8.safetensors", 3.0, 16, 1.0, "lcm", "normal"),
    "z-image-turbo": {
        "1": unet("z_image_turbo_bf16.safetensors"), "2": Z_CLIP, "3": vae("ae.safetensors"),
        "12": node("ModelSamplingAuraFlow", model=["1", 0], shift=3.0),
        "4": encode(PROMPT, ["2", 0]), "5": zero(["4", 0]),
        "6": latent("EmptySD3LatentImage", 1024),
        "7": ksampler(["12", 0], 8, 1.0, "res_multistep", "simple", ["4", 0], ["5", 0]),
    } | tail(["3", 0]),
    "z-image": {
        "1": unet("z_image_bf16.safetensors"), "2": Z_CLIP, "3": vae("ae.safetensors"),
        "12": node("ModelSamplingAuraFlow", model=["1", 0], shift=3.0),
        "4": encode(PROMPT, ["2", 0]), "5": encode("", ["2", 0]),
        "6": latent("EmptySD3LatentImage", 1024),
        "7": ksampler(["12", 0], 25, 4.0, "res_multistep", "simple", ["4", 0], ["5", 0]),
    } | tail(["3", 0]),
    "qwen-image-2-1": qwen21("qwen_image_2.1_int8_convrot.safetensors", {
        "7": ksampler(["1", 0], 25, 1.0, "euler", "simple", ["4", 0], ["4", 1])}),
    "qwen-image-2-1-turbo": qwen21("qwen_image_2.1_turbo_int8_convrot.safetensors", {
        "13": node("RandomNoise", noise_seed=SEED),
        "14": node("CFGGuider", model=["1", 0], positive=["4", 0], negative=["4", 1], cfg=1.0),
        "15": node("KSamplerSelect", sampler_name="euler"), "16": node("ManualSigmas", sigmas=QWEN21_SIGMAS),
        "7": node("SamplerCustomAdvanced", noise=["13", 0], guider=["14", 0], sampler=["15", 0], sigmas=["16", 0],
                  latent_image=["6", 0])}),
    "krea2-turbo": krea2("krea2_turbo_fp8_scaled.safetensors", 8, 1.0, zero(["4", 0])),
    "krea2-raw": krea2("krea2_raw_bf16.safetensors", 28, 5.5, encode("", ["2", 0])),
    "anima": {
        "1": unet("anima-base-v1.0.safetensors"),
        "2": node("CLIPLoader", clip_name="qwen_3_06b_base.safetensors", type="stable_diffusion"),
        "3": vae("qwen_image_vae.safetensors"), "4": encode(PROMPT, ["2", 0]),
        "5": encode("worst quality, low quality, score_1, score_2, score_3, blurry, jpeg artifacts, sepia", ["2", 0]),
        "6": latent("EmptyLatentImage", 1024),
        "7": ksampler(["1", 0], 30, 4.0, "euler", "simple", ["4", 0], ["5", 0]),
    } | tail(["3", 0]),
    # Two LoRAs on SDXL, clip skip 1 (ComfyUI's -2), another size, a negative, rendered again.
    "sdxl, LoRAs": {
        "1": checkpoint("sd_xl_base_1.0.safetensors"),
        "101": lora("LoraLoader", ["1", 0], "a.safetensors", 0.8, ["1", 1], 0.5),
        "102": lora("LoraLoader", ["101", 0], "sub/b.safetensors", -1.0, ["101", 1], 0.0),
        "10": node("CLIPSetLastLayer", clip=["102", 1], stop_at_clip_layer=-2),
        "4": encode(PROMPT, ["10", 0]), "5": encode(NEGATIVE, ["10", 0]),
        "6": latent("EmptyLatentImage", 832, 1216),
        "7": ksampler(["102", 0], 30, 5.5, "dpmpp_2m", "karras", ["4", 0], ["5", 0]),
    } | tail(["1", 2]),
    # Flux as GGUF, a T5 as GGUF, LoRAs with and without a text encoder before the shift, real guidance with a negative.
    "flux, GGUF": {
        "1": node("UnetLoaderGGUF", unet_name="flux1-dev-Q8_0.gguf"),
        "2": node("DualCLIPLoaderGGUF", clip_name1="clip_l.safetensors", clip_name2="t5-v1_1-xxl-Q8_0.gguf", type="flux"),
        "3": vae("ae.safetensors"),
        "101": lora("LoraLoaderModelOnly", ["1", 0], "a.safetensors", 1.0),
        "102": lora("LoraLoader", ["101", 0], "te.safetensors", 0.7, ["2", 0], 0.6),
        "12": node("ModelSamplingFlux", model=["102", 0], max_shift=1.3, base_shift=1.3, width=1024, height=768),
        "4": encode(PROMPT, ["102", 1]), "5": encode(NEGATIVE, ["102", 1]),
        "11": guidance(["4", 0], 4.5), "17": guidance(["5", 0], 4.5),
        "6": latent("EmptySD3LatentImage", 1024, 768),
        "7": ksampler(["12", 0], 20, 2.0, "euler", "simple", ["11", 0], ["17", 0]),
    } | tail(["3", 0]),
    # SD 3.5 model-only as FP8 with three text encoders, its shift set.
    "sd3, model only": {
        "1": unet("sd3.5_large.safetensors", "fp8_e4m3fn"),
        "2": node("TripleCLIPLoader", clip_name1="clip_l.safetensors", clip_name2="clip_g.safetensors",
                  clip_name3="t5xxl_fp16.safetensors"),
        "3": vae("sd3.5_vae.safetensors"),
        "12": node("ModelSamplingSD3", model=["1", 0], shift=3.0),
        "4": encode(PROMPT, ["2", 0]), "5": encode("", ["2", 0]),
        "6": latent("EmptySD3LatentImage", 1024),
        "7": ksampler(["12", 0], 20, 4.01, "euler", "sgm_uniform", ["4", 0], ["5", 0]),
    } | tail(["3", 0]),
}

out = pathlib.Path("src/test/resources/golden/comfyui_graphs.json")
out.write_text(json.dumps(GRAPHS, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
