package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Where a value goes in a graph.
 *
 * @param word within a text that is otherwise kept; null to replace the whole value
 */
record Place(String node, String input, String word) {
    Place(String node, String input) {
        this(node, input, null);
    }

    void write(ObjectNode graph, JsonNode value) {
        ObjectNode inputs = Wiring.inputs(graph, node);
        String before = inputs.path(input).asText();
        inputs.set(
                input,
                word == null || before.equals(word)
                        ? value
                        : JsonNodeFactory.instance.textNode(before.replace(word, value.asText())));
    }
}
