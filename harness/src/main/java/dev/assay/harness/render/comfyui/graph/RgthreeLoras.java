package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Replaces {@code Power Lora Loader (rgthree)} by ComfyUI's own loaders. That node goes on without a file that is missing,
 * and takes one with a similar name instead: another LoRA would be judged.
 */
final class RgthreeLoras {
    private static final String CLASS = "Power Lora Loader (rgthree)";

    private RgthreeLoras() {}

    static void expand(String name, ObjectNode graph) {
        List<String> ids = graph.properties().stream()
                .map(Map.Entry::getKey)
                .filter(id -> Wiring.nodeClass(graph, id).equals(CLASS))
                .toList();
        ids.forEach(id -> expand(name, graph, id));
    }

    private static void expand(String name, ObjectNode graph, String id) {
        ObjectNode inputs = Wiring.inputs(graph, id);
        JsonNode model = inputs.path("model");
        JsonNode clip = Links.isLink(inputs.path("clip")) ? inputs.get("clip") : null;
        if (!Links.isLink(model)) {
            throw new GraphException(name + ": node " + Wiring.shown(graph, id) + " is linked to no model");
        }
        boolean both = clip != null;
        List<String> added = new ArrayList<>();
        String title = Wiring.title(graph, id);
        for (LoraEntry lora : entries(name, graph, id)) {
            String newId = Integer.toString(Wiring.nextId(graph));
            NodeWriter node = NodeWriter.add(graph, newId, both ? "LoraLoader" : "LoraLoaderModelOnly")
                    .lora(model, clip, lora.file(), lora.strength(), lora.strengthClip());
            model = node.out(0);
            clip = both ? node.out(1) : null;
            ((ObjectNode) graph.get(newId))
                    .putObject("_meta")
                    .put("title", title)
                    .put(Wiring.OF_NODE, id)
                    .put(Wiring.OF_CLASS, CLASS);
            added.add(newId);
        }
        added.add(id);
        Wiring.relink(graph, id, 0, model, Set.copyOf(added));
        if (both) {
            Wiring.relink(graph, id, 1, clip, Set.copyOf(added));
        }
        graph.remove(id);
        if (Wiring.used(graph).contains(id)) {
            throw new GraphException(name + ": node " + PlainText.line(id) + " (" + CLASS
                    + "): its CLIP output is used, but no CLIP is linked to it");
        }
    }

    private record LoraEntry(String file, double strength, double strengthClip) {}

    /** Those that are switched on, in order. The place of the LoRA under test is kept whatever is switched on. */
    private static List<LoraEntry> entries(String name, ObjectNode graph, String id) {
        String where = name + ": node " + Wiring.shown(graph, id);
        if (Placeholders.inTitle(where, Wiring.title(graph, id)).contains(Placeholders.LORA)) {
            return List.of(new LoraEntry(Placeholders.LORA, 1, 1));
        }
        List<LoraEntry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> e : Wiring.inputs(graph, id).properties()) {
            JsonNode value = e.getValue();
            boolean lora = e.getKey().toLowerCase(Locale.ROOT).startsWith("lora_") && value.isObject();
            if (!lora || !value.path("on").asBoolean()) {
                continue;
            }
            String file = value.path("lora").asText("None");
            double strength = value.path("strength").asDouble(1);
            JsonNode two = value.path("strengthTwo");
            double strengthClip = two.isNumber() ? two.asDouble() : strength;
            if (file.equals("None") || (strength == 0 && strengthClip == 0)) {
                continue;
            }
            if (!value.path("lora").isTextual() || !value.path("strength").isNumber()) {
                throw new GraphException(name + ": node " + Wiring.shown(graph, id) + ": " + PlainText.line(e.getKey())
                        + ": expected {\"on\", \"lora\", \"strength\"}, found " + PlainText.line(value.toString()));
            }
            entries.add(new LoraEntry(file, strength, strengthClip));
        }
        return entries;
    }
}
