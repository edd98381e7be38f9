package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What holds for any graph that a server runs. */
final class GraphShape {
    /** Outputs of the classes in the tests; others have one. */
    private static final Map<String, Integer> OUTPUTS = Map.of(
            "CheckpointLoaderSimple",
            3,
            "LoraLoader",
            2,
            "SaveImage",
            0,
            "PreviewImage",
            0,
            "SamplerCustomAdvanced",
            2,
            "TextEncodeQwenImage21",
            3);

    private GraphShape() {}

    static List<String> problems(ComfyGraph graph) {
        List<String> problems = new ArrayList<>();
        Set<String> reached = new HashSet<>(Set.of(graph.outputNode()));
        Deque<String> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            String id = open.pop();
            JsonNode node = graph.nodes().path(id);
            if (node.path("class_type").asText().isEmpty()) {
                problems.add(id + " is no node");
            }
            for (JsonNode value : node.path("inputs")) {
                if (!value.isArray()) {
                    continue;
                }
                String target = value.path(0).asText();
                int outputs = OUTPUTS.getOrDefault(
                        graph.nodes().path(target).path("class_type").asText(), 1);
                if (value.size() != 2 || !value.get(1).isInt() || value.get(1).asInt() >= outputs) {
                    problems.add(id + " has the link " + value);
                }
                if (reached.add(target)) {
                    open.push(target);
                }
            }
        }
        graph.nodes().fieldNames().forEachRemaining(id -> {
            if (!reached.contains(id)) {
                problems.add(id + " leads nowhere");
            }
        });
        if (!reached.contains(graph.samplerNode())) {
            problems.add("no sampler");
        }
        return problems;
    }
}
