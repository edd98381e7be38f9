"""Facts of ComfyUI's official templates, for OfficialTemplatesTest: settings, files and node classes; no workflow is copied.

Python 3, no packages. Needs the unpacked package comfyui-workflow-templates-json 0.1.123 (a wheel is a zip file). Run from the harness folder:
    python src/test/python/golden_templates.py PATH_OF_THE_UNPACKED_WHEEL
writes src/test/resources/golden/comfyui_templates.json: for each variant of a family the template, the subgraph in it, the package's version, and
what the way to its sampler holds: node classes (without those that only pass a value on), steps, cfg, sampler, scheduler, shift, guidance, negative
prompt, size, model, text encoders with their type, VAE. A switch is followed where its switch points; a node that is bypassed is left out.
"""

import json
import pathlib
import re
import sys

WHEEL = pathlib.Path(sys.argv[1])
VERSION = re.search(r"-([0-9.]+)\.dist-info", str(next(WHEEL.glob("comfyui_workflow_templates_json-*.dist-info"))))[1]
assert VERSION == "0.1.123", VERSION
TEMPLATES = WHEEL / "comfyui_workflow_templates_json" / "templates"

# Variant: template, name of the subgraph ("" for the workflow itself).
VARIANTS = {
    "sdxl": ("image_sdxl_simple", ""),
    "sd3": ("sd3.5_simple_example", ""),
    "flux1-dev": ("flux_dev_full_text_to_image", "Text to Image (Flux.1 Dev)"),
    "flux1-krea-dev": ("flux1_krea_dev", "Text to Image (Flux.1 Krea Dev)"),
    "flux1-schnell": ("flux_schnell_full_text_to_image", ""),
    "chroma": ("image_chroma_text_to_image", ""),
    "flux2-dev": ("image_flux2_text_to_image", "Text to Image (FLUX.2 Dev)"),
    "flux2-klein-base-4b": ("image_flux2_klein_text_to_image", "Text to Image (FLUX.2 Klein 4B)"),
    "flux2-klein-4b": ("image_flux2_klein_text_to_image", "Text to Image (FLUX.2 Klein 4B Distilled)"),
    "flux2-klein-base-9b": ("image_flux2_text_to_image_9b", "Text to Image (FLUX.2 Klein 9B)"),
    # There is none without pictures: settings and files of the one that edits.
    "flux2-klein-9b": ("image_flux2_klein_image_edit_9b_distilled", "Image Edit (FLUX.2 Klein 9B Distilled)"),
    "qwen-image": ("image_qwen_image", "Text to Image (Qwen-Image)"),
    "qwen-image-2512": ("image_qwen_Image_2512", "Text to Image (Qwen-Image 2512)"),
    "qwen-image-2-1": ("image_qwen_image_2_1_t2i", "Text to Image (Qwen Image 2.1)"),
    "qwen-image-2-1-turbo": ("image_qwen_image_2_1_turbo_t2i", "Text to Image (Qwen Image 2.1)"),
    "krea2-turbo": ("image_krea2_turbo_t2i", "Text to Image (Krea-2 Turbo)"),
    "anima": ("image_anima_base_v1", "Text to Image (Anima Base v1.0)"),
    "hidream-i1-full": ("hidream_i1_full", ""),
    "hidream-i1-dev": ("hidream_i1_dev", ""),
    "hidream-i1-fast": ("hidream_i1_fast", ""),
    "z-image": ("image_z_image", "Text to Image(Z-Image-Base Int8)"),
    "z-image-turbo": ("image_z_image_turbo", "Text to Image (Z-Image-Turbo)"),
}

# Names of the widgets that hold values, in the order in which a workflow lists them.
WIDGETS = {
    "KSampler": "seed control steps cfg sampler_name scheduler denoise",
    "KSamplerSelect": "sampler_name", "BasicScheduler": "scheduler steps denoise", "Flux2Scheduler": "steps width height",
    "ManualSigmas": "sigmas", "CFGGuider": "cfg", "FluxGuidance": "guidance", "CLIPTextEncode": "text",
    "CLIPTextEncodeFlux": "clip_l t5xxl guidance", "TextEncodeQwenImage21": "prompt negative_prompt resolution",
    "ModelSamplingSD3": "shift", "ModelSamplingAuraFlow": "shift", "T5TokenizerOptions": "min_padding min_length",
    "EmptyLatentImage": "width height batch_size", "EmptySD3LatentImage": "width height batch_size",
    "EmptyFlux2LatentImage": "width height batch_size", "UNETLoader": "unet_name weight_dtype",
    "CheckpointLoaderSimple": "ckpt_name", "VAELoader": "vae_name", "CLIPLoader": "clip_name type device",
    "DualCLIPLoader": "clip_name1 clip_name2 type device", "TripleCLIPLoader": "clip_name1 clip_name2 clip_name3",
    "QuadrupleCLIPLoader": "clip_name1 clip_name2 clip_name3 clip_name4", "LoraLoaderModelOnly": "lora_name strength_model",
    "PrimitiveInt": "value control", "PrimitiveFloat": "value", "PrimitiveBoolean": "value", "ComfySwitchNode": "switch",
    "QwenImage21Cache": "device dtype",
}
PASSING = {"Reroute", "ComfySwitchNode", "PrimitiveInt", "PrimitiveFloat", "PrimitiveBoolean"}
BYPASSED = 4


