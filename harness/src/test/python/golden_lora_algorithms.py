"""Golden file: what LoRAs of every algorithm make of weights, by the programs that train them and by ComfyUI, for LoraAlgorithmsTest.

Needs lycoris-lora 4.1.3, peft 0.21.2, a checkout of ComfyUI 0.33.0 (commit 783545f6), torch 2.15.0, safetensors. Run as
    python golden_lora_algorithms.py PATH_OF_COMFYUI ../resources/dev/assay/harness/model/lora
writes
algorithms_base.safetensors: layers named as in a UNet and a text encoder of Stable Diffusion 1.5, small ones;
algorithms.safetensors: a file of LyCORIS' networks, each with random numbers and a layer of its own; algorithms_peft.safetensors;
algorithms_merged.safetensors: the layers at strength 1 as LyCORIS' networks compute with them, and as PEFT merges them (LyCORIS' own
get_merged_weight scales LoHa and LoKr twice);
algorithms.json: by layer the program, the norm of W' - W in float64, and by how much ComfyUI's weight differs, as a share of that norm;
absent where ComfyUI does not read the form, or fails on it.
"""

import copy
import json
import sys
from pathlib import Path

COMFY, OUT = sys.argv[1], Path(sys.argv[2])
sys.argv = sys.argv[:1] + ["--cpu"]
sys.path.insert(0, COMFY)

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing()

import torch  # noqa: E402
from lycoris import modules as _  # noqa: E402, F401
from lycoris.modules.boft import ButterflyOFTModule  # noqa: E402
from lycoris.modules.diag_oft import DiagOFTModule  # noqa: E402
from lycoris.modules.full import FullModule  # noqa: E402
from lycoris.modules.glora import GLoRAModule  # noqa: E402
from lycoris.modules.ia3 import IA3Module  # noqa: E402
from lycoris.modules.locon import LoConModule  # noqa: E402
from lycoris.modules.loha import LohaModule  # noqa: E402
from lycoris.modules.lokr import LokrModule  # noqa: E402
from lycoris.modules.norms import NormModule  # noqa: E402
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from torch import nn  # noqa: E402

import comfy.lora  # noqa: E402

torch.manual_seed(11)
base, lora, peft, merged, cases = {}, {}, {}, {}, {}
counts = {"linear": 0, "conv": 0, "norm": 0, "text": 0}


def layer(kind):
    """A layer of its own for each module, with the name that the model's file has for it."""
    n = counts[kind]
    counts[kind] += 1
    if kind == "linear":
        return f"unet.down_blocks.0.attentions.0.transformer_blocks.{n}.attn2.to_k", nn.Linear(12, 16)
    if kind == "conv":
        return f"unet.down_blocks.{n}.resnets.0.conv1", nn.Conv2d(8, 16, 3, padding=1)
    if kind == "norm":
        return f"unet.down_blocks.{n}.resnets.0.norm1", nn.GroupNorm(4, 16)
    return f"text_encoder.text_model.encoder.layers.{n}.mlp.fc1", nn.Linear(12, 16)


def probed(module):
    """Weight and bias that a layer computes with, from what it makes of unit inputs."""
    if isinstance(module, nn.Linear):
        bias = module(torch.zeros(1, 12))[0]
        return (module(torch.eye(12)) - bias).T, bias
    centre = module(torch.zeros(1, 8, 3, 3))[0, :, 1, 1]
    units = torch.eye(72).reshape(72, 8, 3, 3)
    return (module(units)[:, :, 1, 1] - centre).T.reshape(16, 8, 3, 3), centre


def remember(path, module, program, what, weight, bias, comfyui):
    old = module.weight.detach()
    base[path + ".weight"] = old.clone()
    base[path + ".bias"] = module.bias.detach().clone()
    merged[path + ".weight"] = weight.detach().reshape(old.shape).contiguous().float()
    norm = (merged[path + ".weight"].double() - old.double()).norm().item()
    squared = norm**2
    if bias is not None:
        merged[path + ".bias"] = bias.detach().contiguous().float()
        squared += (merged[path + ".bias"].double() - module.bias.detach().double()).norm().item() ** 2
    cases[path] = {"by": program, "what": what, "norm": squared**0.5}
    if comfyui is not None and norm > 0:
        cases[path]["comfyui"] = (comfyui.double() - merged[path + ".weight"].double()).norm().item() / norm
    print(f"{path:75} {program:14} {squared**0.5:9.4f} {cases[path].get('comfyui', '-')}")


def by_comfyui(tensors, name, module):
    weight = module.weight.detach().clone()
    patches = comfy.lora.load_lora({f"{name}.{k}": v for k, v in tensors.items()}, {name: "layer.weight"}, log_missing=False)
    if "layer.weight" not in patches:
        return None
    try:
        result = comfy.lora.calculate_weight([(1.0, patches["layer.weight"], 1.0, None, None)], weight.clone(), "layer.weight")
    except Exception as e:  # noqa: BLE001
        print("ComfyUI:", e)
        return None
    return None if torch.equal(result, weight) else result


def words(name, arguments):
    return " ".join([name, *(f"{k}={v}" for k, v in arguments.items())])


