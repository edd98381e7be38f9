package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The node classes of the fake server: their descriptions, the check of a graph, the order in which nodes run. */
final class FakeNodes {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SAMPLERS =
            List.of("euler", "euler_ancestral", "dpmpp_2m", "ddim", "uni_pc", "lcm", "res_multistep");
    private static final List<String> SCHEDULERS =
            List.of("simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal");
    private static final List<String> CLIP_TYPES =
            List.of("stable_diffusion", "sd3", "flux", "chroma", "qwen_image", "lumina2", "hidream", "sdxl");

    /** Class, outputs, inputs: {@code name:TYPE}, {@code ?} before an optional one, {@code =folder} for a list of files. */
    private static final List<String> CLASSES = List.of(
            "CheckpointLoaderSimple MODEL,CLIP,VAE ckpt_name=checkpoints",
            "UNETLoader MODEL unet_name=diffusion_models weight_dtype=@dtypes",
            "CLIPLoader CLIP clip_name=text_encoders type=@types ?device=@devices",
            "DualCLIPLoader CLIP clip_name1=text_encoders clip_name2=text_encoders type=@types ?device=@devices",
            "TripleCLIPLoader CLIP clip_name1=text_encoders clip_name2=text_encoders clip_name3=text_encoders",
            "VAELoader VAE vae_name=vae",
            "LoraLoader MODEL,CLIP model:MODEL clip:CLIP lora_name=loras strength_model:FLOAT strength_clip:FLOAT",
            "LoraLoaderModelOnly MODEL model:MODEL lora_name=loras strength_model:FLOAT",
            "CLIPSetLastLayer CLIP clip:CLIP stop_at_clip_layer:INT",
            "CLIPTextEncode CONDITIONING text:STRING clip:CLIP",
            "ConditioningZeroOut CONDITIONING conditioning:CONDITIONING",
            "FluxGuidance CONDITIONING conditioning:CONDITIONING guidance:FLOAT",
            "ModelSamplingFlux MODEL model:MODEL max_shift:FLOAT base_shift:FLOAT width:INT height:INT",
            "ModelSamplingDiscrete MODEL model:MODEL sampling:STRING zsnr:BOOLEAN",
            "ModelSamplingSD3 MODEL model:MODEL shift:FLOAT",
            "ModelSamplingAuraFlow MODEL model:MODEL shift:FLOAT",
            "EmptyLatentImage LATENT width:INT height:INT batch_size:INT",
            "EmptySD3LatentImage LATENT width:INT height:INT batch_size:INT",
            "KSampler LATENT model:MODEL seed:INT steps:INT cfg:FLOAT sampler_name=@samplers scheduler=@schedulers"
                    + " positive:CONDITIONING negative:CONDITIONING latent_image:LATENT denoise:FLOAT",
            "VAEDecode IMAGE samples:LATENT vae:VAE",
            "SaveImage - images:IMAGE filename_prefix:STRING",
            "PreviewImage - images:IMAGE",
            "SaveImageWebsocket - images:IMAGE");

    private FakeNodes() {}

