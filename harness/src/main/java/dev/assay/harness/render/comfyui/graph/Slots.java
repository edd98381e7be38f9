package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the places of prompt, seed, size and so on in a workflow: first by placeholders, then from its sampler on. */
final class Slots {
    private static final Set<String> TEXTS =
            Set.of("text", "prompt", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "llama");
    private static final Set<String> LITERALS = Set.of(
            "value",
            "text",
            "string",
            "prompt",
            "seed",
            "noise_seed",
            "int",
            "float",
            "number",
            "sampler_name",
            "scheduler");
    private static final List<String> LATENT_LINKS = List.of("latent_image", "samples", "latent");

    /** The inputs that a word in a node's title may mean. */
    private static final Map<String, List<String>> BY_WORD = Map.ofEntries(
            Map.entry(Placeholders.PROMPT, textInputs("positive")),
            Map.entry(Placeholders.NEGATIVE, textInputs("negative")),
            Map.entry(Placeholders.SEED, List.of("seed", "noise_seed", "value", "int")),
            Map.entry(Placeholders.WIDTH, List.of("width", "value", "int")),
            Map.entry(Placeholders.HEIGHT, List.of("height", "value", "int")),
            Map.entry(Placeholders.STEPS, List.of("steps", "value", "int")),
            Map.entry(Placeholders.CFG, List.of("cfg", "value", "float")),
            Map.entry(Placeholders.SAMPLER, List.of("sampler_name", "value")),
            Map.entry(Placeholders.SCHEDULER, List.of("scheduler", "value")),
            Map.entry(Placeholders.GUIDANCE, List.of("guidance", "value", "float")),
            Map.entry(Placeholders.SHIFT, List.of("shift", "value", "float")),
            Map.entry(Placeholders.CHECKPOINT, List.of("ckpt_name", "unet_name", "value")));

    private final String name;
    private final ObjectNode graph;
    private final Map<String, List<Place>> places = new LinkedHashMap<>();
    private final List<String> samplers;

