package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;

/** Writes one node of a graph. */
final class NodeWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String id;
    private final ObjectNode inputs;

    private NodeWriter(String id, ObjectNode inputs) {
        this.id = id;
        this.inputs = inputs;
    }

    static NodeWriter add(ObjectNode graph, String id, String nodeClass) {
        ObjectNode node = graph.putObject(id);
        node.put("class_type", nodeClass);
        return new NodeWriter(id, node.putObject("inputs"));
    }

    NodeWriter put(String input, String value) {
        inputs.put(input, value);
        return this;
    }

    NodeWriter put(String input, int value) {
        inputs.put(input, value);
        return this;
    }

    NodeWriter put(String input, double value) {
        inputs.put(input, value);
        return this;
    }

    NodeWriter put(String input, boolean value) {
        inputs.put(input, value);
        return this;
    }

    NodeWriter put(String input, JsonNode value) {
        inputs.set(input, value);
        return this;
    }

    /** Links an output of another node, as {@link #link} makes it. */
    NodeWriter link(String input, JsonNode link) {
        inputs.set(input, link.deepCopy());
        return this;
    }

    /**
     * The inputs of a loader of one LoRA.
     *
     * @param clip null where the loader takes no text encoder, and no strength for it
     */
    NodeWriter lora(JsonNode model, JsonNode clip, String file, double strengthModel, double strengthClip) {
        link("model", model);
        if (clip != null) {
            link("clip", clip);
        }
        put("lora_name", file).put("strength_model", strengthModel);
        return clip == null ? this : put("strength_clip", strengthClip);
    }

    /** An output of this node. */
    ArrayNode out(int slot) {
        return link(id, slot);
    }

    static ArrayNode link(String id, int slot) {
        return JSON.arrayNode().add(id).add(slot);
    }

    /** A seed of 64 bits without a sign. */
    static JsonNode seed(long unsigned) {
        return JSON.numberNode(new BigInteger(Long.toUnsignedString(unsigned)));
    }
}
