"""The two nodes."""

import os

import folder_paths
import nodes

from .assay_card import UNJUDGED, card_of

REGRESSED = "REGRESSED and BROKEN"
EVERYTHING = "everything that did not pass"
NOTHING = "nothing"
REFUSED = {REGRESSED: ("REGRESSED", "BROKEN"), EVERYTHING: ("REGRESSED", "BROKEN", "INCONCLUSIVE", UNJUDGED), NOTHING: ()}


def _stamp(lora_name):
    """Changes when the file or its card does: ComfyUI then runs the node again."""
    path = folder_paths.get_full_path("loras", lora_name)
    stamps = []
    for one in (path, os.path.splitext(path)[0] + ".assay.json") if path else ():
        try:
            stamps.append(os.stat(one).st_mtime_ns)
        except OSError:
            stamps.append(None)
    return str(stamps)


class AssayCard:
    """What Assay found about a LoRA, as text and as single values."""

    CATEGORY = "Assay"
    DESCRIPTION = "The verdict card of a LoRA, as Assay wrote it beside the file (assay judge FILE --card beside)."
    RETURN_TYPES = ("STRING", "STRING", "STRING", "FLOAT")
    RETURN_NAMES = ("card", "verdict", "trigger words", "strength")
    FUNCTION = "show"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"lora_name": (folder_paths.get_filename_list("loras"),)}}

    @classmethod
    def IS_CHANGED(cls, lora_name, **_):
        return _stamp(lora_name)

    def show(self, lora_name):
        card = card_of(folder_paths.get_full_path_or_raise("loras", lora_name))
        strength = 1.0 if card.strength is None else card.strength
        values = (card.text(), card.outcome, ", ".join(card.triggers), strength)
        return {"ui": {"text": (card.text(),)}, "result": values}


class AssayLoraLoader:
    """ComfyUI's own loader of LoRAs, behind a gate."""

    CATEGORY = "Assay"
    DESCRIPTION = "Loads a LoRA unless its card says that it regressed."
    RETURN_TYPES = ("MODEL", "CLIP", "STRING")
    RETURN_NAMES = ("model", "clip", "card")
    FUNCTION = "load"

    def __init__(self):
        self.loader = nodes.LoraLoader()

    @classmethod
    def INPUT_TYPES(cls):
        strength = {"default": 1.0, "min": -100.0, "max": 100.0, "step": 0.01}
        refuse = {"default": REGRESSED, "tooltip": "Which files are not loaded. The other choices load a file that regressed, or ask for a PASSED."}
        return {
            "required": {
                "model": ("MODEL",),
                "lora_name": (folder_paths.get_filename_list("loras"),),
                "strength_model": ("FLOAT", strength),
                "strength_clip": ("FLOAT", strength),
                "refuse": (list(REFUSED), refuse),
            },
            "optional": {"clip": ("CLIP",)},
        }

    @classmethod
    def IS_CHANGED(cls, lora_name, refuse, **_):
        return _stamp(lora_name) + refuse

    def load(self, model, lora_name, strength_model, strength_clip, refuse, clip=None):
        card = card_of(folder_paths.get_full_path_or_raise("loras", lora_name))
        if card.outcome in REFUSED[refuse]:
            raise RuntimeError(f"Assay: {lora_name} is not loaded. {card.text()}\nTo load it all the same, set refuse to '{NOTHING}'.")
        model, clip = self.loader.load_lora(model, clip, lora_name, strength_model, strength_clip)
        return (model, clip, card.text())


NODE_CLASS_MAPPINGS = {"AssayCard": AssayCard, "AssayLoraLoader": AssayLoraLoader}
NODE_DISPLAY_NAME_MAPPINGS = {"AssayCard": "Assay: card of a LoRA", "AssayLoraLoader": "Assay: load LoRA"}
