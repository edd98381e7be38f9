package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a server says of its node classes ({@code GET /object_info/CLASS}): which it has, what they take, and the files and
 * words to choose from.
 */
public final class ServerNodes {
    /** Every class that {@link ModelSource#onServer}, {@link PartFiles#choose} and the lists below look at. */
    public static final List<String> LOADERS = List.of(
            "CheckpointLoaderSimple",
            "UNETLoader",
            "UnetLoaderGGUF",
            "CLIPLoader",
            "CLIPLoaderGGUF",
            "VAELoader",
            "LoraLoader",
            "KSampler");

    /** @param defaults of the inputs that have one; the first choice where a choice names none */
    private record NodeInfo(
            Map<String, JsonNode> defaults,
            Map<String, List<String>> options,
            Set<String> required,
            Set<String> optional,
            int outputs) {}

    private final Map<String, Optional<NodeInfo>> nodes;

    private ServerNodes(Map<String, Optional<NodeInfo>> nodes) {
        this.nodes = nodes;
    }

    /**
     * From the answers for single classes. An unknown class is answered with {@code {}}.
     *
     * @param answers by the class that was asked for
     * @throws GraphException on an answer of another form
     */
    public static ServerNodes of(Map<String, JsonNode> answers) {
        Map<String, Optional<NodeInfo>> nodes = new LinkedHashMap<>();
        answers.forEach((name, answer) -> {
            if (!answer.isObject()) {
                throw new GraphException("/object_info/" + PlainText.line(name) + ": expected a JSON object, found "
                        + PlainText.line(answer.toString()) + "; is this a ComfyUI server?");
            }
            nodes.put(name, Optional.ofNullable(answer.get(name)).map(info -> read(name, info)));
        });
        return new ServerNodes(nodes);
    }

    /** This and another server's answers together; the other's win. */
    public ServerNodes and(ServerNodes more) {
        Map<String, Optional<NodeInfo>> all = new LinkedHashMap<>(nodes);
        all.putAll(more.nodes);
        return new ServerNodes(all);
    }

    /** Those of {@code classes} that were not asked for yet. */
    public Set<String> unasked(Collection<String> classes) {
        Set<String> missing = new LinkedHashSet<>(classes);
        missing.removeAll(nodes.keySet());
        return missing;
    }

    public boolean has(String nodeClass) {
        return info(nodeClass).isPresent();
    }

    /** What an input chooses from; empty if the class or input is unknown, or takes any value. */
    public Optional<List<String>> options(String nodeClass, String input) {
        return info(nodeClass).map(i -> i.options().get(input));
    }

    /** The server's own spelling of a file's name; {@code \} and {@code /} are the same, all else is exact. */
    public Optional<String> file(String nodeClass, String input, String name) {
        return options(nodeClass, input).flatMap(offered -> ServerFiles.find(name, offered));
    }

    /** Names of the inputs, required ones first; empty if the class is unknown. */
    public Set<String> inputs(String nodeClass) {
        return info(nodeClass)
                .map(i -> {
                    Set<String> all = new LinkedHashSet<>(i.required());
                    all.addAll(i.optional());
                    return all;
                })
                .orElse(Set.of());
    }

    public Set<String> required(String nodeClass) {
        return info(nodeClass).map(NodeInfo::required).orElse(Set.of());
    }

    /** What the node's own author sets an input to. */
    Optional<JsonNode> defaultOf(String nodeClass, String input) {
        return info(nodeClass).map(i -> i.defaults().get(input));
    }

    /** Number of outputs; 0 if the class is unknown. */
    int outputs(String nodeClass) {
        return info(nodeClass).map(NodeInfo::outputs).orElse(0);
    }

    public List<String> loras() {
        return options("LoraLoader", "lora_name").orElse(List.of());
    }

    private Optional<NodeInfo> info(String nodeClass) {
        return nodes.getOrDefault(nodeClass, Optional.empty());
    }

    private static NodeInfo read(String name, JsonNode info) {
        JsonNode input = info.path("input");
        if (!input.isObject()) {
            throw new GraphException("/object_info/" + PlainText.line(name)
                    + ": expected \"input\" to be an object, found " + PlainText.line(input.toString()));
        }
        Map<String, List<String>> options = new LinkedHashMap<>();
        Map<String, JsonNode> defaults = new LinkedHashMap<>();
        return new NodeInfo(
                defaults,
                options,
                names(input.path("required"), options, defaults),
                names(input.path("optional"), options, defaults),
                info.path("output").size());
    }

    private static Set<String> names(
            JsonNode inputs, Map<String, List<String>> options, Map<String, JsonNode> defaults) {
        Set<String> names = new LinkedHashSet<>();
        inputs.properties().forEach(e -> {
            names.add(e.getKey());
            Optional<List<String>> choices = choices(e.getValue());
            choices.ifPresent(list -> options.put(e.getKey(), list));
            JsonNode given = e.getValue().path(1).path("default");
            if (given.isValueNode() && !given.isNull()) {
                defaults.put(e.getKey(), given);
            } else if (choices.isPresent() && !choices.get().isEmpty()) {
                defaults.put(e.getKey(), TextNode.valueOf(choices.get().get(0)));
            }
        });
        return Collections.unmodifiableSet(names);
    }

    /** {@code [[a, b], {...}]}, and in the younger form {@code ["COMBO", {"options": [a, b]}]}. */
    static Optional<List<String>> choices(JsonNode spec) {
        JsonNode first = spec.path(0);
        JsonNode list = first.isArray()
                ? first
                : first.asText().equals("COMBO") ? spec.path(1).path("options") : null;
        if (list == null || !list.isArray()) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        list.forEach(word -> words.add(word.asText()));
        return Optional.of(Collections.unmodifiableList(words));
    }
}
