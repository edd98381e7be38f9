package dev.assay.harness.render.comfyui.graph;

import java.util.List;
import java.util.Set;

/** Which pack of custom nodes brings a node class. */
public final class NodePacks {
    /** Nodes of ComfyUI itself that younger versions brought: a server without them is old. */
    private static final Set<String> CORE = Set.of(
            "CheckpointLoaderSimple",
            "UNETLoader",
            "CLIPLoader",
            "DualCLIPLoader",
            "TripleCLIPLoader",
            "QuadrupleCLIPLoader",
            "VAELoader",
            "LoraLoader",
            "LoraLoaderModelOnly",
            "LoraLoaderBypass",
            "LoraLoaderBypassModelOnly",
            "CLIPTextEncode",
            "CLIPTextEncodeFlux",
            "CLIPTextEncodeHiDream",
            "CLIPTextEncodeSDXL",
            "CLIPSetLastLayer",
            "T5TokenizerOptions",
            "ConditioningZeroOut",
            "FluxGuidance",
            "ModelSamplingFlux",
            "ModelSamplingSD3",
            "ModelSamplingAuraFlow",
            "EmptyLatentImage",
            "EmptySD3LatentImage",
            "EmptyFlux2LatentImage",
            "Flux2Scheduler",
            "ManualSigmas",
            "ModelSamplingDiscrete",
            "TextEncodeQwenImage21",
            "KSampler",
            "KSamplerAdvanced",
            "KSamplerSelect",
            "SamplerCustom",
            "SamplerCustomAdvanced",
            "BasicScheduler",
            "BasicGuider",
            "CFGGuider",
            "RandomNoise",
            "RescaleCFG",
            "VAEDecode",
            "SaveImage",
            "PreviewImage");

    /** A class belongs to the first pack whose pattern it matches. */
    private record Pack(String pattern, String name) {}

    private static final List<Pack> PACKS = List.of(
            new Pack("(Unet|CLIP|DualCLIP|TripleCLIP|QuadrupleCLIP)Loader(GGUF|GGUFAdvanced)", "ComfyUI-GGUF (city96)"),
            new Pack(".*\\(rgthree\\)", "rgthree-comfy"),
            new Pack(".*\\|pysssss", "ComfyUI-Custom-Scripts (pythongosssss)"),
            new Pack("easy .*", "ComfyUI-Easy-Use"),
            new Pack("CR .*", "ComfyUI_Comfyroll_CustomNodes"),
            new Pack("Clownshark.*|ClownsharK.*", "RES4LYF"),
            new Pack("KSampler \\(Efficient\\)|Efficient Loader|Eff\\. Loader SDXL", "efficiency-nodes-comfyui"),
            new Pack("UltimateSDUpscale.*", "ComfyUI_UltimateSDUpscale"),
            new Pack("FaceDetailer.*|Impact.*", "ComfyUI-Impact-Pack"));

    private NodePacks() {}

    /** What to do about a node class that the server does not know, as the end of a sentence. */
    public static String advice(String nodeClass) {
        if (nodeClass.equals("SaveImageWebsocket")) {
            return "it comes with ComfyUI as custom_nodes/websocket_image_save.py and is absent with"
                    + " --disable-all-custom-nodes; use SaveImage";
        }
        if (CORE.contains(nodeClass)) {
            return "it is part of ComfyUI itself; update the server";
        }
        return PACKS.stream()
                .filter(p -> nodeClass.matches(p.pattern()))
                .findFirst()
                .map(p -> "it comes with the node pack " + p.name()
                        + "; install it in the server's custom_nodes (ComfyUI-Manager has it) and restart the server")
                .orElse("no pack that brings it is known here; open the workflow in ComfyUI-Manager, \"Install Missing"
                        + " Custom Nodes\", or take the node out");
    }
}
