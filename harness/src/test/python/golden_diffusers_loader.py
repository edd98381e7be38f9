"""Golden file: which keys of LoRAs diffusers' own loaders take, for DiffusersKeysTest.

Needs diffusers 0.42.1, peft 0.21.2, transformers 5.24.0, torch 2.15.0; no model and no GPU: models are made by their configurations,
every weight one number that is seen as its shape. Run from the harness folder:
    python src/test/python/golden_diffusers_loader.py [BASE ...]
reads names of modules and whole files of src/test/resources/golden/comfyui_loader.json.gz and writes diffusers_loader.json.gz there.

Every tensor of a LoRA holds one odd number of its own; every alpha is twice the rank. After `load_lora_weights` of the family's
pipeline the numbers are looked for in the adapters of the model: so it is known which key went where.

cases: a base, a prefix, which names (those of `names` in comfyui_loader.json.gz whose weight has two dimensions or more, those at the
places `only`), whether dots are underscores, suffixes; `taken` has one letter per module and suffix, in this order: 1 where its numbers
are in the model, of an alpha where they are scaled by it. `error`: what was raised, and nothing is loaded then, or which
layers were widened so that the model cannot run; `unset` where adapters are left
without numbers, which fails at the first step of a render. alphas: by module of kohya's for
Stable Diffusion 1, and which are not scaled by theirs. files: the same for whole files.
"""

import gzip
import json
import logging
import pathlib
import re
import sys

import diffusers
import peft
import torch
import transformers
from diffusers.loaders import lora_pipeline

logging.disable(logging.ERROR)
for kind in (torch.nn.Linear, torch.nn.Conv2d, torch.nn.Embedding):
    kind.reset_parameters = lambda self: None  # models without numbers need no first ones
RESOURCES = pathlib.Path("src/test/resources")
R = 4

CLIP_L = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, projection_dim=768)
CLIP_G = dict(hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20, projection_dim=1280)
CROSS, PLAIN_DOWN, PLAIN_UP = "CrossAttnDownBlock2D", "DownBlock2D", "UpBlock2D"


def clip(config, projection=False):
    kind = transformers.CLIPTextModelWithProjection if projection else transformers.CLIPTextModel
    with torch.device("meta"):
        made = kind(transformers.CLIPTextConfig(**config))
    return real(made)


def real(model):
    """One number per matrix, seen as its shape: takes no memory."""
    for module in model.modules():
        for name, p in list(module._parameters.items()):
            if p is not None:
                zeros = torch.zeros(1).expand(p.shape) if p.ndim > 1 else torch.zeros(p.shape)
                module._parameters[name] = torch.nn.Parameter(zeros, requires_grad=False)
        for name, b in list(module._buffers.items()):
            if b is not None and b.device.type == "meta":
                module._buffers[name] = torch.zeros(b.shape, dtype=b.dtype)
    return model


def model(name, **config):
    with torch.device("meta"):
        made = getattr(diffusers, name)(**config)
    return real(made)


