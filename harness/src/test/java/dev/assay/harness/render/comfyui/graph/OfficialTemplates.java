package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

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

    /** The file of a variant's model; of SD 1.5, for which there is no template, that of ComfyUI's examples. */
    static String model(String variant) {
        return variant.equals("sd15")
                ? "v1-5-pruned-emaonly-fp16.safetensors"
                : VARIANTS.required(variant).required("model").asText();
    }
}