    static ObjectNode info(Map<String, List<String>> files, boolean savesToSocket) {
        ObjectNode all = JSON.createObjectNode();
        for (String line : CLASSES) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("SaveImageWebsocket") && !savesToSocket) {
                continue;
            }
            ObjectNode node = all.putObject(words[0]);
            ObjectNode input = node.putObject("input");
            ObjectNode required = input.putObject("required");
            ObjectNode optional = input.putObject("optional");
            for (int i = 2; i < words.length; i++) {
                boolean maybe = words[i].startsWith("?");
                String[] parts = words[i].substring(maybe ? 1 : 0).split("[:=]", -1);
                ArrayNode spec = (maybe ? optional : required).putArray(parts[0]);
                if (words[i].contains("=")) {
                    ArrayNode choices = spec.addArray();
                    choices(parts[1], files).forEach(choices::add);
                } else {
                    spec.add(parts[1]);
                }
            }
            ArrayNode outputs = node.putArray("output");
            if (!words[1].equals("-")) {
                for (String output : words[1].split(",", -1)) {
                    outputs.add(output);
                }
            }
            node.put("name", words[0]).put("output_node", words[1].equals("-"));
            node.put(
                    "python_module",
                    words[0].equals("SaveImageWebsocket") ? "custom_nodes.websocket_image_save" : "nodes");
        }
        return all;
    }

    private static List<String> choices(String list, Map<String, List<String>> files) {
        return switch (list) {
            case "@samplers" -> SAMPLERS;
            case "@schedulers" -> SCHEDULERS;
            case "@types" -> CLIP_TYPES;
            case "@dtypes" -> List.of("default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2");
            case "@devices" -> List.of("default", "cpu");
            default -> files.getOrDefault(list, List.of());
        };
    }

    /** Null when the graph is good, else the body of the refusal. */
    static ObjectNode validate(JsonNode graph, Map<String, List<String>> files, boolean savesToSocket) {
        ObjectNode info = info(files, savesToSocket);
        for (Map.Entry<String, JsonNode> node : graph.properties()) {
            String type = node.getValue().path("class_type").asText();
            if (!info.has(type)) {
                ObjectNode error = JSON.createObjectNode().put("type", "missing_node_type");
                error.put("message", "Node '" + type + "' not found. The custom node may not be installed.");
                error.put("details", "Node ID '#" + node.getKey() + "'");
                error.putObject("extra_info").put("node_id", node.getKey()).put("class_type", type);
                ObjectNode body = JSON.createObjectNode();
                body.set("error", error);
                body.putObject("node_errors");
                return body;
            }
            for (Map.Entry<String, JsonNode> input :
                    info.path(type).path("input").path("required").properties()) {
                JsonNode value = node.getValue().path("inputs").path(input.getKey());
                JsonNode choices = input.getValue().path(0);
                if (choices.isArray() && !contains(choices, value.asText())) {
                    ObjectNode error = JSON.createObjectNode().put("type", "prompt_outputs_failed_validation");
                    error.put("message", "Prompt outputs failed validation").put("details", "");
                    ObjectNode body = JSON.createObjectNode();
                    body.set("error", error);
                    body.set("node_errors", valueNotInList(node.getKey(), type, input.getKey(), value.asText()));
                    return body;
                }
            }
        }
        return null;
    }

    private static boolean contains(JsonNode choices, String word) {
        for (JsonNode choice : choices) {
            if (choice.asText().equals(word)) {
                return true;
            }
        }
        return false;
    }

    static ObjectNode valueNotInList(String id, String type, String input, String value) {
        ObjectNode errors = JSON.createObjectNode();
        ObjectNode node = errors.putObject(id);
        node.putArray("errors")
                .addObject()
                .put("type", "value_not_in_list")
                .put("message", "Value not in list")
                .put("details", input + ": '" + value + "' not in list")
                .putObject("extra_info")
                .put("input_name", input)
                .put("received_value", value);
        node.putArray("dependent_outputs").add("9");
        node.put("class_type", type);
        return errors;
    }

    /** Every node after those that it needs. */
    static List<String> order(JsonNode graph) {
        Set<String> done = new LinkedHashSet<>();
        graph.properties().forEach(n -> visit(graph, n.getKey(), done));
        return new ArrayList<>(done);
    }

    private static void visit(JsonNode graph, String id, Set<String> done) {
        if (!done.contains(id) && graph.has(id)) {
            for (JsonNode input : graph.path(id).path("inputs")) {
                if (input.isArray()) {
                    visit(graph, input.path(0).asText(), done);
                }
            }
            done.add(id);
        }
    }

    /** Class and inputs of a node and of all before it: what the cache of outputs goes by. */
    static String signature(JsonNode graph, String id) {
        JsonNode node = graph.path(id);
        TreeMap<String, String> words = new TreeMap<>();
        node.path("inputs")
                .properties()
                .forEach(i -> words.put(
                        i.getKey(),
                        i.getValue().isArray()
                                ? signature(graph, i.getValue().path(0).asText())
                                        + i.getValue().path(1)
                                : i.getValue().toString()));
        return node.path("class_type").asText() + words;
    }
}
