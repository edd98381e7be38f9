package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;

/** Links between nodes: {@code ["nodeId", slot]}. */
final class Links {
    private Links() {}

    /** Exactly two items: an id and a number. */
    static boolean isLink(JsonNode value) {
        return value != null
                && value.isArray()
                && value.size() == 2
                && (value.get(0).isTextual() || value.get(0).isIntegralNumber())
                && value.get(1).isIntegralNumber();
    }

    static String id(JsonNode link) {
        return link.get(0).asText();
    }

    static int slot(JsonNode link) {
        return link.get(1).asInt();
    }
}
