"""Golden file: which numbers of a LoRA change a model in ComfyUI, and which files end it with an error, for ComfyUiEffectsTest.

Needs a checkout of ComfyUI 0.33.0 (commit 783545f6), torch 2.15.0; no model and no GPU: models are made from their headers on the
device "meta", and only the weights that a file changes get (random) numbers. Run from the harness folder:
    python src/test/python/golden_comfyui_effects.py PATH_OF_COMFYUI
writes src/test/resources/golden/comfyui_effects.json.

cases: a base (a header of src/test/resources/headers, or a base of comfyui_loader.json.gz), a file (shapes by key), and
stop: the name of the error with which ComfyUI ends while it reads the file or patches the weights; else
moves: one letter per key, 1 where other numbers under that key make other weights.
"""

import gzip
import json
import logging
import pathlib
import runpy
import sys

COMFY = sys.argv[1]
golden = runpy.run_path(str(pathlib.Path(__file__).with_name("golden_comfyui_loader.py")), run_name="lib")

import comfy.lora  # noqa: E402
import comfy.lora_convert  # noqa: E402
import comfy.model_patcher  # noqa: E402
import torch  # noqa: E402

logging.disable(logging.CRITICAL)
CPU = torch.device("cpu")
R = 2


def header(name):
    """Of a published file, or as comfyui_loader.json.gz has it."""
    if (golden["RESOURCES"] / "headers" / (name + ".json.gz")).exists():
        return golden["header"](name)
    with gzip.open(golden["RESOURCES"] / "golden" / "comfyui_loader.json.gz", "rt") as f:
        return json.load(f)["bases"][name]


class Base:
    def __init__(self, name):
        self.model = golden["model_of"](header(name))
        self.names = comfy.lora.model_lora_keys_unet(self.model, {})
        self.weights = {}

    def weight(self, key, shape):
        if key not in self.weights:
            self.weights[key] = torch.randn(shape, generator=torch.Generator().manual_seed(len(self.weights))) * 0.1
        return self.weights[key].clone()

    def patched(self, lora):
        """The weights that the file changes, as ComfyUI's patcher makes them."""
        patcher = comfy.model_patcher.ModelPatcher(self.model, load_device=CPU, offload_device=CPU)
        patcher.add_patches(comfy.lora.load_lora(comfy.lora_convert.convert_lora(dict(lora)), self.names, log_missing=False), 1.0)
        shapes = {k: v.shape for k, v in self.model.state_dict().items()}
        return {k: comfy.lora.calculate_weight(p, self.weight(k, shapes[k]), k) for k, p in sorted(patcher.patches.items())}


def numbers(key, shape, generator):
    if key.endswith(".alpha"):
        return torch.full(shape, 1.5)
    if key.endswith(".reshape_weight"):
        return torch.tensor([320, 320])
    return torch.randn(shape, generator=generator) * 0.1


def differs(a, b):
    return a.keys() != b.keys() or any(a[k].shape != b[k].shape or not torch.equal(a[k], b[k]) for k in a)


def run(base, shapes):
    generator = torch.Generator().manual_seed(1)
    lora = {k: numbers(k, s, generator) for k, s in shapes.items()}
    try:
        before = base.patched(lora)
    except Exception as e:
        return {"stop": type(e).__name__}
    moves = ""
    for key in lora:
        moves += "1" if not key.endswith(".reshape_weight") and differs(before, base.patched({**lora, key: lora[key] * 1.7})) else "0"
    return {"moves": moves}


def pair(m, out, inner, rank=R):
    return {m + ".lora_down.weight": [rank, inner], m + ".lora_up.weight": [out, rank], m + ".alpha": []}


def peft(m, out, inner, rank=R):
    return {m + ".lora_A.weight": [rank, inner], m + ".lora_B.weight": [out, rank]}


def without(lora, *ends):
    return {k: s for k, s in lora.items() if not k.endswith(ends)}


