"""Golden file: which keys of LoRAs ComfyUI's own loader takes, for ComfyUiKeysTest.

Needs a checkout of ComfyUI 0.33.0 (commit 783545f6), torch 2.15.0, diffusers 0.42.1; no model and no GPU: models are made from their
headers on the device "meta". Run from the harness folder:
    python src/test/python/golden_comfyui_loader.py PATH_OF_COMFYUI [FOLDER_OF_LORAS ...]
writes src/test/resources/golden/comfyui_loader.json.gz. LoRAs in the folders (BASE/NAME.safetensors, BASE as in `bases`) are
added by their headers; without folders, those of the file that is there are asked again.

bases: names and shapes of base models, as their files hold them.
names: by base, names of modules with the shape of the weight, in the authors' spelling and in that of diffusers.
cases: a prefix, which names, whether dots are underscores, suffixes; `taken` has one letter per module and suffix, in this order:
1 where the loader uses the key and the model has what it changes. files: the same for whole files.
"""

import gzip
import json
import logging
import pathlib
import re
import sys

COMFY = sys.argv[1]
FOLDERS = sys.argv[2:]
sys.path.insert(0, COMFY)
sys.argv = [sys.argv[0], "--cpu"]

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing()

import comfy.lora  # noqa: E402
import comfy.lora_convert  # noqa: E402
import comfy.model_detection  # noqa: E402
import comfy.utils  # noqa: E402
import torch  # noqa: E402

logging.disable(logging.INFO)
logging.getLogger().addHandler(logging.NullHandler())
RESOURCES = pathlib.Path("src/test/resources")
META = torch.device("meta")


def header(name):
    with gzip.open(RESOURCES / "headers" / (name + ".json.gz"), "rt") as f:
        return {k: s for k, (d, s) in json.load(f).items()}


def published(name):
    """Names of diffusers, from the resources of other tests."""
    with gzip.open(RESOURCES / "keys" / ("keys_" + name + ".txt.gz"), "rt") as f:
        return {k: json.loads("[" + s.strip()[1:-1].rstrip(",") + "]") for k, s in (line.rstrip("\n").split(" ", 1) for line in f)}


def shapes_of(module):
    return {k: list(v.shape) for k, v in module.state_dict().items()}


def diffusers_model(name, **config):
    import diffusers

    with torch.device("meta"):
        return shapes_of(getattr(diffusers, name)(**config))


def model_of(shapes):
    """The model that ComfyUI makes of a file, as its node for diffusion models does."""
    sd = {k: torch.empty(s, device=META) for k, s in shapes.items()}
    prefix = comfy.model_detection.unet_prefix_from_state_dict(sd)
    inner = comfy.utils.state_dict_prefix_replace(dict(sd), {prefix: ""}, filter_keys=True)
    sd = inner or sd
    config = comfy.model_detection.model_config_from_unet(sd, "")
    if config is None:
        converted = comfy.model_detection.convert_diffusers_mmdit(sd, "")
        config = comfy.model_detection.model_config_from_unet(converted, "")
        sd = converted
    return config.get_model(sd, "", device=META)


class Missing(logging.Handler):
    def __init__(self):
        super().__init__()
        self.keys = []

    def emit(self, record):
        text = record.getMessage()
        if text.startswith("lora key not loaded: "):
            self.keys.append(text[len("lora key not loaded: "):])


def tensor(key, shape):
    if key.endswith(".alpha"):
        return torch.tensor(1.0)
    if key.endswith(".reshape_weight"):
        return torch.tensor([4, 4])
    return torch.empty(shape, device=META)


