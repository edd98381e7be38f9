package dev.assay.harness.render.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Prompt and seed from the graph that ComfyUI writes into a picture: {@code prompt} (API format), else {@code workflow} (of its
 * editor). Followed from the sampler that starts from an empty latent: seed or noise there, the text upstream of its positive
 * conditioning. Where two samplers start pictures of their own, or a text is put together by nodes, nothing is claimed.
 */
final class ComfyText {
    private static final int MAX_CHARS = 1 << 22;
    private static final int MAX_NODES = 5000;
    private static final List<String> LATENTS = List.of("latent_image", "latent", "samples");
    /** Where text stands in a node, the most telling first: large encoders before small ones. */
    private static final List<String> TEXT = List.of(
            "text",
            "t5xxl",
            "llama",
            "text_g",
            "clip_g",
            "text_l",
            "clip_l",
            "prompt",
            "string",
            "value",
            "text_positive");

    private static final List<String> NUMBER = List.of("seed", "noise_seed", "value", "int", "number");
    /** The widgets of the editor's nodes that matter, by their place. */
    private static final Map<String, Map<String, Integer>> WIDGETS = Map.of(
            "KSampler", Map.of("seed", 0),
            "KSamplerAdvanced", Map.of("noise_seed", 1),
            "SamplerCustom", Map.of("noise_seed", 1),
            "RandomNoise", Map.of("noise_seed", 0),
            "CLIPTextEncode", Map.of("text", 0),
            "CLIPTextEncodeFlux", Map.of("clip_l", 0, "t5xxl", 1),
            "PrimitiveInt", Map.of("value", 0),
            "PrimitiveString", Map.of("value", 0),
            "PrimitiveStringMultiline", Map.of("value", 0));

    private final Map<String, JsonNode> nodes;

    private ComfyText(Map<String, JsonNode> nodes) {
        this.nodes = nodes;
    }

    /** @param prompt and {@code workflow}: JSON or null; what is not of the expected form counts as absent */
    static ImageInfo read(String prompt, String workflow) {
        ImageInfo found = new ComfyText(api(json(prompt))).known();
        return found.prompt() != null || found.seed() != null ? found : new ComfyText(editor(json(workflow))).known();
    }

    private static JsonNode json(String text) {
        if (text == null || text.length() > MAX_CHARS) {
            return Json.LENIENT.createObjectNode();
        }
        try {
            // Old ComfyUI versions write NaN, which is no JSON.
            return Json.LENIENT.readTree(text.replace(": NaN", ": null"));
        } catch (JsonProcessingException e) {
            return Json.LENIENT.createObjectNode();
        }
    }

    private static Map<String, JsonNode> api(JsonNode graph) {
        Map<String, JsonNode> nodes = new TreeMap<>();
        graph.properties().forEach(node -> {
            if (node.getValue().path("class_type").isTextual()) {
                nodes.put(node.getKey(), node.getValue());
            }
        });
        return nodes;
    }

    /** The editor's nodes as those of the API: links by name, widgets by place. */
    private static Map<String, JsonNode> editor(JsonNode workflow) {
        Map<String, ArrayNode> sources = new TreeMap<>(); // link to [node, slot]
        for (JsonNode link : workflow.path("links")) {
            if (link.size() >= 3) {
                sources.put(
                        link.get(0).asText(),
                        Json.LENIENT
                                .createArrayNode()
                                .add(link.get(1).asText())
                                .add(link.get(2).asInt()));
            }
        }
        Map<String, JsonNode> nodes = new TreeMap<>();
        for (JsonNode node : workflow.path("nodes")) {
            int mode = node.path("mode").asInt();
            if (mode == 2 || mode == 4) {
                continue; // muted, bypassed
            }
            String type = node.path("type").asText();
            ObjectNode inputs = Json.LENIENT.createObjectNode();
            WIDGETS.getOrDefault(type, Map.of()).forEach((name, place) -> {
                JsonNode widget = node.path("widgets_values").path(place);
                if (!widget.isMissingNode()) {
                    inputs.set(name, widget);
                }
            });
            for (JsonNode input : node.path("inputs")) {
                ArrayNode source = sources.get(input.path("link").asText());
                if (source != null) {
                    inputs.set(input.path("name").asText(), source);
                }
            }
            ObjectNode converted = Json.LENIENT.createObjectNode().put("class_type", type);
            converted.set("inputs", inputs);
            nodes.put(node.path("id").asText(), converted);
        }
        return nodes;
    }

