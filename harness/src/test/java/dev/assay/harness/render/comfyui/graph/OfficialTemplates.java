package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Facts of ComfyUI's own templates by the name of a variant: golden/comfyui_templates.json, of src/test/python/golden_templates.py. */
final class OfficialTemplates {
    static final JsonNode GOLDEN = read();
    static final JsonNode VARIANTS = GOLDEN.get("variants");

    private OfficialTemplates() {}

    private static JsonNode read() {
        try (InputStream in = OfficialTemplates.class.getResourceAsStream("/golden/comfyui_templates.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Variants that no template has, with the file of their model: SD 1.5 of ComfyUI's first example, Krea 2 raw of diffusers'
     * example, SDXL with v-prediction of its best-known model's card.
     */
    static final Map<String, String> WITHOUT = Map.of(
            "sd15", "v1-5-pruned-emaonly-fp16.safetensors",
            "sdxl-vpred", "NoobAI-XL-Vpred-v1.0.safetensors",
            "krea2-raw", "krea2_raw_bf16.safetensors");

    /** The file of a variant's model. */
    static String model(String variant) {
        return WITHOUT.containsKey(variant)
                ? WITHOUT.get(variant)
                : VARIANTS.required(variant).required("model").asText();
    }
}
