"""Assay in ComfyUI: the verdict card of a LoRA, and a loader that refuses what regressed. Needs nothing but ComfyUI."""

from .assay_nodes import NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
