package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A small graph of the SD 1.5 class. */
final class TestGraphs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestGraphs() {}

    static ObjectNode graph(String prompt, long seed) {
        ObjectNode graph = JSON.createObjectNode();
        node(graph, "4", "CheckpointLoaderSimple").put("ckpt_name", "sd15.safetensors");
        link(node(graph, "5", "CLIPTextEncode").put("text", prompt), "clip", "4", 1);
        link(node(graph, "6", "CLIPTextEncode").put("text", ""), "clip", "4", 1);
        node(graph, "3", "EmptyLatentImage").put("width", 16).put("height", 16).put("batch_size", 1);
        ObjectNode sampler = node(graph, "7", "KSampler");
        sampler.put("seed", seed).put("steps", 4).put("cfg", 7).put("denoise", 1);
        sampler.put("sampler_name", "euler").put("scheduler", "normal");
        link(sampler, "model", "4", 0);
        link(sampler, "positive", "5", 0);
        link(sampler, "negative", "6", 0);
        link(sampler, "latent_image", "3", 0);
        link(link(node(graph, "8", "VAEDecode"), "samples", "7", 0), "vae", "4", 2);
        link(node(graph, "9", "SaveImage").put("filename_prefix", "assay"), "images", "8", 0);
        return graph;
    }

    private static ObjectNode node(ObjectNode graph, String id, String type) {
        return graph.putObject(id).put("class_type", type).putObject("inputs");
    }

    private static ObjectNode link(ObjectNode inputs, String name, String node, int slot) {
        inputs.putArray(name).add(node).add(slot);
        return inputs;
    }
}