class Graph:
    def __init__(self, template, subgraph):
        workflow = json.loads((TEMPLATES / (template + ".json")).read_text(encoding="utf-8"))
        inner = [s for s in workflow.get("definitions", {}).get("subgraphs", []) if s["name"] == subgraph]
        assert bool(subgraph) == bool(inner), (template, subgraph)
        graph = inner[0] if inner else workflow
        self.nodes = {n["id"]: n for n in graph["nodes"]}
        self.links = {}
        for link in graph["links"]:
            i, origin, slot = (link["id"], link["origin_id"], link["origin_slot"]) if isinstance(link, dict) else link[:3]
            self.links[i] = (origin, slot)

    def origin(self, node, name):
        """Node that an input comes from; None for one with a value of its own, or one that comes from outside the subgraph."""
        for given in node.get("inputs", []):
            if given["name"] == name and given.get("link") is not None:
                return self.passed(self.nodes.get(self.links[given["link"]][0]), given.get("type"))
        return None

    def passed(self, node, kind):
        """What a switch, a reroute or a bypassed node lets through."""
        if node is None:
            return None
        if node["type"] == "ComfySwitchNode":
            return self.origin(node, "on_true" if self.value(node, "switch") else "on_false")
        if node["type"] == "Reroute" or node.get("mode") == BYPASSED:
            return next((self.origin(node, g["name"]) for g in node["inputs"] if node["type"] == "Reroute" or g["type"] == kind), None)
        return node

    def value(self, node, name):
        given = self.origin(node, name)
        if given is not None and given["type"].startswith("Primitive"):
            return self.value(given, "value")
        names = WIDGETS[node["type"]].split()
        return node["widgets_values"][names.index(name)]

    def before(self, node, seen=None):
        """A node and all that lead to it, less those that only pass values on."""
        seen = {} if seen is None else seen
        if node["id"] not in seen:
            seen[node["id"]] = node
            for given in node.get("inputs", []):
                origin = self.origin(node, given["name"])
                if origin is not None and origin["type"] in WIDGETS | dict.fromkeys(STRUCTURE):
                    self.before(origin, seen)
        return list(seen.values())


STRUCTURE = {"BasicGuider", "ConditioningZeroOut", "SamplerCustomAdvanced", "RandomNoise", "VAEDecode", "ReferenceLatent", "VAEEncode"}


def facts(template, subgraph):
    graph = Graph(template, subgraph)
    ends = [n for n in graph.nodes.values() if n["type"] == "VAEDecode" and n.get("mode") != BYPASSED]
    assert len(ends) == 1, (template, len(ends))
    way = [n for n in graph.before(ends[0]) if n["type"] not in PASSING]
    found = {"template": template, "subgraph": subgraph, "nodes": sorted(n["type"] for n in way)}

    def take(key, name, *types):
        values = {json.dumps(graph.value(n, name)) for n in way if n["type"] in types}
        assert len(values) <= 1, (template, key, values)
        if values:
            found[key] = json.loads(values.pop())

    take("steps", "steps", "KSampler", "BasicScheduler", "Flux2Scheduler")
    take("cfg", "cfg", "KSampler", "CFGGuider")
    take("sampler", "sampler_name", "KSampler", "KSamplerSelect")
    take("scheduler", "scheduler", "KSampler", "BasicScheduler")
    take("sigmas", "sigmas", "ManualSigmas")
    take("shift", "shift", "ModelSamplingSD3", "ModelSamplingAuraFlow")
    take("guidance", "guidance", "FluxGuidance")
    latents = [t for t in WIDGETS if t.startswith("Empty")]
    take("width", "width", *latents)
    take("height", "height", *latents)
    take("model", "unet_name", "UNETLoader")
    take("model", "ckpt_name", "CheckpointLoaderSimple")
    take("vae", "vae_name", "VAELoader")
    for loader in (n for n in way if "CLIPLoader" in n["type"]):
        names = [w for w in WIDGETS[loader["type"]].split() if w.startswith("clip_name")]
        found["textEncoders"] = [graph.value(loader, w) for w in names]
        if "type" in WIDGETS[loader["type"]].split():
            found["type"] = graph.value(loader, "type")
    for sampler in (n for n in way if n["type"] in ("KSampler", "CFGGuider")):
        negative = graph.origin(sampler, "negative")
        if negative["type"] == "CLIPTextEncode":
            found["negative"] = graph.value(negative, "text")
    return found


out = {"source": "comfyui-workflow-templates-json " + VERSION, "variants": {v: facts(*where) for v, where in VARIANTS.items()}}
path = pathlib.Path("src/test/resources/golden/comfyui_templates.json")
path.write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
for name, found in out["variants"].items():
    print(name, {k: v for k, v in found.items() if k not in ("negative", "template", "subgraph")}, "negative" in found)
