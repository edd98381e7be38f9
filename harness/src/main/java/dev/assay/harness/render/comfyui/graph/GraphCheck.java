package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.Finding;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks a graph against a server's node list before it is posted. */
public final class GraphCheck {
    private final ComfyGraph graph;
    private final ServerNodes nodes;
    private final boolean ours;
    private final List<Finding> findings = new ArrayList<>();

    private GraphCheck(ComfyGraph graph, ServerNodes nodes, boolean ours) {
        this.graph = graph;
        this.nodes = nodes;
        this.ours = ours;
    }

    /** The node classes to ask the server for. */
    public static Set<String> classes(ObjectNode graph) {
        Set<String> classes = new LinkedHashSet<>();
        graph.forEach(node -> classes.add(node.path("class_type").asText()));
        return classes;
    }

    /**
     * The graph with inputs that younger versions of ComfyUI brought: where the server's node needs one that the graph does
     * not set, and it names no file, it gets the node's own default, as in the editor; a note says so.
     *
     * @param nodes knows {@link #classes}
     */
    public static ComfyGraph complete(ComfyGraph graph, ServerNodes nodes) {
        ObjectNode completed = graph.nodes().deepCopy();
        List<String> notes = new ArrayList<>(graph.notes());
        for (Map.Entry<String, JsonNode> each : completed.properties()) {
            String nodeClass = each.getValue().path("class_type").asText();
            ObjectNode inputs = (ObjectNode) each.getValue().get("inputs");
            for (String name : nodes.required(nodeClass)) {
                Optional<JsonNode> own = nodes.defaultOf(nodeClass, name)
                        .filter(value -> !inputs.has(name) && !NotOffered.isFile(name, value.asText()));
                own.ifPresent(value -> {
                    inputs.set(name, value);
                    notes.add("node " + each.getKey() + " (" + PlainText.line(nodeClass)
                            + "): the server's version also takes " + PlainText.line(name) + "; it is "
                            + PlainText.line(value.asText()) + ", the node's own default");
                });
            }
        }
        return new ComfyGraph(
                completed, graph.outputNode(), graph.samplerNode(), graph.negative(), graph.settings(), notes);
    }

    /**
     * All that is wrong: node classes and files that the server does not have, words that it does not know, inputs that are
     * missing, links to nowhere. An input that a node does not know is ignored by the server without a word: an error in a
     * graph of ours; in a user's graph an error where it looks like a misspelled one, else a warning.
     *
     * @param nodes knows {@link #classes}
     * @param ours whether {@link TextToImage} wrote the graph
     * @return empty if nothing is wrong; with an {@code ERROR} in it the graph must not be posted
     */
    public static List<Finding> check(ComfyGraph graph, ServerNodes nodes, boolean ours) {
        return new GraphCheck(graph, nodes, ours).check();
    }

    private List<Finding> check() {
        for (Map.Entry<String, JsonNode> each : graph.nodes().properties()) {
            String nodeClass = each.getValue().path("class_type").asText();
            String where = "node " + each.getKey() + " (" + PlainText.line(nodeClass) + ")";
            if (!nodes.has(nodeClass)) {
                error(where + ": the server has no such node; " + NodePacks.advice(nodeClass));
                continue;
            }
            each.getValue()
                    .path("inputs")
                    .properties()
                    .forEach(input -> check(each.getKey(), nodeClass, where, input.getKey(), input.getValue()));
            missing(nodeClass, where, each.getValue().path("inputs"));
        }
        return List.copyOf(findings);
    }

    private void check(String id, String nodeClass, String where, String input, JsonNode value) {
        if (input.equals(TextToImage.NONCE)) {
            return;
        }
        if (!nodes.inputs(nodeClass).contains(input)) {
            unknown(nodeClass, where, input);
        } else if (Links.isLink(value)) {
            JsonNode target = graph.nodes().get(value.get(0).asText());
            if (target == null) {
                error(where + ": " + input + " is linked to node "
                        + PlainText.line(value.get(0).asText()) + ", which is not in the graph");
            } else {
                slot(
                        where,
                        input,
                        value.get(1).asInt(),
                        target.path("class_type").asText());
            }
        } else {
            nodes.options(nodeClass, input)
                    .filter(offered -> value.isValueNode() && !offered.contains(value.asText()))
                    .ifPresent(offered -> {
                        String setting = graph.setting(id, input);
                        error(NotOffered.message(
                                setting.isEmpty() ? where + ": " + input : setting, input, value.asText(), offered));
                    });
        }
    }

    private void slot(String where, String input, int slot, String targetClass) {
        if (nodes.has(targetClass) && nodes.outputs(targetClass) > 0 && slot >= nodes.outputs(targetClass)) {
            error(where + ": " + input + " is linked to output " + slot + " of a " + PlainText.line(targetClass)
                    + ", which has " + nodes.outputs(targetClass));
        }
    }

    /** {@code resize_type.width} belongs to the input {@code resize_type}. */
    private void unknown(String nodeClass, String where, String input) {
        Set<String> known = nodes.inputs(nodeClass);
        int dot = input.indexOf('.');
        if (dot > 0 && known.contains(input.substring(0, dot))) {
            return;
        }
        Optional<String> near = DidYouMean.to(input, known);
        String text = where + ": it has no input " + PlainText.line(input)
                + ", and the server would ignore it without a word"
                + near.map(n -> "; did you mean " + n + "?").orElse("; its inputs are " + String.join(", ", known));
        if (ours || near.isPresent()) {
            error(text);
        } else {
            findings.add(new Finding(Finding.Level.WARNING, text));
        }
    }

    private void missing(String nodeClass, String where, JsonNode inputs) {
        for (String name : nodes.required(nodeClass)) {
            if (!inputs.has(name)) {
                error(where + ": the server's version of this node needs an input " + name
                        + " that the graph does not set");
            }
        }
    }

    private void error(String text) {
        findings.add(new Finding(Finding.Level.ERROR, text));
    }
}