    private static List<String> textInputs(String side) {
        return List.of(
                "text", "prompt", side, "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "llama", "value", "string");
    }

    private Slots(String name, ObjectNode graph) {
        this.name = name;
        this.graph = graph;
        samplers = graph.properties().stream()
                .map(Map.Entry::getKey)
                .filter(this::isSampler)
                .toList();
    }

    /**
     * @param name of the file, for messages
     * @param graph only what the output needs
     * @return places by word; a word without a place is absent
     * @throws GraphException where a place could be in several nodes, or prompt or seed have none
     */
    static Slots find(String name, ObjectNode graph) {
        Slots slots = new Slots(name, graph);
        slots.marked();
        slots.traced();
        slots.require(Placeholders.PROMPT, "prompt");
        slots.require(Placeholders.SEED, "seed");
        return slots;
    }

    List<Place> of(String word) {
        return places.getOrDefault(word, List.of());
    }

    /** The node whose progress counts the steps. */
    String sampler() {
        return samplers.stream()
                .min(Comparator.comparingInt(id -> Wiring.upstream(graph, id).size()))
                .orElseGet(() -> of(Placeholders.SEED).get(0).node());
    }

    /** The nodes that make noise into pictures; where none was recognised, those with the seed. */
    List<String> samplers() {
        return samplers.isEmpty()
                ? of(Placeholders.SEED).stream().map(Place::node).toList()
                : samplers;
    }

    private void require(String word, String what) {
        if (of(word).isEmpty()) {
            throw new GraphException(name + ": no place for the " + what + " was found"
                    + (samplers.isEmpty()
                            ? " (the workflow has no KSampler, KSamplerAdvanced or SamplerCustomAdvanced)"
                            : "")
                    + "; write " + word + " into the title of the node that takes it, or into the value itself");
        }
    }

    private void marked() {
        for (Map.Entry<String, JsonNode> node : graph.properties()) {
            String id = node.getKey();
            List<String> inTitle =
                    Placeholders.inTitle(name + ": node " + Wiring.shown(graph, id), Wiring.title(graph, id));
            for (String word : Placeholders.VALUES) {
                if (inTitle.contains(word)) {
                    titled(id, word);
                }
            }
            node.getValue().get("inputs").properties().forEach(e -> {
                String text = e.getValue().isTextual() ? e.getValue().asText() : "";
                for (String word : Placeholders.VALUES) {
                    if (text.contains(word)) {
                        add(word, new Place(id, e.getKey(), word));
                    }
                }
            });
        }
    }

    private void titled(String id, String word) {
        ObjectNode inputs = Wiring.inputs(graph, id);
        boolean inValue = inputs.properties().stream()
                .anyMatch(e -> e.getValue().isTextual() && e.getValue().asText().contains(word));
        if (inValue) {
            return; // the value says more exactly where
        }
        List<String> fitting = BY_WORD.get(word).stream()
                .filter(i -> inputs.has(i) && inputs.get(i).isValueNode())
                .toList();
        if (fitting.isEmpty()) {
            throw new GraphException(name + ": node " + Wiring.shown(graph, id) + " has no value that " + word
                    + " could mean; it would be one of " + String.join(", ", BY_WORD.get(word)));
        }
        boolean text = word.equals(Placeholders.PROMPT) || word.equals(Placeholders.NEGATIVE);
        fitting.subList(0, text ? fitting.size() : 1).forEach(input -> add(word, new Place(id, input)));
    }

    private void add(String word, Place place) {
        List<Place> all = places.computeIfAbsent(word, w -> new ArrayList<>());
        if (!all.contains(place)) {
            all.add(place);
        }
    }

    private boolean isSampler(String id) {
        ObjectNode inputs = Wiring.inputs(graph, id);
        return Links.isLink(inputs.path("latent_image"))
                && (inputs.has("seed") || inputs.has("noise_seed") || Links.isLink(inputs.path("noise")));
    }

    private void traced() {
        Set<String> positive = new LinkedHashSet<>();
        Set<String> negative = new LinkedHashSet<>();
        for (String sampler : samplers) {
            for (String id : List.of(sampler, linked(sampler, "guider"))) {
                if (!id.isEmpty()) {
                    texts(id, "positive", true, positive);
                    texts(id, "conditioning", true, positive);
                    texts(id, "negative", false, negative);
                }
            }
        }
        negative.removeAll(positive); // one text for both: it is the prompt
        byTrace(Placeholders.PROMPT, positive, TEXTS);
        byTrace(Placeholders.NEGATIVE, negative, TEXTS);
        byTrace(Placeholders.NEGATIVE, positive, Set.of("negative_prompt")); // of a node that encodes both
        byInput(Placeholders.SEED, List.of("", "noise"), List.of("seed", "noise_seed"));
        byInput(Placeholders.STEPS, List.of("", "sigmas"), List.of("steps"));
        byInput(Placeholders.CFG, List.of("", "guider"), List.of("cfg"));
        byInput(Placeholders.SAMPLER, List.of("", "sampler"), List.of("sampler_name"));
        byInput(Placeholders.SCHEDULER, List.of("", "sigmas"), List.of("scheduler"));
        size();
        byClass(Placeholders.GUIDANCE, Set.of("FluxGuidance"), "guidance");
        byClass(Placeholders.SHIFT, Set.of("ModelSamplingAuraFlow", "ModelSamplingSD3"), "shift");
    }

    private String linked(String id, String input) {
        JsonNode value = Wiring.inputs(graph, id).path(input);
        return Links.isLink(value) ? Links.id(value) : "";
    }

    private record Step(String node, int slot, boolean positive) {}

    /** Nodes with the texts that reach an input, through whatever joins or changes conditionings. */
    private void texts(String id, String input, boolean positive, Set<String> found) {
        Deque<Step> open = new ArrayDeque<>();
        Set<Step> seen = new HashSet<>();
        follow(Wiring.inputs(graph, id).path(input), positive, open);
        while (!open.isEmpty()) {
            Step step = open.pop();
            if (!seen.add(step)) {
                continue;
            }
            ObjectNode inputs = Wiring.inputs(graph, step.node());
            if (TEXTS.stream().anyMatch(inputs::has)) {
                found.add(step.node());
            } else if (inputs.has("positive") && inputs.has("negative")) {
                boolean up = step.slot() == 0 || (step.slot() > 1 && step.positive());
                follow(inputs.get(up ? "positive" : "negative"), step.positive(), open);
            } else if (!Wiring.nodeClass(graph, step.node()).equals("ConditioningZeroOut")) {
                inputs.properties().forEach(e -> {
                    if (e.getKey().matches("(cond|any|input|on_).*|positive|negative|value")) {
                        follow(e.getValue(), step.positive(), open);
                    }
                });
            }
        }
    }

    private static void follow(JsonNode link, boolean positive, Deque<Step> open) {
        if (Links.isLink(link)) {
            open.push(new Step(Links.id(link), Links.slot(link), positive));
        }
    }

    private void byTrace(String word, Set<String> nodes, Set<String> inputs) {
        Map<String, List<Place>> found = new LinkedHashMap<>();
        for (String id : nodes) {
            List<Place> here = inputs.stream()
                    .sorted()
                    .filter(Wiring.inputs(graph, id)::has)
                    .flatMap(i -> literal(id, i).stream())
                    .distinct()
                    .toList();
            if (!here.isEmpty()) {
                found.put(here.get(0).node(), here);
            }
        }
        take(word, found);
    }

    /** @param links from a sampler to the node that has the input; empty for the sampler itself */
    private void byInput(String word, List<String> links, List<String> inputs) {
        Map<String, List<Place>> found = new LinkedHashMap<>();
        for (String sampler : samplers) {
            for (String link : links) {
                String id = link.isEmpty() ? sampler : linked(sampler, link);
                if (!id.isEmpty()) {
                    inputs.stream()
                            .filter(Wiring.inputs(graph, id)::has)
                            .flatMap(i -> literal(id, i).stream())
                            .forEach(p -> found.put(p.node(), List.of(p)));
                }
            }
        }
        take(word, found);
    }

    private void byClass(String word, Set<String> classes, String input) {
        Map<String, List<Place>> found = new LinkedHashMap<>();
        graph.properties().forEach(e -> {
            if (classes.contains(Wiring.nodeClass(graph, e.getKey()))) {
                literal(e.getKey(), input).forEach(p -> found.put(p.node(), List.of(p)));
            }
        });
        take(word, found);
    }

    /** The empty latent that a sampler begins with. */
    private void size() {
        Map<String, List<Place>> widths = new LinkedHashMap<>();
        Map<String, List<Place>> heights = new LinkedHashMap<>();
        for (String sampler : samplers) {
            String id = linked(sampler, "latent_image");
            Set<String> seen = new HashSet<>();
            while (!id.isEmpty() && seen.add(id) && !samplers.contains(id)) {
                ObjectNode inputs = Wiring.inputs(graph, id);
                String latent = id;
                String next = LATENT_LINKS.stream()
                        .map(l -> linked(latent, l))
                        .filter(l -> !l.isEmpty())
                        .findFirst()
                        .orElse("");
                if (next.isEmpty() && inputs.has("width") && inputs.has("height")) {
                    literal(id, "width").forEach(p -> widths.put(p.node(), List.of(p)));
                    literal(id, "height").forEach(p -> heights.put(p.node(), List.of(p)));
                }
                id = next;
            }
        }
        take(Placeholders.WIDTH, widths);
        take(Placeholders.HEIGHT, heights);
    }

    /** What was marked stays; else there must be one node. */
    private void take(String word, Map<String, List<Place>> found) {
        if (!of(word).isEmpty() || found.isEmpty()) {
            return;
        }
        if (found.size() > 1) {
            throw new GraphException(name + ": the place of " + word + " could be in " + found.size() + " nodes: "
                    + found.keySet().stream().map(id -> Wiring.shown(graph, id)).collect(Collectors.joining(", "))
                    + "; write " + word + " into the title of the one that is meant, or of each");
        }
        places.put(word, found.values().iterator().next());
    }

    /** The value itself, or that of the node which an input is linked to. */
    private List<Place> literal(String id, String input) {
        String node = id;
        String at = input;
        Set<String> seen = new HashSet<>();
        while (seen.add(node)) {
            JsonNode value = Wiring.inputs(graph, node).path(at);
            if (value.isValueNode()) {
                return List.of(new Place(node, at));
            }
            if (!Links.isLink(value)) {
                return List.of();
            }
            node = Links.id(value);
            ObjectNode inputs = Wiring.inputs(graph, node);
            List<String> literals =
                    LITERALS.stream().filter(l -> inputs.path(l).isValueNode()).toList();
            List<String> links = inputs.properties().stream()
                    .filter(e -> Links.isLink(e.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            if (literals.size() == 1 && links.isEmpty()) {
                at = literals.get(0);
            } else if (literals.isEmpty() && links.size() == 1) {
                at = links.get(0);
            } else {
                return List.of();
            }
        }
        return List.of();
    }
}