SD3 = dict(pos_embed_max_size=192, pooled_projection_dim=2048, joint_attention_dim=4096, qk_norm="rms_norm", out_channels=16)
FAMILIES = {
    "sd15": ("StableDiffusionLoraLoaderMixin", "unet", lambda: model("UNet2DConditionModel", cross_attention_dim=768),
             lambda: {"text_encoder": clip(CLIP_L)}),
    "sdxl": ("StableDiffusionXLLoraLoaderMixin", "unet", lambda: model(
        "UNet2DConditionModel", block_out_channels=(320, 640, 1280), down_block_types=(PLAIN_DOWN, CROSS, CROSS),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", PLAIN_UP), transformer_layers_per_block=[1, 2, 10],
        attention_head_dim=[5, 10, 20], cross_attention_dim=2048, addition_embed_type="text_time", addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816, use_linear_projection=True),
        lambda: {"text_encoder": clip(CLIP_L), "text_encoder_2": clip(CLIP_G, True)}),
    "sd35-large": ("SD3LoraLoaderMixin", "transformer", lambda: model(
        "SD3Transformer2DModel", num_layers=38, num_attention_heads=38, caption_projection_dim=2432, **SD3),
        lambda: {"text_encoder": clip(CLIP_L, True), "text_encoder_2": clip(CLIP_G, True)}),
    "sd35-medium": ("SD3LoraLoaderMixin", "transformer", lambda: model(
        "SD3Transformer2DModel", num_layers=24, num_attention_heads=24, caption_projection_dim=1536,
        dual_attention_layers=tuple(range(13)), **SD3 | {"pos_embed_max_size": 384}),
        lambda: {"text_encoder": clip(CLIP_L, True), "text_encoder_2": clip(CLIP_G, True)}),
    "flux1-dev": ("FluxLoraLoaderMixin", "transformer", lambda: model("FluxTransformer2DModel", guidance_embeds=True),
                  lambda: {"text_encoder": clip(CLIP_L)}),
    "flux1-schnell": ("FluxLoraLoaderMixin", "transformer", lambda: model("FluxTransformer2DModel"),
                      lambda: {"text_encoder": clip(CLIP_L)}),
    "chroma": ("FluxLoraLoaderMixin", "transformer", lambda: model("ChromaTransformer2DModel"), lambda: {"text_encoder": None}),
    "flux2-klein-4b": ("Flux2LoraLoaderMixin", "transformer", lambda: model(
        "Flux2Transformer2DModel", num_layers=5, num_single_layers=20, num_attention_heads=24, joint_attention_dim=7680,
        guidance_embeds=False), dict),
    "qwen-image": ("QwenImageLoraLoaderMixin", "transformer", lambda: model("QwenImageTransformer2DModel"), dict),
    "hidream-i1": ("HiDreamImageLoraLoaderMixin", "transformer", lambda: model(
        "HiDreamImageTransformer2DModel", patch_size=2, in_channels=16, out_channels=16, num_layers=16, num_single_layers=32,
        attention_head_dim=128, num_attention_heads=20, caption_channels=[4096, 4096], text_emb_dim=2048, num_routed_experts=4,
        num_activated_experts=2, axes_dims_rope=(64, 32, 32), max_resolution=(128, 128), llama_layers=list(range(32)) + [31] * 16), dict),
    "z-image": ("ZImageLoraLoaderMixin", "transformer", lambda: model("ZImageTransformer2DModel"), dict),
    "krea2": ("Krea2LoraLoaderMixin", "transformer", lambda: model("Krea2Transformer2DModel"), dict),
}
DOTTED = ["", "unet.", "transformer.", "diffusion_model.", "base_model.model.", "model.diffusion_model.",
          "transformer.base_model.model.", "base_model.model.transformer."]
FLAT = ["lora_unet_", "lora_transformer_", "lycoris_"]
KOHYA = [".lora_down.weight", ".lora_up.weight", ".alpha"]
DOWN = [".lora_down.weight", ".lora_A.weight", ".lora.down.weight", "_lora.down.weight", ".lora_linear_layer.down.weight",
        ".lora_A.default.weight", ".lora_A"]
PEFT = [".lora_A.weight", ".lora_B.weight"]
LINEAR = [".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight"]
TEXT_DOTTED = ["text_encoder.", "text_encoder_2.", "text_encoders.clip_l.transformer.", "text_encoders.clip_g.transformer.", "base_model.model.", ""]
TEXT_FLAT = ["lora_te_", "lora_te1_", "lora_te2_"]
OLD = [".lora.down.weight", ".lora.up.weight"]
SUFFIXES = [
    KOHYA[:2], KOHYA[2::-1], [*KOHYA, ".dora_scale"], [*PEFT, ".alpha"], [*OLD, ".alpha"], [".lora_A.default.weight", ".lora_B.default.weight"],
    [*PEFT, ".lora_B.bias"], [*PEFT, ".lora_magnitude_vector"], [*PEFT, ".lora_magnitude_vector.weight"], [*PEFT, ".dora_scale"],
    [".lora_A", ".lora_B"], [".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight"], ["_lora.down.weight", "_lora.up.weight"],
    [".diff"], [".diff", ".diff_b"], [*KOHYA, ".diff_b"], [".lora_up.weight"], [".lora_A.weight"], [".lora_B.weight"],
    [".hada_w1_a", ".hada_w1_b", ".hada_w2_a", ".hada_w2_b", ".alpha"], [".lokr_w1", ".lokr_w2"], [".lokr_w1", ".lokr_w2", ".alpha"],
    [".lokr_w1", ".lokr_w2_a", ".lokr_w2_b", ".alpha"], [".oft_blocks", ".alpha"], [*KOHYA, ".lora_mid.weight"],
]