def taken(lora, key_map, model_keys):
    """Keys of a LoRA (shapes by name) that the loader uses and whose target the model has."""
    tensors = {k: tensor(k, s) for k, s in lora.items()}
    names = {id(t): k for k, t in tensors.items()}
    converted = comfy.lora_convert.convert_lora(tensors)
    candidates = set()
    for key in converted:
        for cut in re.finditer(r"\.|_lora\.", key):
            candidates.add(key[:cut.start()])
    used = set()
    for x in candidates:
        if x not in key_map:
            continue
        own = {k: t for k, t in converted.items() if k.startswith(x)}
        heard = Missing()
        logging.getLogger().addHandler(heard)
        patches = comfy.lora.load_lora(own, {x: key_map[x]}, log_missing=True)
        logging.getLogger().removeHandler(heard)
        loaded = set(own) - set(heard.keys)
        reached = {(k if isinstance(k, str) else k[0]) for k in patches}
        target = key_map[x] if isinstance(key_map[x], str) else key_map[x][0]
        for key in loaded:
            is_bias = key.endswith((".diff_b", ".b_norm"))
            if is_bias:
                hit = any(k != target and k in model_keys for k in reached)
            else:
                hit = target in model_keys
            if hit and id(converted[key]) in names:
                used.add(names[id(converted[key])])
    return used


R = 4


def shape(suffix, weight):
    """Shape of a tensor of a change of a weight; only its number of dimensions matters to the loader."""
    out, *rest = weight
    inner = rest[0] if rest else 1
    kernel = rest[1:]
    ones = [1] * len(kernel)
    table = {
        "down": [R, inner, *kernel], "up": [out, R, *ones], "vector": [out], "column": [out, 1], "weight": weight, "scalar": [],
        "two": [2], "r_out": [R, out], "out_r": [out, R], "r_in": [R, inner], "in_r": [inner, R], "core": [R, R, 3, 3],
        "blocks": [1, out, out], "stages": [2, 1, out, out], "small": [4, 4], "triangle": [1, 6],
    }
    kinds = {
        ".lora_up.weight": "up", "_lora.up.weight": "up", ".lora_B.weight": "up", ".lora.up.weight": "up", ".lora_B": "up",
        ".lora_linear_layer.up.weight": "up", ".lora_B.default.weight": "up", ".lora_B.my_style.weight": "up", ".up.weight": "up",
        ".lora_down.weight": "down", "_lora.down.weight": "down", ".lora_A.weight": "down", ".lora.down.weight": "down",
        ".lora_A": "down", ".lora_linear_layer.down.weight": "down", ".lora_A.default.weight": "down",
        ".lora_A.my_style.weight": "down", ".down.weight": "down", ".lora_mid.weight": "core", ".alpha": "scalar",
        ".dora_scale": "column", ".lora_magnitude_vector": "vector", ".lora_magnitude_vector.weight": "vector",
        ".lora_magnitude_vector.default.weight": "vector", ".lora_B.bias": "vector", ".lora_B.default.bias": "vector",
        ".reshape_weight": "two", ".hada_w1_a": "out_r", ".hada_w1_b": "r_in", ".hada_w2_a": "out_r", ".hada_w2_b": "r_in",
        ".hada_t1": "core", ".hada_t2": "core", ".lokr_w1": "small", ".lokr_w2": "small", ".lokr_w1_a": "small",
        ".lokr_w1_b": "small", ".lokr_w2_a": "small", ".lokr_w2_b": "small", ".lokr_t2": "core", ".a1.weight": "r_in",
        ".a2.weight": "in_r", ".b1.weight": "r_in", ".b2.weight": "out_r", ".bm.weight": "small", ".oft_blocks": "blocks",
        ".rescale": "column", ".oft_diag": "blocks", ".oft_R.weight": "triangle", ".oft_R": "triangle", ".boft_R": "stages",
        ".boft_s": "column", ".diff": "weight", ".diff_b": "vector", ".w_norm": "vector", ".b_norm": "vector",
        ".set_weight": "weight", ".weight": "vector", ".on_input": "scalar", ".ia3_l": "column",
    }
    return table[kinds[suffix]]


