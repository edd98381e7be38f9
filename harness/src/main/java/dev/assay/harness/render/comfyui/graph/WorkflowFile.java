package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a workflow in API format: nodes by id, links that lead somewhere, no circle. The file is a stranger's. */
final class WorkflowFile {
    static final int MAX_BYTES = 16 << 20;
    private static final int MAX_NODES = 5000;
    private static final int MAX_DEPTH = 64;

    private static final JsonMapper JSON = Json.bounded(
                    Json.bounds(MAX_DEPTH, 64).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private WorkflowFile() {}

    /**
     * The nodes of a workflow; those of {@code {"prompt": {...}}}, the body of a {@code POST /prompt}, as well.
     *
     * @param name of the file, for messages
     * @throws GraphException saying where the file is wrong and how to export a right one
     */
    static ObjectNode read(String name, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new GraphException(name + ": expected a workflow of at most " + (MAX_BYTES >> 20) + " MiB, found "
                    + bytes.length + " bytes");
        }
        JsonNode root;
        try {
            root = JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new GraphException(
                    name + ": expected JSON, found "
                            + PlainText.line(String.valueOf(Trouble.ofParser(e.getOriginalMessage())))
                            + (e.getLocation() == null
                                    ? ""
                                    : " (line " + e.getLocation().getLineNr() + ", column "
                                            + e.getLocation().getColumnNr() + ")"),
                    e);
        } catch (IOException e) {
            throw new GraphException(name + ": cannot be read: " + e.getMessage(), e);
        }
        if (root.path("nodes").isArray() || root.path("links").isArray()) {
            throw new GraphException(name + ": this is a workflow as ComfyUI's editor saves it; in the editor choose"
                    + " Workflow > Export (API) (older versions: switch on dev mode in the settings, then Save (API"
                    + " Format)) and give that file");
        }
        JsonNode nodes =
                root.path("prompt").isObject() && !root.path("prompt").has("class_type") ? root.get("prompt") : root;
        if (!(nodes instanceof ObjectNode graph) || graph.isEmpty()) {
            throw new GraphException(name + ": expected nodes by id, {\"1\": {\"class_type\": ..., \"inputs\": ...}},"
                    + " found " + (root.isObject() ? "none" : PlainText.line(root.toString())));
        }
        if (graph.size() > MAX_NODES) {
            throw new GraphException(name + ": expected at most " + MAX_NODES + " nodes, found " + graph.size());
        }
        graph.properties().forEach(e -> checkNode(name, e.getKey(), e.getValue(), graph));
        checkNumbers(name, graph);
        checkOrder(name, graph);
        return graph;
    }

    private static void checkNode(String name, String id, JsonNode node, ObjectNode graph) {
        String where = name + ": node " + PlainText.line(id);
        if (!node.path("class_type").isTextual() || !node.path("inputs").isObject()) {
            throw new GraphException(where + ": expected class_type and inputs, found "
                    + PlainText.line(node.toString()) + "; export the workflow again as API");
        }
        node.get("inputs").properties().forEach(input -> {
            JsonNode value = input.getValue();
            if (Links.isLink(value) && (!graph.has(Links.id(value)) || Links.slot(value) < 0)) {
                throw new GraphException(where + ": " + PlainText.line(input.getKey()) + " is linked to "
                        + PlainText.line(value.toString())
                        + ", which is not in the file; export the workflow again as API");
            }
        });
    }

    /** 1e999 is read as infinity, which JSON cannot say again. */
    private static void checkNumbers(String name, JsonNode root) {
        Deque<JsonNode> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            JsonNode node = open.pop();
            if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
                throw new GraphException(name + ": a number is too large");
            }
            node.forEach(open::push);
        }
    }

    /** Nodes are taken away as long as one waits for none; what stays goes in a circle. */
    private static void checkOrder(String name, ObjectNode graph) {
        Map<String, Set<String>> waits = new HashMap<>();
        Map<String, Set<String>> waiting = new HashMap<>();
        graph.properties().forEach(e -> {
            Set<String> sources = new HashSet<>();
            e.getValue().get("inputs").forEach(v -> {
                if (Links.isLink(v)) {
                    sources.add(Links.id(v));
                    waiting.computeIfAbsent(Links.id(v), k -> new HashSet<>()).add(e.getKey());
                }
            });
            waits.put(e.getKey(), sources);
        });
        Deque<String> free = new ArrayDeque<>();
        waits.forEach((id, sources) -> {
            if (sources.isEmpty()) {
                free.add(id);
            }
        });
        while (!free.isEmpty()) {
            String done = free.pop();
            waits.remove(done);
            for (String next : waiting.getOrDefault(done, Set.of())) {
                Set<String> sources = waits.get(next);
                if (sources.remove(done) && sources.isEmpty()) {
                    free.add(next);
                }
            }
        }
        if (!waits.isEmpty()) {
            throw new GraphException(name + ": the nodes "
                    + PlainText.line(
                            String.join(", ", waits.keySet().stream().sorted().toList()))
                    + " wait for each other; cut one of their links");
        }
    }
}
