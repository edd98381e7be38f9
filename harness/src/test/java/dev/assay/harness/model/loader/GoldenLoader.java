package dev.assay.harness.model.loader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.lora.BaseModules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** What ComfyUI's own loader takes: golden/comfyui_loader.json.gz, of src/test/python/golden_comfyui_loader.py. */
final class GoldenLoader {
    static final JsonNode GOLDEN = read();

    /** Families of the base models, as the files' layers tell them. */
    static final Map<String, String> FAMILIES = Map.ofEntries(
            Map.entry("sd15", "sd15"),
            Map.entry("sdxl", "sdxl"),
            Map.entry("sd35-large", "sd3"),
            Map.entry("sd35-medium", "sd3"),
            Map.entry("flux1-dev", "flux1"),
            Map.entry("flux1-dev-diffusers", "flux1"),
            Map.entry("flux1-fill", "flux1"),
            Map.entry("flux1-schnell", "flux1-schnell"),
            Map.entry("flux2-klein-4b", "flux2"),
            Map.entry("chroma", "chroma"),
            Map.entry("hidream-i1", "hidream-i1"),
            Map.entry("qwen-image", "qwen-image"),
            Map.entry("z-image", "z-image"),
            Map.entry("z-image-diffusers", "z-image"),
            Map.entry("krea2", "krea2"),
            Map.entry("anima", "anima"),
            Map.entry("lumina2", "lumina2"),
            Map.entry("wan21-1.3b", "wan"));

    private static final Map<String, BaseModules> BASES = new HashMap<>();

    private GoldenLoader() {}

    private static JsonNode read() {
        try (InputStream in =
                new GZIPInputStream(GoldenLoader.class.getResourceAsStream("/golden/comfyui_loader.json.gz"))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names and shapes of a base model. */
    static Map<String, List<Long>> shapes(String base) {
        return shapes(GOLDEN.get("bases").get(base));
    }

    static Map<String, List<Long>> shapes(JsonNode node) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        node.properties().forEach(e -> shapes.put(e.getKey(), shape(e.getValue())));
        return shapes;
    }

    static BaseModules base(String name) {
        return BASES.computeIfAbsent(name, n -> BaseModules.of(shapes(n)));
    }

    private static List<Long> shape(JsonNode node) {
        List<Long> shape = new ArrayList<>();
        node.forEach(d -> shape.add(d.asLong()));
        return shape;
    }

    /** The keys of a case, in the order of its answers. */
    static Map<String, List<Long>> keys(JsonNode test, JsonNode names) {
        Map<String, List<Long>> keys = new LinkedHashMap<>();
        String prefix = test.get("prefix").asText();
        boolean flat = test.get("flat").asBoolean();
        names.get(test.get("names").asText()).properties().forEach(e -> {
            String module = flat ? e.getKey().replace('.', '_') : e.getKey();
            for (JsonNode suffix : test.get("suffixes")) {
                keys.put(prefix + module + suffix.asText(), shape(suffix.asText(), shape(e.getValue())));
            }
        });
        return keys;
    }

    /** Shape of a tensor; for the loader only the number of dimensions of rotations matters. */
    private static List<Long> shape(String suffix, List<Long> weight) {
        return switch (suffix) {
            case ".oft_blocks", ".oft_diag" -> List.of(1L, weight.get(0), weight.get(0));
            case ".alpha", ".on_input" -> List.of();
            case ".reshape_weight" -> List.of(2L);
            default -> weight;
        };
    }
}