PLAIN = [".lora_up.weight", ".lora_down.weight", ".alpha"]
SUFFIXES = [
    ["_lora.up.weight", "_lora.down.weight"],
    [".lora_B.weight", ".lora_A.weight"],
    [".lora_B.weight", ".lora_A.weight", ".lora_magnitude_vector", ".lora_B.bias"],
    [".lora_B.weight", ".lora_A.weight", ".lora_magnitude_vector.weight"],
    [".lora_B.weight", ".lora_A.weight", ".dora_scale", ".alpha"],
    [".lora_B.default.weight", ".lora_A.default.weight", ".lora_B.default.bias", ".lora_magnitude_vector.default.weight"],
    [".lora_B.my_style.weight", ".lora_A.my_style.weight"],
    [".lora.up.weight", ".lora.down.weight", ".alpha"],
    [".lora_B", ".lora_A"],
    [".lora_linear_layer.up.weight", ".lora_linear_layer.down.weight"],
    [".up.weight", ".down.weight"],
    [".lora_up.weight", ".lora_down.weight", ".lora_mid.weight", ".alpha", ".dora_scale", ".reshape_weight"],
    [".lora_B.weight", ".lora_A.weight", ".lora_mid.weight"],
    [".lora_up.weight", ".lora_down.weight", ".lora_B.weight", ".lora_A.weight", ".diff_b"],
    [".hada_w1_a", ".hada_w1_b", ".hada_w2_a", ".hada_w2_b", ".alpha", ".dora_scale"],
    [".hada_w1_a", ".hada_w1_b", ".hada_w2_a", ".hada_w2_b", ".hada_t1", ".hada_t2", ".alpha"],
    [".lokr_w1", ".lokr_w2", ".alpha"],
    [".lokr_w1", ".lokr_w2_a", ".lokr_w2_b", ".lokr_t2", ".alpha", ".dora_scale"],
    [".lokr_w1_a", ".lokr_w1_b", ".lokr_w2_a", ".lokr_w2_b"],
    [".a1.weight", ".a2.weight", ".b1.weight", ".b2.weight", ".bm.weight", ".alpha"],
    [".oft_blocks", ".rescale", ".alpha"],
    [".oft_diag", ".rescale", ".alpha"],
    [".oft_R.weight"], [".oft_R"], [".boft_R", ".boft_s"],
    [".weight", ".on_input"], [".ia3_l"],
    [".diff", ".diff_b"], [".diff_b"], [".w_norm", ".b_norm"], [".b_norm"], [".set_weight"], [".diff", ".alpha", ".dora_scale"],
]

DOTTED = ["", "transformer.", "diffusion_model.", "model.diffusion_model.", "unet.", "base_model.model.",
          "base_model.model.transformer.", "base_model.model.unet.", "base_model.model.diffusion_model.",
          "transformer.base_model.model.", "unet.base_model.model.", "diffusion_model.base_model.model.", "model.", "net.", "dit."]
FLAT = ["lora_unet_", "lora_transformer_", "lycoris_", "lora_unet__", "unet_", "transformer_", "oft_unet_", "lora_prior_unet_",
        "lora_diffusion_model_", ""]


def few(names):
    """Of every stack of blocks the first and the last; of UNets what stands for every kind of block."""
    highest = {}
    for name in names:
        m = re.match(r"([a-z_]*(?:blocks|layers|refiner|stream_blocks))\.(\d+)\.", name)
        if m:
            highest[m[1]] = max(highest.get(m[1], 0), int(m[2]))
    out = {}
    for name, s in names.items():
        m = re.match(r"([a-z_]*(?:blocks|layers|refiner|stream_blocks))\.(\d+)\.", name)
        inner = re.search(r"transformer_blocks\.(\d+)\.", name[m.end():]) if m else None
        if inner and int(inner[1]) > 0 and int(inner[1]) != 9:
            continue
        experts = re.search(r"experts\.(\d+)\.", name)
        if experts and int(experts[1]) > 0:
            continue
        if m and highest[m[1]] > 12 and int(m[2]) not in (0, highest[m[1]]):
            continue
        out[name] = s
    return out


def modules(shapes, prefix=""):
    return few({k[len(prefix):].removesuffix(".weight").removesuffix(".scale"): s for k, s in shapes.items()
                if k.startswith(prefix) and k.endswith((".weight", ".scale")) and s})