    private ImageInfo known() {
        if (nodes.size() > MAX_NODES) {
            return ImageInfo.NOTHING;
        }
        Set<ImageInfo> starts = new LinkedHashSet<>();
        nodes.forEach((id, node) -> {
            if (isSampler(node) && !continuesAnother(node)) {
                starts.add(known(node.path("inputs")));
            }
        });
        return starts.size() == 1 ? starts.iterator().next() : ImageInfo.NOTHING;
    }

    private static boolean isSampler(JsonNode node) {
        JsonNode inputs = node.path("inputs");
        boolean guided = isLink(inputs.path("positive")) || isLink(inputs.path("guider"));
        boolean noise = inputs.has("seed") || inputs.has("noise_seed") || inputs.has("noise");
        return guided && noise && isLink(inputs.path("latent_image"));
    }

    /** A second pass: its latent comes, through whatever nodes, from a sampler. */
    private boolean continuesAnother(JsonNode sampler) {
        List<JsonNode> open = new ArrayList<>(List.of(sampler));
        Set<JsonNode> seen = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        while (!open.isEmpty()) {
            JsonNode node = open.remove(open.size() - 1);
            List<String> names = new ArrayList<>(LATENTS);
            names.addAll(List.of("pixels", "image", "upscaled_image"));
            for (String name : names) {
                JsonNode source = source(node.path("inputs").path(name));
                if (source != null && seen.add(source)) {
                    if (isSampler(source)) {
                        return true;
                    }
                    open.add(source);
                }
            }
        }
        return false;
    }

    private ImageInfo known(JsonNode sampler) {
        JsonNode guider = source(sampler.path("guider"));
        JsonNode conditions = guider == null ? sampler : guider.path("inputs");
        JsonNode positive = first(conditions, "positive", "conditioning", "cond1");
        JsonNode negative = first(conditions, "negative");
        JsonNode noise = source(sampler.path("noise"));
        JsonNode numbers = noise == null ? sampler : noise.path("inputs");
        return ImageInfo.of(
                conditioning(positive, new HashSet<>()),
                conditioning(negative, new HashSet<>()),
                number(first(numbers, "seed", "noise_seed")));
    }

    /** The text that a conditioning comes from; null when it is not one plain text. */
    private String conditioning(JsonNode link, Set<String> seen) {
        JsonNode node = source(link);
        if (node == null || !seen.add(link.path(0).asText() + "/" + link.path(1).asText())) {
            return null;
        }
        JsonNode inputs = node.path("inputs");
        if (node.path("class_type").asText().equals("ConditioningZeroOut")) {
            return "";
        }
        String side = link.path(1).asInt() == 1 ? "negative" : "positive"; // of nodes that pass both on
        if (inputs.has(side)) {
            return inputs.path(side).isTextual() ? inputs.path(side).asText() : conditioning(inputs.path(side), seen);
        }
        if (isLink(inputs.path("conditioning"))) {
            return conditioning(inputs.path("conditioning"), seen);
        }
        return isLink(inputs.path("conditioning_1")) ? null : text(inputs, seen);
    }

    private String text(JsonNode inputs, Set<String> seen) {
        for (String name : TEXT) {
            JsonNode value = inputs.path(name);
            if (value.isTextual() && !value.asText().isBlank()) {
                return value.asText();
            }
            JsonNode source = source(value);
            if (source != null) {
                return seen.add(value.path(0).asText() + "/text") ? text(source.path("inputs"), seen) : null;
            }
        }
        return null;
    }

    private Long number(JsonNode value) {
        JsonNode source = source(value);
        JsonNode found = source == null ? value : first(source.path("inputs"), NUMBER.toArray(String[]::new));
        return found.isIntegralNumber() ? EmbeddedMetadata.seed(found.asText()) : null;
    }

    private static JsonNode first(JsonNode inputs, String... names) {
        for (String name : names) {
            if (inputs.has(name)) {
                return inputs.path(name);
            }
        }
        return Json.LENIENT.missingNode();
    }

    private static boolean isLink(JsonNode value) {
        return value.isArray()
                && value.size() == 2
                && value.get(0).isValueNode()
                && value.get(1).isInt();
    }

    private JsonNode source(JsonNode link) {
        return isLink(link) ? nodes.get(link.get(0).asText()) : null;
    }
}