def lycoris(cls, kind, **arguments):
    path, module = layer(kind)
    flat = path.split(".", 1)[1].replace(".", "_")
    name = ("lora_te_" if kind == "text" else "lycoris_") + flat
    before = copy.deepcopy(module)
    network = cls(name, module, 1.0, **arguments).eval()
    network.apply_to()
    with torch.no_grad():
        for key, parameter in network.named_parameters():
            one = 1.0 if "scale" in key else 0.0  # of magnitudes and rescaling
            if "dora_scale" in key:
                parameter.mul_(1 + 0.3 * torch.rand_like(parameter))
            elif parameter.requires_grad and not key.startswith("org_module"):
                parameter.copy_(one + 0.3 * torch.randn_like(parameter))
    tensors = {k: v.detach().clone().contiguous() for k, v in network.custom_state_dict().items()} if hasattr(
        network, "custom_state_dict") and network.custom_state_dict() is not None else None
    if tensors is None:
        tensors = {k: v.detach().clone().contiguous() for k, v in network.state_dict().items() if not k.startswith("org_module")}
    for key, value in tensors.items():
        lora[f"{name}.{key}"] = value
    comfyui = by_comfyui(tensors, name, before)
    if kind == "norm":
        weight, bias = network.get_merged_weight(1.0)
    else:
        with torch.no_grad():
            weight, bias = probed(module)
        if cls is not FullModule:
            bias = None  # as it was
    remember(path, before, "LyCORIS 4.1.3", words(cls.__name__, arguments), weight, bias, comfyui)


R = {"lora_dim": 3, "alpha": 2}
for kind in ("linear", "conv", "text"):
    lycoris(LoConModule, kind, **R)
lycoris(LoConModule, "conv", use_tucker=True, **R)
for out in (True, False):
    for kind in ("linear", "conv"):
        lycoris(LoConModule, kind, weight_decompose=True, wd_on_out=out, **R)
        lycoris(LohaModule, kind, weight_decompose=True, wd_on_out=out, **R)
        lycoris(LokrModule, kind, weight_decompose=True, wd_on_out=out, factor=4, **R)
for kind in ("linear", "conv", "text"):
    lycoris(LohaModule, kind, **R)
lycoris(LohaModule, "conv", use_tucker=True, **R)
for kind in ("linear", "conv", "text"):
    lycoris(LokrModule, kind, factor=2, **R)
    lycoris(LokrModule, kind, factor=4, decompose_both=True, lora_dim=1, alpha=2)
    lycoris(LokrModule, kind, factor=2, full_matrix=True, **R)
lycoris(LokrModule, "conv", factor=2, use_tucker=True, **R)
for kind in ("linear", "conv"):
    lycoris(GLoRAModule, kind, **R)
    lycoris(IA3Module, kind, train_on_input=False, **R)
    lycoris(IA3Module, kind, train_on_input=True, **R)
for kind in ("linear", "conv", "text"):
    lycoris(DiagOFTModule, kind, lora_dim=4)
    lycoris(DiagOFTModule, kind, lora_dim=4, rescaled=True)
    lycoris(ButterflyOFTModule, kind, lora_dim=4)
    lycoris(ButterflyOFTModule, kind, lora_dim=4, rescaled=True)
lycoris(FullModule, "linear")
lycoris(FullModule, "conv")
lycoris(NormModule, "norm")


def by_peft(kind, **arguments):
    path, module = layer(kind)
    parent = nn.Module()
    parent.layer = module
    old = module.weight.detach().clone()
    bias = module.bias.detach().clone()
    model = get_peft_model(parent, LoraConfig(r=3, lora_alpha=2, target_modules=["layer"], **arguments))
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if parameter.requires_grad:
                if "magnitude" in key:
                    parameter.mul_(1 + 0.3 * torch.rand_like(parameter))
                else:
                    parameter.copy_(0.3 * torch.randn_like(parameter))
    name = path if path.startswith("text") else path.split(".", 1)[1]
    for key, value in get_peft_model_state_dict(model).items():
        assert key.startswith("base_model.model.layer."), key
        peft[("" if path.startswith("text") else "base_model.model.unet.") + name + key.removeprefix("base_model.model.layer")] = (
            value.detach().clone().contiguous())
    after = model.merge_and_unload().layer
    with torch.no_grad():
        weight, b = after.weight.detach().clone(), after.bias.detach().clone()
    restored = type(module)(12, 16) if isinstance(module, nn.Linear) else nn.Conv2d(8, 16, 3, padding=1)
    restored.weight.data, restored.bias.data = old, bias
    remember(path, restored, "PEFT 0.21.2", words("LoRA", arguments), weight, None if torch.equal(b, bias) else b, None)


by_peft("linear")
by_peft("conv")
by_peft("linear", use_dora=True)
by_peft("conv", use_dora=True)
by_peft("linear", lora_bias=True)
by_peft("text", use_dora=True)

OUT.mkdir(parents=True, exist_ok=True)
save_file(base, OUT / "algorithms_base.safetensors")
save_file(lora, OUT / "algorithms.safetensors")
alpha = {f"{p}.lora_alpha": 2 for p in ("unet", "text_encoder")} | {f"{p}.r": 3 for p in ("unet", "text_encoder")}
save_file(peft, OUT / "algorithms_peft.safetensors", metadata={"lora_adapter_metadata": json.dumps(alpha)})
save_file(merged, OUT / "algorithms_merged.safetensors")
source = "lycoris-lora 4.1.3 (forward), peft 0.21.2 (merge_and_unload), ComfyUI 0.33.0, commit 783545f6; torch " + (
    torch.__version__.split("+")[0])
(OUT / "algorithms.json").write_text(json.dumps({"source": source, "layers": cases}, indent=1) + "\n")
