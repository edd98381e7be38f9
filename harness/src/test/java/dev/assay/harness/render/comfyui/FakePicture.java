package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** "Renders" a graph: noise that depends on everything that would decide the pixels, and on nothing else. */
final class FakePicture {
    private static final String LORA = "LoraLoader";

    private FakePicture() {}

    /** @param output id of the node that saves the picture */
    static Image of(JsonNode graph, String output) {
        int width = 64;
        int height = 64;
        for (JsonNode node : graph) {
            if (node.path("class_type").asText().matches("Empty.*Latent.*")) {
                width = node.path("inputs").path("width").asInt();
                height = node.path("inputs").path("height").asInt();
            }
        }
        String meaning = meaning(graph, graph.path(output).path("inputs").path("images"));
        byte[] rgb = new byte[width * height * 3];
        new Random(meaning.hashCode() * 31L + meaning.length()).nextBytes(rgb);
        return Image.of(width, height, rgb);
    }

    static byte[] png(Image image, String prompt) {
        return Png.encode(image, Map.of("prompt", prompt));
    }

    /** A node's class, inputs and all that is before it; a LoRA of strength 0 is not there, nor are inputs that no node has. */
    private static String meaning(JsonNode graph, JsonNode link) {
        JsonNode node = graph.path(link.path(0).asText());
        String type = node.path("class_type").asText();
        JsonNode inputs = node.path("inputs");
        int slot = link.path(1).asInt();
        if (type.startsWith(LORA)) {
            double strength = (slot == 0 ? inputs.path("strength_model") : inputs.path("strength_clip")).asDouble();
            if (strength == 0 || isDead(inputs.path("lora_name").asText(), slot, strength)) {
                return meaning(graph, inputs.path(slot == 0 ? "model" : "clip"));
            }
        }
        TreeMap<String, String> words = new TreeMap<>();
        inputs.properties().stream()
                .filter(i -> !i.getKey().startsWith("_") && !i.getKey().equals("filename_prefix"))
                .forEach(i -> words.put(
                        i.getKey(), i.getValue().isArray() ? meaning(graph, i.getValue()) : text(i.getValue())));
        return type + slot + words;
    }

    /** What a LoRA's name says of its parts for the diffusion model (slot 0) and the text encoder; no number times 0 is none. */
    private static boolean isDead(String lora, int slot, double strength) {
        return switch (lora) {
            case "sdxl-style.safetensors", "text-alone.safetensors" -> slot == 0;
            case "untrained-model.safetensors" -> slot == 0 && !Double.isNaN(strength);
            case "untrained.safetensors" -> !Double.isNaN(strength);
            default -> false;
        };
    }

    /** 7 and 7.0 are one number. */
    private static String text(JsonNode value) {
        return value.isNumber() ? value.decimalValue().stripTrailingZeros().toPlainString() : value.toString();
    }
}
