package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.text.PlainText;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks at and changes the links of a graph. */
final class Wiring {
    /** In {@code _meta}: the node of the user's file that this one stands for. */
    static final String OF_NODE = "assay_node";

    /** In {@code _meta}: the class of that node. */
    static final String OF_CLASS = "assay_class";

    private Wiring() {}

    static ObjectNode inputs(ObjectNode graph, String id) {
        return (ObjectNode) graph.get(id).get("inputs");
    }

    static String nodeClass(ObjectNode graph, String id) {
        return graph.path(id).path("class_type").asText();
    }

    static String title(ObjectNode graph, String id) {
        return graph.path(id).path("_meta").path("title").asText("");
    }

    /** A server need not know which nodes of the user's file its nodes stand for. */
    static void forgetOrigins(ObjectNode graph) {
        graph.forEach(node -> {
            if (node.path("_meta") instanceof ObjectNode meta) {
                meta.remove(List.of(OF_NODE, OF_CLASS));
            }
        });
    }

    /** Like {@code 12 (LoraLoader, "style")}, as the user's file has it. */
    static String shown(ObjectNode graph, String id) {
        String title = title(graph, id);
        JsonNode meta = graph.path(id).path("_meta");
        String name = meta.path(OF_CLASS).asText(nodeClass(graph, id));
        return PlainText.line(meta.path(OF_NODE).asText(id)) + " (" + PlainText.line(name)
                + (title.isEmpty() || title.equals(name) ? "" : ", \"" + PlainText.line(title) + "\"") + ")";
    }

    static String shown(ObjectNode graph, Collection<String> ids) {
        return String.join(
                ", ", ids.stream().map(id -> shown(graph, id)).distinct().toList());
    }

    /** A node and all that it needs, itself first. */
    static Set<String> upstream(ObjectNode graph, String id) {
        Set<String> seen = new LinkedHashSet<>(Set.of(id));
        Deque<String> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            for (JsonNode value : inputs(graph, open.pop())) {
                if (Links.isLink(value) && seen.add(Links.id(value))) {
                    open.add(Links.id(value));
                }
            }
        }
        return seen;
    }

    /** Ids that some node links to. */
    static Set<String> used(ObjectNode graph) {
        Set<String> used = new LinkedHashSet<>();
        graph.forEach(node -> node.path("inputs").forEach(v -> {
            if (Links.isLink(v)) {
                used.add(Links.id(v));
            }
        }));
        return used;
    }

    /** Whether some node links to an output. */
    static boolean isUsed(ObjectNode graph, String id, int slot) {
        return graph.properties().stream()
                .flatMap(n -> inputs(graph, n.getKey()).properties().stream().map(Map.Entry::getValue))
                .anyMatch(v -> Links.isLink(v) && Links.id(v).equals(id) && Links.slot(v) == slot);
    }

    /** Every link to an output of a node leads to {@code to} instead, but for those of some nodes. */
    static void relink(ObjectNode graph, String id, int slot, JsonNode to, Set<String> except) {
        for (Map.Entry<String, JsonNode> node : graph.properties()) {
            if (except.contains(node.getKey())) {
                continue;
            }
            ObjectNode inputs = inputs(graph, node.getKey());
            List<String> names = inputs.properties().stream()
                    .filter(e -> Links.isLink(e.getValue())
                            && Links.id(e.getValue()).equals(id)
                            && Links.slot(e.getValue()) == slot)
                    .map(Map.Entry::getKey)
                    .toList();
            names.forEach(name -> inputs.set(name, to.deepCopy()));
        }
    }

    /** Takes a LoRA's node out: who used its outputs uses its inputs. */
    static void bypass(ObjectNode graph, String id) {
        ObjectNode inputs = inputs(graph, id);
        JsonNode model = inputs.path("model");
        JsonNode clip = inputs.path("clip");
        if (Links.isLink(model)) {
            relink(graph, id, 0, model, Set.of(id));
        }
        if (Links.isLink(clip)) {
            relink(graph, id, 1, clip, Set.of(id));
        }
        graph.remove(id);
    }

    /** A number above all that are in use; ids of sub-graphs like {@code 30:6} count with all their numbers. */
    static int nextId(ObjectNode graph) {
        int most = 0;
        for (Map.Entry<String, JsonNode> node : graph.properties()) {
            for (String part : node.getKey().split(":", -1)) {
                if (part.matches("[0-9]{1,8}")) {
                    most = Math.max(most, Integer.parseInt(part));
                }
            }
        }
        return most + 1;
    }
}
