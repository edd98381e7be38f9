package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph that can be posted as the {@code prompt} of ComfyUI's {@code POST /prompt}.
 *
 * @param nodes by id: {@code {"class_type", "inputs"}}
 * @param outputNode id of the node that saves or previews the picture
 * @param samplerNode id of the node that reports the sampler's steps
 * @param negative text of the negative prompt that is sent; empty where none is
 * @param settings the user's setting behind an input, by {@code nodeId/input}; inputs that no setting decides are absent
 * @param notes what a person should know of this graph
 */
public record ComfyGraph(
        ObjectNode nodes,
        String outputNode,
        String samplerNode,
        String negative,
        Map<String, String> settings,
        List<String> notes) {
    public ComfyGraph {
        settings = Map.copyOf(settings);
        notes = List.copyOf(notes);
    }

    /** The same graph with other nodes: what else is said of it holds for them too. */
    public ComfyGraph with(ObjectNode others) {
        return new ComfyGraph(others, outputNode, samplerNode, negative, settings, notes);
    }

    /** Ids of the nodes that load the LoRAs under test. */
    public Set<String> loras() {
        return loras(true);
    }

    /** Ids of the nodes that load LoRAs which the workflow has of its own. */
    public Set<String> otherLoras() {
        return loras(false);
    }

    private Set<String> loras(boolean underTest) {
        Set<String> ids = new LinkedHashSet<>();
        nodes.properties().forEach(n -> {
            String input = "lora_name";
            if (n.getValue().path("inputs").has(input)
                    && setting(n.getKey(), input).isEmpty() != underTest) {
                ids.add(n.getKey());
            }
        });
        return ids;
    }

    /** The graph without the workflow's own LoRAs: what the server then says of LoRAs is said of those under test. */
    public ComfyGraph withoutOtherLoras() {
        ObjectNode fewer = nodes.deepCopy();
        otherLoras().stream()
                .filter(id -> Links.isLink(Wiring.inputs(fewer, id).path("model")))
                .forEach(id -> Wiring.bypass(fewer, id));
        return with(fewer);
    }

    /** The setting that decides an input; empty text if none is known. */
    public String setting(String nodeId, String input) {
        return settings.getOrDefault(nodeId + "/" + input, "");
    }
}