def cases():
    """Name, base, shapes by key."""
    body = "input_blocks.1.1.transformer_blocks.0."
    flat = "lora_unet_" + body.replace(".", "_")
    dotted = "diffusion_model." + body
    diffusers = "down_blocks.0.attentions.0.transformer_blocks.0."
    q, ff = flat + "attn1_to_q", flat + "ff_net_2"
    out = flat + "attn1_to_out_0"  # with a bias
    conv = "lora_unet_input_blocks_1_0_in_layers_2"
    n = 320
    # Two names of one layer.
    sd15 = {
        "kohya": pair(q, n, n), "comfyui": pair(dotted + "attn1.to_q", n, n),
        "kohya of diffusers": pair("lora_unet_" + diffusers.replace(".", "_") + "attn1_to_q", n, n),
        "lycoris": pair("lycoris_" + diffusers.replace(".", "_") + "attn1_to_q", n, n),
        "processors": peft(diffusers + "attn1.processor.to_q", n, n),
        "unet processors": peft("unet." + diffusers + "attn1.processor.to_q", n, n),
    }
    names = list(sd15)
    for i, one in enumerate(names):
        for other in names[i + 1:]:
            yield "two names, %s and %s" % (one, other), "sd15", {**sd15[other], **sd15[one]}
    yield "two names, weight and bias", "sd15", {**pair(out, n, n), dotted + "attn1.to_out.0.diff_b": [n]}
    flux = {
        "kohya": pair("lora_unet_double_blocks_0_img_attn_proj", 3072, 3072),
        "comfyui": peft("diffusion_model.double_blocks.0.img_attn.proj", 3072, 3072),
        "transformer": peft("transformer.transformer_blocks.0.attn.to_out.0", 3072, 3072),
        "lycoris": pair("lycoris_transformer_blocks_0_attn_to_out_0", 3072, 3072),
        "onetrainer": pair("lora_transformer_transformer_blocks_0_attn_to_out_0", 3072, 3072),
        "bare": peft("transformer_blocks.0.attn.to_out.0", 3072, 3072),
    }
    names = list(flux)
    for i, one in enumerate(names):
        for other in names[i + 1:]:
            yield "two names, %s and %s" % (one, other), "flux1-dev", {**flux[one], **flux[other]}
    yield "whole and part", "flux1-dev", {**pair("lora_unet_double_blocks_0_img_attn_qkv", 9216, 3072),
                                          **peft("transformer.transformer_blocks.0.attn.to_q", 3072, 3072)}
    yield "two names of a part", "flux1-dev", {**peft("transformer.transformer_blocks.0.attn.to_q", 3072, 3072),
                                               **peft("transformer_blocks.0.attn.to_q", 3072, 3072)}
    yield "two names of swapped halves", "flux1-dev", {**peft("transformer.norm_out.linear", 6144, 3072),
                                                       **peft("diffusion_model.final_layer.adaLN_modulation.1", 6144, 3072)}
    # Something is not there.
    loha = {q + ".hada_w1_a": [n, R], q + ".hada_w1_b": [R, n], q + ".hada_w2_a": [n, R], q + ".hada_w2_b": [R, n], q + ".alpha": []}
    tucker = {conv + ".hada_w1_a": [R, n], conv + ".hada_w1_b": [R, n], conv + ".hada_w2_a": [R, n], conv + ".hada_w2_b": [R, n],
              conv + ".hada_t1": [R, R, 3, 3], conv + ".hada_t2": [R, R, 3, 3], conv + ".alpha": []}
    lokr = {q + ".lokr_w1": [16, 16], q + ".lokr_w2_a": [20, R], q + ".lokr_w2_b": [R, 20], q + ".alpha": []}
    lokr_2 = {q + ".lokr_w1_a": [16, R], q + ".lokr_w1_b": [R, 16], q + ".lokr_w2": [20, 20], q + ".alpha": []}
    glora = {q + ".a1.weight": [n, R], q + ".a2.weight": [R, n], q + ".b1.weight": [n, R], q + ".b2.weight": [R, n], q + ".alpha": []}
    whole = {"lora": pair(q, n, n), "loha": loha, "loha with cores": tucker, "lokr": lokr, "lokr of two": lokr_2, "glora": glora,
             "peft": peft(dotted + "attn1.to_q", n, n),
             "locon with core": {conv + ".lora_down.weight": [R, n, 1, 1], conv + ".lora_up.weight": [n, R, 1, 1],
                                 conv + ".lora_mid.weight": [R, R, 3, 3], conv + ".alpha": []}}
    for name, lora in whole.items():
        yield name, "sd15", lora
        for key in lora:
            if key.endswith(".alpha"):
                yield name + " with two alphas", "sd15", {**lora, key: [2]}
            yield name + " without " + key[key.index(".", len(body)) + 1:] if "." in key else name, "sd15", {
                **without(lora, key), **pair(ff, n, 1280)}
    yield "half of what no layer is called", "sd15", {**without(pair("lora_unet_no_layer", n, n), ".lora_down.weight"),
                                                      **pair(q, n, n)}
    yield "half of a text encoder", "sd15", {
        **without(pair("lora_te2_text_model_encoder_layers_0_mlp_fc1", 3072, 768), ".lora_down.weight"), **pair(q, n, n)}
    for rest in (".lokr_w1_a", ".lokr_w1_b", ".lokr_w2_a", ".lokr_w2_b", ".lokr_t2", ".lokr_w1", ".lokr_w2"):
        yield "only " + rest, "sd15", {q + rest: [16, 16], **pair(ff, n, 1280)}
    # Of a square layer, both orders of GLoRA's factors.
    old = {q + ".a1.weight": [R, n], q + ".a2.weight": [n, R], q + ".b1.weight": [R, n], q + ".b2.weight": [n, R], q + ".alpha": []}
    yield "old glora", "sd15", old
    yield "old glora of full rank", "sd15", {k: [n, n] if s else s for k, s in old.items()}
    yield "old glora of a wide layer", "sd15", {ff + ".a1.weight": [R, 1280], ff + ".a2.weight": [1280, R],
                                                ff + ".b1.weight": [R, 1280], ff + ".b2.weight": [n, R], ff + ".alpha": []}
    yield "glora of a wide layer", "sd15", {ff + ".a1.weight": [1280, R], ff + ".a2.weight": [R, 1280],
                                            ff + ".b1.weight": [n, R], ff + ".b2.weight": [R, 1280], ff + ".alpha": []}
    # Rotations.
    for scale in ([n, 1], []):
        rescale = {q + ".rescale": scale} if scale else {}
        for alpha in ({q + ".alpha": []}, {}):
            words = (" with rescale" if scale else "") + (" with alpha" if alpha else "")
            yield "oft" + words, "sd15", {q + ".oft_blocks": [4, 80, 80], **alpha, **rescale}
            yield "boft" + words, "sd15", {q + ".oft_blocks": [2, 4, 80, 80], **alpha, **rescale}
    yield "oft of a convolution with rescale", "sd15", {conv + ".oft_blocks": [4, 80, 80], conv + ".rescale": [n, 1, 1, 1]}
    yield "boft of a convolution with rescale", "sd15", {conv + ".oft_blocks": [2, 4, 80, 80], conv + ".alpha": [],
                                                         conv + ".rescale": [n, 1, 1, 1]}
    yield "oft of other size", "sd15", {q + ".oft_blocks": [4, 40, 40], **pair(ff, n, 1280)}
    # Magnitudes.
    for name, shape in (("of outputs", [1280, 1]), ("of inputs", [1, n]), ("without a second axis", [1280]), ("of other size", [64, 1])):
        m = flat + "ff_net_0_proj"
        yield "magnitudes " + name, "sd15", {m + ".lora_down.weight": [R, n], m + ".lora_up.weight": [2560, R],
                                             m + ".dora_scale": [2560 if s == 1280 else s for s in shape]}
    yield "magnitudes of a square layer without a second axis", "sd15", {**pair(q, n, n), q + ".dora_scale": [n]}
    for name, shape in (("of outputs", [n, 1, 1, 1]), ("of inputs", [1, n, 1, 1])):
        yield "magnitudes of a convolution " + name, "sd15", {conv + ".lora_down.weight": [R, n, 3, 3], conv + ".lora_up.weight": [n, R, 1, 1],
                                                              conv + ".dora_scale": shape}
    for name, lora in whole.items():
        m = next(iter(lora)).rsplit(".", 1)[0]
        for cut in (".lora_down", ".lora_A", ".a1"):
            m = m.removesuffix(cut)
        four = [n, 1, 1, 1] if m == conv else [n, 1]
        yield name + " with magnitudes", "sd15", {**lora, m + ".dora_scale": four}
    yield "difference with magnitudes", "sd15", {q + ".diff": [n, n], q + ".dora_scale": [n, 1], q + ".alpha": []}
    # Differences.
    norm = flat + "norm1"
    yield "difference", "sd15", {q + ".diff": [n, n]}
    yield "difference with the axes of a convolution", "sd15", {q + ".diff": [n, n, 1, 1], **pair(ff, n, 1280)}
    yield "difference without the axes of a convolution", "sd15", {"lora_unet_input_blocks_1_1_proj_in.diff": [n, n], **pair(ff, n, 1280)}
    yield "difference of other size", "sd15", {q + ".diff": [n, 768], **pair(ff, n, 1280)}
    yield "difference and bias", "sd15", {out + ".diff": [n, n], out + ".diff_b": [n]}
    yield "bias where there is none", "sd15", {q + ".diff": [n, n], q + ".diff_b": [n]}
    yield "bias of other size", "sd15", {**pair(out, n, n), out + ".diff_b": [n + 1]}
    yield "pair and bias where there is none", "sd15", {**pair(q, n, n), q + ".diff_b": [n]}
    yield "peft's bias where there is none", "sd15", {**peft(dotted + "attn1.to_q", n, n), dotted + "attn1.to_q.lora_B.bias": [n]}
    yield "norm", "sd15", {norm + ".w_norm": [n], norm + ".b_norm": [n]}
    yield "norm's bias alone", "sd15", {norm + ".b_norm": [n], **pair(q, n, n)}
    yield "norm of other size", "sd15", {norm + ".w_norm": [n + 1], norm + ".b_norm": [n + 1], **pair(q, n, n)}
    yield "norm as difference", "sd15", {norm + ".diff": [n], norm + ".diff_b": [n]}
    yield "new weight", "sd15", {q + ".set_weight": [n, n]}
    yield "new weight of other size", "sd15", {q + ".set_weight": [n, 64], **pair(ff, n, 1280)}
    yield "new weight of one number", "sd15", {norm + ".set_weight": [1], **pair(q, n, n)}
    # Several kinds in one module.
    for name, lora in whole.items():
        if q + ".alpha" in lora and name != "lora":
            yield "lora and " + name, "sd15", {**pair(q, n, n), **lora}
    yield "lora and difference", "sd15", {**pair(q, n, n), q + ".diff": [n, n]}
    yield "lora and norm", "sd15", {**pair(norm, n, n), norm + ".w_norm": [n]}
    yield "lora and new weight", "sd15", {**pair(q, n, n), q + ".set_weight": [n, n]}
    # Shapes.
    yield "lora with the axes of a convolution", "sd15", {q + ".lora_down.weight": [R, n, 1, 1], q + ".lora_up.weight": [n, R, 1, 1]}
    yield "lora without the axes of a convolution", "sd15", {**pair("lora_unet_input_blocks_1_1_proj_in", n, n)}
    yield "lora of other size", "sd15", {**pair(q, n, 768), **pair(ff, n, 1280)}
    yield "lora turned", "sd15", {**pair(ff, 1280, n), **pair(q, n, n)}
    yield "lora of other ranks", "sd15", {q + ".lora_down.weight": [R, n], q + ".lora_up.weight": [n, R + 1], **pair(ff, n, 1280)}
    yield "core of two axes", "sd15", {**pair(q, n, n), q + ".lora_mid.weight": [R, R]}
    yield "loha of other size", "sd15", {**{k: [64, *s[1:]] if k.endswith("_a") else s for k, s in loha.items()}, **pair(ff, n, 1280)}
    yield "loha of one size and another", "sd15", {**loha, q + ".hada_w2_a": [64, R], **pair(ff, n, 1280)}
    yield "lokr of other size", "sd15", {**lokr, q + ".lokr_w1": [8, 8], **pair(ff, n, 1280)}
    yield "lokr of other ranks", "sd15", {**lokr, q + ".lokr_w2_b": [R + 1, 20], **pair(ff, n, 1280)}
    yield "lokr turned but as large", "sd15", {ff + ".lokr_w1": [16, 16], ff + ".lokr_w2": [80, 20], **pair(q, n, n)}
    yield "lokr of a convolution", "sd15", {conv + ".lokr_w1": [16, 16], conv + ".lokr_w2_a": [20, R], conv + ".lokr_w2_b": [R, 180]}
    yield "lokr of a convolution with core", "sd15", {conv + ".lokr_w1": [16, 16], conv + ".lokr_w2_a": [R, 20],
                                                      conv + ".lokr_w2_b": [R, 20], conv + ".lokr_t2": [R, R, 3, 3], conv + ".alpha": []}
    yield "glora of other size", "sd15", {**glora, q + ".b1.weight": [64, R], **pair(ff, n, 1280)}
    yield "padded", "sd15", {**pair(q, n, n), q + ".reshape_weight": [2]}
    # Control.
    control = {"single_blocks.0.norm.key_norm.scale": [128], "double_blocks.0.img_attn.norm.key_norm.scale": [128]}
    for m, o, i in (("img_in", 3072, 128), ("double_blocks.0.img_attn.proj", 3072, 3072)):
        control |= {m + ".lora_A.weight": [R, i], m + ".lora_B.weight": [o, R], m + ".lora_B.bias": [o]}
    for base in ("flux1-dev", "flux1-schnell", "flux1-fill"):
        yield "control", base, control
    yield "control of another width", "flux1-dev", {k: [2048, R] if k == "img_in.lora_B.weight" else s for k, s in control.items()}
    # Fewer heads for keys and values than for queries.
    yield "queries by diffusers' name", "lumina2", peft("diffusion_model.layers.0.attention.to_q", 2304, 2304)
    for part in ("to_k", "to_v"):
        yield part + " by diffusers' name", "lumina2", peft("diffusion_model.layers.0.attention." + part, 768, 2304)
    # Two spellings of one low-rank change in one module.
    m = "diffusion_model.double_blocks.0.img_attn.proj"
    both = {**peft(m, 3072, 3072), **pair(m, 3072, 3072)}
    yield "kohya and peft", "flux1-dev", both
    yield "kohya and peft without alpha", "flux1-dev", without(both, ".alpha")
    yield "kohya and peft of other ranks", "flux1-dev", {**peft(m, 3072, 3072, 3), **pair(m, 3072, 3072)}
    yield "kohya and half of peft", "flux1-dev", without(both, ".lora_A.weight")
    yield "peft and half of kohya", "flux1-dev", without(both, ".lora_down.weight")
    yield "peft and the other half of kohya", "flux1-dev", without(both, ".lora_up.weight")
    yield "peft and diffusers before it", "flux1-dev", {
        **peft(m, 3072, 3072), m + ".lora.up.weight": [3072, R], m + ".lora.down.weight": [R, 3072]}
    yield "peft with and without the adapter's name", "flux1-dev", {
        **peft(m, 3072, 3072), m + ".lora_B.default.weight": [3072, R], m + ".lora_A.default.weight": [R, 3072]}


def main():
    bases = {}
    out = []
    for name, base, shapes in cases():
        if base not in bases:
            bases[base] = Base(base)
        case = {"name": name, "base": base, "shapes": shapes, **run(bases[base], shapes)}
        out.append(case)
        print("%-60s %-10s %s" % (name, base, case.get("stop") or case["moves"]))
    text = {"source": "ComfyUI 0.33.0, commit 783545f6: comfy.lora.load_lora, ModelPatcher.add_patches and comfy.lora.calculate_weight"
                      " on random weights; torch " + torch.__version__.split("+")[0], "cases": out}
    path = pathlib.Path("src/test/resources/golden/comfyui_effects.json")
    path.write_text("{\"source\": %s,\n\"cases\": [\n%s\n]}\n" % (
        json.dumps(text["source"]), ",\n".join(json.dumps(c, separators=(",", ":")) for c in out)))
    print(len(out), "cases")


if __name__ == "__main__":
    main()