def shape(suffix, weight):
    """Of a tensor of rank 4 beside a weight; Kronecker factors are 4 by 4 and the rest."""
    out, inner, kernel = weight[0], weight[1:], [1] * (len(weight) - 2)
    if suffix == ".alpha":
        return []
    if suffix in (".lora_B.bias", ".diff_b", ".lora_magnitude_vector", ".lora_magnitude_vector.weight"):
        return [out]
    if suffix == ".dora_scale":
        return [out, 1, *kernel]
    if suffix == ".diff":
        return weight
    if suffix == ".lora_mid.weight":
        return [R, R, *inner[1:]]
    if suffix == ".oft_blocks":
        return [4, out // 4, out // 4]
    if suffix.startswith(".hada"):
        return [out, R] if suffix.endswith("_a") else [R, inner[0]]
    if suffix == ".lokr_w1":
        return [4, 4]
    if suffix.startswith(".lokr_w2"):
        return {"2": [out // 4, inner[0] // 4], "a": [out // 4, R], "b": [R, inner[0] // 4]}[suffix[-1]]
    return [R, *inner] if re.search("down|lora_A", suffix) else [out, R, *kernel]


def tensors(shapes):
    """Every key with a number of its own, alphas with twice the rank."""
    lora = {}
    for i, (key, s) in enumerate(shapes.items()):
        lora[key] = torch.full(s, 2.0 * i + 1)
    for key in lora:
        if key.endswith(".alpha"):
            module = key.removesuffix(".alpha")
            down = next((lora[module + s] for s in DOWN if module + s in lora), None)
            lora[key] = torch.tensor(2.0 * (R if down is None else down.shape[0]))
    return lora


def changed(m):
    return any(hasattr(m, a) for a in ("_overwritten_params", "_transformer_norm_layers", "peft_config")) or any(
        "lora_" in n or "lokr_" in n for n, _ in m.named_parameters())


class Family:
    def __init__(self, base):
        self.mixin, self.part, self.make, self.text = FAMILIES[base]
        self.pipeline = None

    def models(self):
        return {n: m for n, m in [(self.part, getattr(self.pipeline, self.part)), *self.texts.items()] if m is not None}

    def fresh(self):
        """Every model as it was before."""
        if self.pipeline is None:
            self.pipeline = type("Pipeline", (getattr(lora_pipeline, self.mixin),), {"hf_device_map": None, "components": {}})()
            self.texts = self.text()
            for name, m in self.texts.items():
                setattr(self.pipeline, name, m)
            setattr(self.pipeline, self.part, self.make())
        for name, m in self.models().items():
            if changed(m):
                setattr(self.pipeline, name, self.make() if name == self.part else self.text()[name])
                if name in self.texts:
                    self.texts[name] = getattr(self.pipeline, name)

    def load(self, shapes):
        """Keys that are used, and what was raised."""
        self.fresh()
        lora = tensors(shapes)
        numbers = {2.0 * i + 1: k for i, k in enumerate(lora)}
        try:
            self.pipeline.load_lora_weights(dict(lora))
        except Exception as e:
            error = set(), "%s: %s" % (type(e).__name__, re.sub(r"\s+", " ", str(e))[:100]), False
            if not isinstance(e, (KeyError, ValueError, AssertionError)):
                self.pipeline = None
            return error
        widened = getattr(getattr(self.pipeline, self.part), "_overwritten_params", {}).keys() - {"x_embedder.weight", "x_embedder.bias"}
        if widened:
            return set(), "widened: %s, and the next layer does not take its outputs" % sorted(widened), False
        used = set()
        unset = False
        for m in self.models().values():
            for name, p in m.named_parameters():
                first = p.flatten()[0]
                if p.device.type == "meta":
                    unset = True
                    continue
                found = [v for v in {first.item(), first.item() / 2} if v in numbers]
                for v in found:
                    used.add(numbers[v])
                    if v != first.item():
                        used |= {numbers[v].removesuffix(s) + ".alpha" for s in DOWN if numbers[v].endswith(s)} & lora.keys()
            for name, module in m.named_modules():
                scale = next(iter(getattr(module, "scaling", {}).values()), 1.0)
                if scale == 2.0:
                    for key in (numbers.get(p.flatten()[0].item(), "") for p in module.lora_A.parameters()):
                        used |= {key.removesuffix(s) + ".alpha" for s in DOWN if key.endswith(s)} & lora.keys()
        return used, None, unset


def record(family, shapes, into):
    used, error, unset = family.load(shapes)
    into["taken"] = "".join("1" if k in used else "0" for k in shapes)
    if error:
        into["error"] = error
    if unset:
        into["unset"] = True
    return into


def groups(names):
    """Places of modules that differ by the number of their block alone."""
    found = {}
    for i, n in enumerate(names):
        found.setdefault(re.sub(r"\d+", "#", n), []).append(i)
    return list(found.values())


def encoder(width, inner, blocks):
    """Names of a CLIP text encoder's modules: of the first and the last block, and one that is not there."""
    names = {}
    for n in (0, blocks - 1, blocks):
        names |= {"text_model.encoder.layers.%d.%s" % (n, m): [width, width] for m in ("self_attn.q_proj", "self_attn.out_proj")}
        names |= {"text_model.encoder.layers.%d.mlp.fc1" % n: [inner, width], "text_model.encoder.layers.%d.mlp.fc2" % n: [width, inner]}
    return names


def control(names):
    """A control LoRA of Black Forest Labs as they publish it: every module, biases and norms."""
    lora = {}
    for n, s in names.items():
        if len(s) == 1:
            lora[n + ".scale"] = s
        else:
            lora |= {n + ".lora_A.weight": [R, 128 if n == "img_in" else s[1]], n + ".lora_B.weight": [s[0], R], n + ".lora_B.bias": [s[0]]}
    return lora


def every_block(names, double=19, single=38):
    """Names of the first block for every block."""
    out = {}
    for n, s in names.items():
        m = re.match(r"(double_blocks|single_blocks)\.0\.(.*)", n)
        if m:
            for i in range(double if m[1] == "double_blocks" else single):
                out["%s.%d.%s" % (m[1], i, m[2])] = s
        elif not re.match(r"(double_blocks|single_blocks)\.", n):
            out[n] = s
    return out


def special(golden, base):
    if base == "flux1-dev":
        names = every_block(golden["names"]["flux1-dev"]["original"])
        yield "control, complete", control(names)
        yield "control without a block", {k: s for k, s in control(names).items() if not k.startswith("double_blocks.3.")}
        wide = {n: s for n, s in names.items() if len(s) > 1 and n.split(".")[0] in ("double_blocks", "single_blocks")} | {
            "final_layer.linear": names["final_layer.linear"]}
        kontext = {"base_model.model." + n + x: shape(x, s) for n, s in wide.items() for x in PEFT}
        yield "kontext, complete", kontext
        yield "kontext without a key", {k: s for k, s in kontext.items() if "double_blocks.3.img_mod" not in k}


BLOCK = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_"
ALPHAS = [{"attn1_to_q": 4, "attn1_to_k": 4, "attn1_to_v": 4, "ff_net_2": 4}, {"attn1_to_q": 4, "attn1_to_k": 4, "attn1_to_v": 4, "ff_net_2": 1},
          {"attn1_to_q": 4, "attn1_to_k": 4, "attn1_to_v": 2, "ff_net_2": 1}, {"attn1_to_q": 1, "attn2_to_k": 2, "ff_net_2": 8, "ff_net_0_proj": 8},
          {"attn1_to_out_0": 1, "attn2_to_out_0": 2, "ff_net_2": 2, "ff_net_0_proj": 8}]


def scaled(names):
    """Kohya's modules that are not scaled by their own alpha, for some alphas."""
    for alphas in ALPHAS:
        family = Family("sd15")
        family.fresh()
        lora = {}
        shapes = {n.replace(".", "_"): s for n, s in names.items()}
        for n, alpha in alphas.items():
            s = shapes[BLOCK.removeprefix("lora_unet_") + n]
            lora |= {BLOCK + n + x: torch.ones(shape(x, s)) for x in KOHYA[:2]} | {BLOCK + n + ".alpha": torch.tensor(float(alpha))}
        family.pipeline.load_lora_weights(lora)
        found = {n.replace(".", "_"): m.scaling["default_0"] for n, m in family.pipeline.unet.named_modules() if getattr(m, "scaling", None)}
        wrong = [BLOCK + n for n, alpha in alphas.items() if found[BLOCK.removeprefix("lora_unet_") + n] != alpha / R]
        yield {"alphas": {BLOCK + n: a for n, a in alphas.items()}, "wrong": wrong}


def main():
    with gzip.open(RESOURCES / "golden" / "comfyui_loader.json.gz", "rb") as z:
        golden = json.load(z)
    target = RESOURCES / "golden" / "diffusers_loader.json.gz"
    wanted = sys.argv[1:] or list(FAMILIES)
    out = {"source": "diffusers %s, load_lora_weights of each family's pipeline; peft %s, transformers %s, torch %s" % (
        diffusers.__version__, peft.__version__, transformers.__version__, torch.__version__.split("+")[0]), "cases": [], "files": []}
    text_names = out["names"] = {"text_l": encoder(768, 3072, 12), "text_g": encoder(1280, 5120, 32)}
    for base in wanted:
        family = Family(base)
        names = {kind: {n: s for n, s in all.items() if len(s) > 1} for kind, all in golden["names"][base].items()}
        count = 0

        def case(kind, prefix, flat, suffixes, only=None):
            chosen = [n for i, n in enumerate(names[kind]) if only is None or i in only]
            shapes = {}
            for n in chosen:
                for suffix in suffixes:
                    shapes[prefix + (n.replace(".", "_") if flat else n) + suffix] = shape(suffix, names[kind][n])
            c = {"base": base, "prefix": prefix, "names": kind, "flat": flat, "suffixes": suffixes}
            if only is not None:
                c["only"] = only
            out["cases"].append(record(family, shapes, c))
            return out["cases"][-1]["taken"].count("1")

        for kind in names:
            spellings = [(p, False) for p in DOTTED] + [(p, True) for p in FLAT]
            for prefix, flat in spellings:
                works = 0
                for suffixes in (KOHYA, PEFT, OLD):
                    works += case(kind, prefix, flat, suffixes)
                    small = [g[0] for g in groups(names[kind]) if "attn" in list(names[kind])[g[0]]][:4]
                    works += case(kind, prefix, flat, suffixes, small)
                if works:
                    for suffixes in SUFFIXES:
                        case(kind, prefix, flat, suffixes, small)
                    for group in groups(names[kind]):
                        for suffixes in (KOHYA, PEFT):
                            case(kind, prefix, flat, suffixes, group[:1] + group[-1:])
                count += works
        for coder in text_names if any(family.text().values()) else ():
            names[coder] = text_names[coder]
            for prefix, flat in [(p, False) for p in TEXT_DOTTED] + [(p, True) for p in TEXT_FLAT]:
                for suffixes in (KOHYA, PEFT, LINEAR):
                    case(coder, prefix, flat, suffixes)
                for suffixes in (OLD, [*PEFT, ".alpha"], [*LINEAR, ".alpha"], [*PEFT, ".lora_B.bias"]) if "text_encoder" in prefix else ():
                    case(coder, prefix, flat, suffixes)
        files = [(f["name"], f["shapes"]) for f in golden["files"] if f["base"] == base]
        for name, shapes in [*files, *special(golden, base)]:
            f = {"base": base, "name": name}
            if (name, shapes) not in files:
                f["shapes"] = shapes
            out["files"].append(record(family, shapes, f))
        print(base, {k: len(v) for k, v in names.items()}, "taken", count, len(out["cases"]), "cases", flush=True)
    out["alphas"] = list(scaled(golden["names"]["sd15"]["diffusers"]))
    if sys.argv[1:] and target.exists():  # the others' answers stay
        with gzip.open(target, "rb") as z:
            kept = json.load(z)
        for k in ("cases", "files"):
            out[k] = [c for c in kept[k] if c["base"] not in wanted] + out[k]
    with open(target, "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
        z.write(json.dumps(out, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