def main():
    bases = {n: header(n) for n in ("sd15", "sdxl", "sd35-large", "flux1-dev", "flux1-fill", "flux1-schnell", "flux2-klein-4b",
                                    "hidream-i1", "qwen-image", "z-image", "flux1-dev-diffusers", "z-image-diffusers")}
    from comfy import ops
    from comfy.ldm.flux.model import Flux  # noqa: F401
    import comfy.ldm.anima.model
    import comfy.ldm.chroma.model
    import comfy.ldm.krea2.model
    import comfy.ldm.lumina.model
    import comfy.ldm.modules.diffusionmodules.mmdit
    import comfy.ldm.wan.model

    o = {"dtype": torch.float32, "device": META, "operations": ops.disable_weight_init}
    bases["chroma"] = {re.sub(r"(_norm|norms\.\d)\.weight$", r"\1.scale", k): s for k, s in shapes_of(comfy.ldm.chroma.model.Chroma(
        in_channels=64, out_channels=64, vec_in_dim=None, in_dim=64, out_dim=3072, hidden_dim=5120, n_layers=5, context_in_dim=4096, hidden_size=3072,
        mlp_ratio=4.0, num_heads=24, depth=19, depth_single_blocks=38, axes_dim=[16, 56, 56], theta=10000, patch_size=2,
        qkv_bias=True, txt_ids_dims=[], **o)).items()}
    bases["lumina2"] = shapes_of(comfy.ldm.lumina.model.NextDiT(
        patch_size=2, dim=2304, n_layers=26, n_refiner_layers=2, n_heads=24, n_kv_heads=8, qk_norm=True, cap_feat_dim=2304,
        axes_dims=[32, 32, 32], axes_lens=[300, 512, 512], **o))
    bases["sd35-medium"] = {"model.diffusion_model." + k: s for k, s in shapes_of(comfy.ldm.modules.diffusionmodules.mmdit.MMDiT(
        input_size=None, pos_embed_scaling_factor=None, pos_embed_offset=None, pos_embed_max_size=384, patch_size=2, in_channels=16,
        depth=24, num_patches=147456, qk_norm="rms", adm_in_channels=2048, x_block_self_attn_layers=list(range(13)),
        context_embedder_config={"target": "torch.nn.Linear", "params": {"in_features": 4096, "out_features": 1536}}, **o)).items()}
    bases["wan21-1.3b"] = shapes_of(comfy.ldm.wan.model.WanModel(
        model_type="t2v", dim=1536, ffn_dim=8960, num_heads=12, num_layers=30, **o))
    bases["krea2"] = shapes_of(comfy.ldm.krea2.model.SingleStreamDiT(**o))
    bases["anima"] = shapes_of(comfy.ldm.anima.model.Anima(
        max_img_h=240, max_img_w=240, max_frames=128, in_channels=16, out_channels=16, patch_spatial=2, patch_temporal=1,
        concat_padding_mask=True, model_channels=2048, num_blocks=28, num_heads=16, crossattn_emb_channels=1024, pos_emb_cls="rope3d",
        use_adaln_lora=True, adaln_lora_dim=256, **o))
    diffusers_names = {
        "krea2": diffusers_model("Krea2Transformer2DModel"),
        "anima": diffusers_model("CosmosTransformer3DModel", in_channels=16, out_channels=16, num_attention_heads=16,
                                 attention_head_dim=128, num_layers=28, mlp_ratio=4.0, text_embed_dim=1024, adaln_lora_dim=256,
                                 patch_size=(1, 2, 2), concat_padding_mask=True, extra_pos_embed_type=None),
        "sd15": published("sd15"), "sdxl": published("sdxl"),
        "sd35-large": diffusers_model("SD3Transformer2DModel", num_layers=38, attention_head_dim=64, num_attention_heads=38,
                                      joint_attention_dim=4096, caption_projection_dim=2432, pooled_projection_dim=2048,
                                      out_channels=16, pos_embed_max_size=192, qk_norm="rms_norm"),
        "sd35-medium": diffusers_model("SD3Transformer2DModel", num_layers=24, attention_head_dim=64, num_attention_heads=24,
                                       joint_attention_dim=4096, caption_projection_dim=1536, pooled_projection_dim=2048,
                                       out_channels=16, pos_embed_max_size=384, qk_norm="rms_norm",
                                       dual_attention_layers=tuple(range(13))),
        "flux1-dev": header("flux1-dev-diffusers"), "chroma": header("chroma-diffusers"),
        "flux2-klein-4b": diffusers_model("Flux2Transformer2DModel", num_layers=5, num_single_layers=20, num_attention_heads=24,
                                          joint_attention_dim=7680, guidance_embeds=False),
        "z-image": header("z-image-diffusers"),
        "lumina2": diffusers_model("Lumina2Transformer2DModel"),
        "wan21-1.3b": diffusers_model("WanTransformer3DModel", num_attention_heads=12, attention_head_dim=128, ffn_dim=8960,
                                      num_layers=30),
    }
    diffusers_names["flux1-fill"] = diffusers_names["flux1-schnell"] = diffusers_names["flux1-dev"]
    diffusers_names["flux1-dev-diffusers"] = diffusers_names["flux1-dev"]
    diffusers_names["z-image-diffusers"] = diffusers_names["z-image"]
    original_of = {"flux1-dev-diffusers": "flux1-dev", "z-image-diffusers": "z-image"}
    out = {"source": "ComfyUI 0.33.0, commit 783545f6: comfy.lora.model_lora_keys_unet, model_lora_keys_clip, load_lora and "
                     "comfy.lora_convert.convert_lora on models on the device meta; torch " + torch.__version__.split("+")[0],
           "bases": bases, "names": {}, "cases": [], "files": []}
    maps = {}
    for base, shapes in bases.items():
        model = model_of(shapes)
        key_map = comfy.lora.model_lora_keys_unet(model, {})
        keys = set(model.state_dict())
        maps[base] = (key_map, keys)
        unet = "model.diffusion_model." if any(k.startswith("model.diffusion_model.") for k in shapes) else ""
        names = {"original": modules(bases[original_of.get(base, base)], unet)}
        if base in diffusers_names:
            names["diffusers"] = modules(diffusers_names[base])
        if base in ("sd15", "sdxl"):
            names["processors"] = {re.sub(r"\.to_out\.0$", ".to_out", n.replace(".to_", ".processor.to_")): s
                                   for n, s in names["diffusers"].items() if ".to_" in n}
        out["names"][base] = names
        plain = 0

        def case(prefix, kind, flat, suffixes):
            lora = {}
            for n, s in names[kind].items():
                for suffix in suffixes:
                    lora[prefix + (n.replace(".", "_") if flat else n) + suffix] = shape(suffix, s)
            used = taken(lora, key_map, keys)
            order = [prefix + (n.replace(".", "_") if flat else n) + suffix for n in names[kind] for suffix in suffixes]
            out["cases"].append({"base": base, "prefix": prefix, "names": kind, "flat": flat, "suffixes": suffixes,
                                 "taken": "".join("1" if k in used else "0" for k in order)})
            return len(used)

        for kind in names:
            for flat, prefixes in ((False, DOTTED), (True, FLAT)):
                for prefix in prefixes:
                    plain += case(prefix, kind, flat, PLAIN)
        for suffixes in SUFFIXES:
            case("diffusion_model.", "original", False, suffixes)
            case("lora_unet_", "original", True, suffixes)
            if "diffusers" in names:
                case("lycoris_", "diffusers", True, suffixes)
                case("transformer.", "diffusers", False, suffixes)
            if "processors" in names:
                case("unet.", "processors", False, suffixes)
        print(base, type(model).__name__, len(key_map), "names", {k: len(v) for k, v in names.items()}, "taken", plain)

    for family, (key_map, keys) in text(out).items():
        for base in FAMILIES[family]:
            maps[base] = (maps[base][0] | key_map, maps[base][1] | keys)
    for folder in FOLDERS:
        for path in sorted(pathlib.Path(folder).glob("*/*.safetensors")):
            add_file(out, path.parent.name, path.stem, safetensors_shapes(path), maps)
    own = list(special(bases))
    if not FOLDERS:
        with gzip.open(RESOURCES / "golden" / "comfyui_loader.json.gz", "rb") as z:
            for kept in json.load(z)["files"]:
                if kept["name"] not in {name for name, _, _ in own}:
                    add_file(out, kept["base"], kept["name"], kept["shapes"], maps)
    for name, base, lora in own:
        add_file(out, base, name, lora, maps)
    with open(RESOURCES / "golden" / "comfyui_loader.json.gz", "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
        z.write(json.dumps(out, separators=(",", ":")).encode())
    print(len(out["cases"]), "cases", len(out["files"]), "files")


def add_file(out, base, name, shapes, maps):
    used = taken(shapes, *maps[base])
    out["files"].append({"base": base, "name": name, "shapes": shapes, "taken": "".join("1" if k in used else "0" for k in shapes)})
    print("file", base, name, len(used), "of", len(shapes))


def safetensors_shapes(path):
    with open(path, "rb") as f:
        head = json.loads(f.read(int.from_bytes(f.read(8), "little")))
    return {k: v["shape"] for k, v in head.items() if k != "__metadata__"}


def special(bases):
    """Files that the loader renames as a whole, and such as miss the key that it asks for."""
    def pair(m, out, inner, down=".lora_down.weight", up=".lora_up.weight"):
        return {m + down: [R, inner], m + up: [out, R]}

    def xlabs(doubles, singles):
        lora = {}
        for n in doubles:
            for m, s in (("qkv_lora1", 9216), ("qkv_lora2", 9216), ("proj_lora1", 3072), ("proj_lora2", 3072)):
                lora |= pair("double_blocks.%d.processor.%s" % (n, m), s, 3072, ".down.weight", ".up.weight")
        for n in singles:
            lora |= pair("single_blocks.%d.processor.qkv_lora" % n, 9216, 3072, ".down.weight", ".up.weight")
            lora |= pair("single_blocks.%d.processor.proj_lora" % n, 3072, 15360, ".down.weight", ".up.weight")
        return lora

    yield "xlabs complete", "flux1-dev", xlabs(range(19), range(38))
    yield "xlabs double blocks", "flux1-dev", xlabs(range(19), ())
    yield "xlabs ends", "flux1-dev", xlabs((0, 18), (0, 37))
    control = {"single_blocks.0.norm.key_norm.scale": [128], "double_blocks.0.img_attn.norm.key_norm.scale": [128]}
    for m, o, i in (("img_in", 3072, 128), ("double_blocks.0.img_attn.qkv", 9216, 3072), ("single_blocks.0.linear1", 21504, 3072),
                    ("final_layer.linear", 64, 3072), ("double_blocks.40.img_attn.qkv", 9216, 3072)):
        control |= {m + ".lora_A.weight": [R, i], m + ".lora_B.weight": [o, R], m + ".lora_B.bias": [o]}
    yield "control", "flux1-dev", control
    yield "control without norms", "flux1-dev", {k: s for k, s in control.items() if not k.endswith(".scale")}
    fun = {}
    for n in (0, 29):
        for m, o, i in (("cross_attn_k", 1536, 1536), ("self_attn_q", 1536, 1536), ("ffn_0", 8960, 1536)):
            fun |= pair("lora_unet__blocks_%d_%s" % (n, m), o, i)
    yield "wan fun", "wan21-1.3b", fun
    yield "wan fun without the first key", "wan21-1.3b", {k: s for k, s in fun.items() if "cross_attn" not in k}
    yield "wan parameters", "wan21-1.3b", {"diffusion_model.blocks.0.modulation.diff": [1, 6, 1536],
                                           "diffusion_model.head.modulation.diff": [1, 2, 1536],
                                           "diffusion_model.blocks.0.norm3.diff": [1536],
                                           "diffusion_model.blocks.0.norm3.diff_b": [1536],
                                           "diffusion_model.blocks.0.norm3.bias.diff": [1536],
                                           "diffusion_model.blocks.99.modulation.diff": [1, 6, 1536]}
    for blocks, base in (([2, 40, 40], "sdxl"), ([2, 2, 20, 20], "sdxl"), ([640, 40], "sdxl"), ([640], "sdxl")):
        m = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q"
        yield "oft of %d dimensions" % len(blocks), base, {m + ".oft_blocks": blocks, m + ".rescale": [640, 1], m + ".alpha": []}


FAMILIES = {"sd15": ["sd15"], "sd2": [], "sdxl": ["sdxl"], "sd3": ["sd35-large", "sd35-medium"], "hidream-i1": ["hidream-i1"],
            "flux1": ["flux1-dev", "flux1-fill", "flux1-schnell"], "qwen-image": ["qwen-image"], "z-image": ["z-image"],
            "flux2-klein-4b": [], "flux2-klein-9b": [], "flux2-dev": [], "krea2": ["krea2"], "anima": ["anima"]}


def text(out):
    """Text encoders, each family's as ComfyUI builds them."""
    from comfy import sd1_clip, sdxl_clip
    from comfy.text_encoders import anima, flux, hidream, krea2, qwen_image, sd2_clip, sd3_clip, z_image

    f = {"dtype": torch.float32, "device": META}
    models = {
        "sd15": lambda: sd1_clip.SD1ClipModel(**f), "sd2": lambda: sd2_clip.SD2ClipModel(**f),
        "sdxl": lambda: sdxl_clip.SDXLClipModel(**f), "sd3": lambda: sd3_clip.SD3ClipModel(dtype_t5=torch.float32, **f),
        "flux1": lambda: flux.FluxClipModel(dtype_t5=torch.float32, **f),
        "hidream-i1": lambda: hidream.HiDreamTEModel(dtype_t5=torch.float32, dtype_llama=torch.float32, **f),
        "qwen-image": lambda: qwen_image.QwenImageTEModel(**f), "z-image": lambda: z_image.ZImageTEModel(**f),
        "flux2-klein-4b": lambda: flux.klein_te(model_type="qwen3_4b")(**f),
        "flux2-klein-9b": lambda: flux.klein_te(model_type="qwen3_8b")(**f), "flux2-dev": lambda: flux.flux2_te()(**f),
        "krea2": lambda: krea2.te()(**f), "anima": lambda: anima.te()(**f),
    }
    clip = {"text_model.encoder.layers.%d.%s" % (n, m): [768, 768] for n in (0, 11, 12, 23, 31, 32)
            for m in ("self_attn.q_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2", "layer_norm1")}
    clip |= {"text_projection": [768, 768], "text_model.embeddings.token_embedding": [49408, 768],
             "text_model.final_layer_norm": [768]}
    t5 = {"encoder.block.%d.%s" % (n, m): [4096, 4096] for n in (0, 23, 24)
          for m in ("layer.0.SelfAttention.q", "layer.1.DenseReluDense.wi_0", "layer.1.DenseReluDense.wo", "layer.0.layer_norm")}
    t5["shared"] = [32128, 4096]
    llm = {"model.layers.%d.%s" % (n, m): [2560, 2560] for n in (0, 27, 28, 35, 36, 39, 40)
           for m in ("self_attn.q_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.down_proj", "input_layernorm")}
    llm |= {k.removeprefix("model."): s for k, s in llm.items()}
    words = ["clip_l", "clip_g", "clip_h", "t5xxl", "llama", "qwen25_7b", "qwen3_4b", "qwen3_8b", "mistral3_24b", "qwen3_06b", "qwen3vl_4b"]
    dotted = ["", "text_encoder.", "text_encoder_2.", "text_encoder_3.", "text_encoders.", "text_encoders.transformer.",
              "base_model.model.", "base_model.model.text_encoder.", "text_encoder.base_model.model.", "te.", "te1.", "te2."]
    dotted += ["text_encoders.%s.transformer." % w for w in words]
    flat = ["lora_te_", "lora_te1_", "lora_te2_", "lora_te3_", "lora_te4_", "lora_prior_te_", "lora_text_encoder_", "lycoris_te_"]
    out["names"]["text"] = {"clip": clip, "t5": t5, "llm": llm}
    out["text"] = []
    maps = {}
    suffixes = [".lora_up.weight", ".lora_down.weight", ".alpha", ".diff_b"]
    for family, make in models.items():
        model = make()
        key_map = comfy.lora.model_lora_keys_clip(model, {})
        keys = set(model.state_dict())
        count = 0
        for kind, names in out["names"]["text"].items():
            for is_flat, prefixes in ((False, dotted), (True, flat)):
                for prefix in prefixes:
                    order = [prefix + (n.replace(".", "_") if is_flat else n) + s for n in names for s in suffixes]
                    used = taken({k: [4] for k in order}, key_map, keys)
                    count += len(used)
                    out["text"].append({"family": family, "prefix": prefix, "names": kind, "flat": is_flat, "suffixes": suffixes,
                                        "taken": "".join("1" if k in used else "0" for k in order)})
        maps[family] = (key_map, keys)
        print("text", family, len(key_map), "taken", count)
    return maps


if __name__ == "__main__":
    main()
