package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.family.GraphNodes.Schedule;
import dev.assay.harness.suite.GenerationSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A user's own workflow in API format as the template of every picture. Prompt, seed and so on go where {@link Placeholders}
 * mark a place, else where the sampler's links lead; a place that could be in two nodes is an error. The LoRAs under test take
 * the marked LoRA's place, or follow the model's loader. The base's graph is the same without them.
 */
public final class Workflow {
    public static final int MAX_BYTES = WorkflowFile.MAX_BYTES; // of a file
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> MODEL_INPUTS = List.of("ckpt_name", "unet_name");
    private static final List<String> CLIP_INPUTS = List.of("ckpt_name", "clip_name", "clip_name1");
    private static final Set<String> OWN_LORA =
            Set.of("LoraLoader", "LoraLoaderModelOnly", "LoraLoaderBypass", "LoraLoaderBypassModelOnly");

    /**
     * One picture.
     *
     * @param loras under test, in load order; empty for the base
     * @param checkpoint the model's file; null for the workflow's own
     * @param negative null for the workflow's own
     * @param seed unsigned
     * @param filenamePrefix null for a preview
     * @param repeatNonce null to allow the server's cache
     */
    public record Request(
            List<LoraUse> loras,
            String checkpoint,
            String prompt,
            String negative,
            long seed,
            GenerationSettings settings,
            String filenamePrefix,
            String repeatNonce) {
        public Request {
            loras = List.copyOf(loras);
            Require.text("prompt", prompt);
            if (checkpoint != null) {
                Require.file(Keys.MODEL, checkpoint);
            }
            if (filenamePrefix != null) {
                Require.file("the output's name", filenamePrefix);
            }
        }
    }

    private static final String FLUX2_SCHEDULER = "Flux2Scheduler";
    private static final Set<String> SIZED = Set.of("ModelSamplingFlux", FLUX2_SCHEDULER);

    private final String name;
    private final ObjectNode graph;
    private final String output;
    private final Slots slots;
    private final List<String> loraNodes;
    private final GenerationSettings settings;
    private final List<String> notes;

    private Workflow(String name, ObjectNode graph, String output, List<String> loraNodes, List<String> notes) {
        this.name = name;
        this.graph = graph;
        this.output = output;
        this.loraNodes = loraNodes;
        this.notes = notes;
        slots = Slots.find(name, graph);
        settings = readSettings();
    }

    /**
     * Reads a workflow.
     *
     * @param name of the file, for messages
     * @param lorasUnderTest files of the candidates' LoRAs: a loader that has one of them is their place
     * @throws GraphException on a file of the editor's own format, saying how to export; on places that are missing or
     *     ambiguous, naming the nodes
     */
    public static Workflow read(String name, byte[] json, Collection<String> lorasUnderTest) {
        return read(name, json, graph -> loraNodes(name, graph, lorasUnderTest));
    }

    /** {@link #settings()} of a workflow while the LoRAs under test are not known, which change nothing about them. */
    public static GenerationSettings settings(String name, byte[] json) {
        return read(name, json, graph -> List.of()).settings();
    }

    private static Workflow read(String name, byte[] json, Function<ObjectNode, List<String>> loraNodes) {
        ObjectNode graph = WorkflowFile.read(name, json);
        RgthreeLoras.expand(name, graph);
        List<String> notes = new ArrayList<>();
        String output = output(name, graph, notes);
        Set<String> needed = Wiring.upstream(graph, output);
        leadingNowhere(name, graph, needed);
        graph.retain(needed);
        singlePictures(graph, notes);
        return new Workflow(name, graph, output, loraNodes.apply(graph), notes);
    }

    /** How the workflow makes pictures where a suite does not say. */
    public GenerationSettings settings() {
        return settings;
    }

    /** What a person should know of this workflow. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The graph of one picture.
     *
     * @throws GraphException where the workflow has no place for what the request wants
     */
    public ComfyGraph fill(Request request) {
        ObjectNode filled = graph.deepCopy();
        Map<String, String> keys = new TreeMap<>();
        List<String> said = new ArrayList<>(notes);
        checkpoint(filled, request, keys);
        put(filled, Placeholders.PROMPT, JSON.textNode(request.prompt()), "the case's prompt", keys);
        negative(filled, request.negative(), keys, said);
        put(filled, Placeholders.SEED, NodeWriter.seed(request.seed()), "the case's seed", keys);
        settings(filled, request.settings(), keys);
        loras(filled, request.loras(), keys, said);
        if (request.repeatNonce() != null) {
            slots.samplers().forEach(id -> Wiring.inputs(filled, id).put(TextToImage.NONCE, request.repeatNonce()));
        }
        JsonNode images = images(filled, output);
        filled.remove(output);
        NodeWriter end = NodeWriter.add(filled, output, request.filenamePrefix() == null ? "PreviewImage" : "SaveImage")
                .link("images", images);
        if (request.filenamePrefix() != null) {
            end.put("filename_prefix", request.filenamePrefix());
        }
        dangling(filled);
        filled.retain(Wiring.upstream(filled, output));
        Wiring.forgetOrigins(filled);
        return new ComfyGraph(filled, output, slots.sampler(), negative(filled), keys, said);
    }

    /** What a picture is sampled away from. */
    private String negative(ObjectNode filled) {
        return slots.of(Placeholders.NEGATIVE).stream()
                .filter(p -> filled.has(p.node()))
                .map(p -> Wiring.inputs(filled, p.node()).path(p.input()).asText())
                .distinct()
                .collect(Collectors.joining("\n"));
    }

    private void negative(ObjectNode filled, String negative, Map<String, String> keys, List<String> said) {
        List<Place> places = slots.of(Placeholders.NEGATIVE);
        if (negative != null) {
            put(filled, Placeholders.NEGATIVE, JSON.textNode(negative), "the case's negative prompt", keys);
            if (!negative.isBlank() && places.isEmpty()) {
                said.add("the workflow has no place for a negative prompt; the suite's are not used");
            }
            return;
        }
        places.stream().filter(p -> p.word() != null).forEach(p -> p.write(filled, JSON.textNode("")));
    }

    // ---- the picture that counts

    private static String output(String name, ObjectNode graph, List<String> notes) {
        Set<String> used = Wiring.used(graph);
        List<String> ends = graph.properties().stream()
                .map(Map.Entry::getKey)
                .filter(id -> !used.contains(id) && Links.isLink(images(graph, id)))
                .toList();
        List<String> marked = ends.stream()
                .filter(id ->
                        Placeholders.inTitle(name, Wiring.title(graph, id)).contains(Placeholders.OUTPUT))
                .toList();
        List<String> saved = ends.stream()
                .filter(id -> Wiring.nodeClass(graph, id).equals("SaveImage"))
                .toList();
        List<String> chosen = !marked.isEmpty() ? marked : !saved.isEmpty() ? saved : ends;
        if (chosen.isEmpty()) {
            throw new GraphException(name + ": no node saves or previews a picture; add a SaveImage node");
        }
        if (chosen.size() > 1) {
            throw new GraphException(name + ": " + chosen.size() + " nodes give out pictures: "
                    + Wiring.shown(graph, chosen) + "; write " + Placeholders.OUTPUT
                    + " into the title of the one to judge");
        }
        String id = chosen.get(0);
        String nodeClass = Wiring.nodeClass(graph, id);
        if (!nodeClass.equals("SaveImage") && !nodeClass.equals("PreviewImage")) {
            notes.add("node " + Wiring.shown(graph, id) + " is replaced by one whose pictures can be fetched");
        }
        return id;
    }

    /** A place for the LoRA under test that the picture does not need is a link that somebody forgot. */
    private static void leadingNowhere(String name, ObjectNode graph, Set<String> needed) {
        graph.properties().stream()
                .map(Map.Entry::getKey)
                .filter(id -> !needed.contains(id)
                        && Placeholders.inTitle(name, Wiring.title(graph, id)).contains(Placeholders.LORA))
                .findFirst()
                .ifPresent(id -> {
                    throw new GraphException(name + ": node " + Wiring.shown(graph, id) + " is the place of the LoRA"
                            + " under test, and nothing that the picture needs is linked to it");
                });
    }

    private static JsonNode images(ObjectNode graph, String id) {
        ObjectNode inputs = Wiring.inputs(graph, id);
        return inputs.has("images") ? inputs.get("images") : inputs.path("image");
    }

    /** Picture k of a batch is not the picture of seed + k. */
    private static void singlePictures(ObjectNode graph, List<String> notes) {
        graph.properties().forEach(e -> {
            ObjectNode inputs = Wiring.inputs(graph, e.getKey());
            if (inputs.path("batch_size").asInt(1) > 1) {
                notes.add("node " + Wiring.shown(graph, e.getKey()) + ": batch_size is 1 rather than "
                        + inputs.get("batch_size").asInt() + ": every picture has its own seed");
                inputs.put("batch_size", 1);
            }
        });
    }

    // ---- settings

    private GenerationSettings readSettings() {
        GenerationSettings usual = GenerationSettings.STABLE_DIFFUSION;
        String manual = slots.of(Placeholders.STEPS).isEmpty()
                        && slots.of(Placeholders.SCHEDULER).isEmpty()
                ? manualSigmas()
                : "";
        try {
            return new GenerationSettings(
                    number(Placeholders.WIDTH, "width", usual.width()).intValue(),
                    number(Placeholders.HEIGHT, "height", usual.height()).intValue(),
                    manual.isEmpty()
                            ? number(Placeholders.STEPS, "steps", usual.steps()).intValue()
                            : manual.split(",", -1).length - 1,
                    has(Placeholders.CFG, "BasicGuider")
                            ? 1
                            : number(Placeholders.CFG, "guidanceScale", usual.guidanceScale())
                                    .doubleValue(),
                    word(Placeholders.SAMPLER, "sampler", usual.sampler()),
                    has(Placeholders.SCHEDULER, FLUX2_SCHEDULER)
                            ? Schedule.FLUX2.word()
                            : !manual.isEmpty()
                                    ? scheduleOf(manual)
                                    : word(Placeholders.SCHEDULER, "scheduler", usual.scheduler()),
                    clipSkip(),
                    optional(Placeholders.GUIDANCE),
                    optional(Placeholders.SHIFT));
        } catch (IllegalArgumentException e) {
            throw new GraphException(name + ": " + e.getMessage(), e);
        }
    }

    /** Noise levels that a node holds, without spaces; empty without one. */
    private String manualSigmas() {
        return graph.properties().stream()
                .map(Map.Entry::getKey)
                .filter(id -> Wiring.nodeClass(graph, id).equals("ManualSigmas"))
                .map(id -> Wiring.inputs(graph, id).path("sigmas").asText().replaceAll("\\s", ""))
                .filter(s -> s.contains(","))
                .findFirst()
                .orElse("");
    }

    private static String scheduleOf(String sigmas) {
        return Arrays.stream(Schedule.values())
                .filter(s -> s.sigmas().replace(" ", "").equals(sigmas))
                .map(Schedule::word)
                .findFirst()
                .orElse("manual");
    }

    /** Whether no input holds a setting, but a node of a class that stands for one of its values. */
    private boolean has(String word, String nodeClass) {
        return slots.of(word).isEmpty()
                && graph.properties().stream()
                        .anyMatch(n -> Wiring.nodeClass(graph, n.getKey()).equals(nodeClass));
    }

    private Number number(String word, String field, Number usual) {
        List<Place> places = slots.of(word);
        if (!places.isEmpty() && value(places.get(0)).isNumber()) {
            return value(places.get(0)).numberValue();
        }
        unknown(word, field, usual, places);
        return usual;
    }

    private String word(String word, String field, String usual) {
        List<Place> places = slots.of(word);
        if (!places.isEmpty() && !value(places.get(0)).asText().contains(word)) {
            return value(places.get(0)).asText();
        }
        unknown(word, field, usual, places);
        return usual;
    }

    private void unknown(String word, String field, Object usual, List<Place> places) {
        notes.add(
                places.isEmpty()
                        ? "the workflow has no place for " + field + "; it uses its own, which the record does not show"
                        : "the workflow leaves " + field + " to " + word + "; where the suite does not say it is "
                                + usual);
    }

    private Double optional(String word) {
        List<Place> places = slots.of(word);
        return places.isEmpty() || !value(places.get(0)).isNumber()
                ? null
                : Double.valueOf(value(places.get(0)).doubleValue());
    }

    private List<String> clipLayers() {
        return graph.properties().stream()
                .map(Map.Entry::getKey)
                .filter(id -> Wiring.nodeClass(graph, id).equals("CLIPSetLastLayer"))
                .toList();
    }

    private int clipSkip() {
        List<String> nodes = clipLayers();
        JsonNode layer = nodes.size() == 1 ? Wiring.inputs(graph, nodes.get(0)).path("stop_at_clip_layer") : null;
        return layer != null && layer.isInt() ? Math.max(0, -1 - layer.asInt()) : 0;
    }

    private void settings(ObjectNode filled, GenerationSettings wanted, Map<String, String> keys) {
        set(filled, Placeholders.WIDTH, "width", wanted.width(), settings.width(), keys);
        set(filled, Placeholders.HEIGHT, "height", wanted.height(), settings.height(), keys);
        set(filled, Placeholders.STEPS, "steps", wanted.steps(), settings.steps(), keys);
        // There, 1 leaves the negative out, and less would turn away from the prompt.
        double guidance = Math.max(1, wanted.guidanceScale());
        set(filled, Placeholders.CFG, "guidanceScale", guidance, settings.guidanceScale(), keys);
        set(filled, Placeholders.SAMPLER, "sampler", wanted.sampler(), settings.sampler(), keys);
        set(filled, Placeholders.SCHEDULER, "scheduler", wanted.scheduler(), settings.scheduler(), keys);
        set(
                filled,
                Placeholders.GUIDANCE,
                "distilledGuidance",
                wanted.distilledGuidance(),
                settings.distilledGuidance(),
                keys);
        set(filled, Placeholders.SHIFT, "shift", wanted.shift(), settings.shift(), keys);
        if (wanted.clipSkip() != settings.clipSkip()) {
            List<String> nodes = clipLayers();
            if (nodes.size() != 1
                    || !Wiring.inputs(graph, nodes.get(0))
                            .path("stop_at_clip_layer")
                            .isInt()) {
                throw noPlace("clipSkip", wanted.clipSkip(), "add a CLIPSetLastLayer node");
            }
            Wiring.inputs(filled, nodes.get(0)).put("stop_at_clip_layer", -1 - wanted.clipSkip());
        }
        // The shift of these nodes depends on the size.
        filled.properties().forEach(e -> {
            ObjectNode inputs = Wiring.inputs(filled, e.getKey());
            if (SIZED.contains(Wiring.nodeClass(filled, e.getKey()))
                    && inputs.path("width").asInt() == settings.width()
                    && inputs.path("height").asInt() == settings.height()) {
                inputs.put("width", wanted.width()).put("height", wanted.height());
            }
        });
    }

    private void set(
            ObjectNode filled, String word, String field, Object wanted, Object own, Map<String, String> keys) {
        if (wanted == null) {
            return;
        }
        if (slots.of(word).isEmpty()) {
            if (!Objects.equals(wanted, own)) {
                throw noPlace(field, wanted, "write " + word + " into the title of the node that takes it");
            }
            return;
        }
        JsonNode value = wanted instanceof Integer i
                ? JSON.numberNode(i)
                : wanted instanceof Double d ? JSON.numberNode(d) : JSON.textNode(wanted.toString());
        put(filled, word, value, Keys.suite(field), keys);
    }

    private GraphException noPlace(String field, Object wanted, String advice) {
        return new GraphException(Keys.suite(field) + " (" + wanted + "): " + name + " has no place for it; " + advice
                + ", or leave the setting out of the suite");
    }

    private void put(ObjectNode filled, String word, JsonNode value, String setting, Map<String, String> keys) {
        for (Place place : slots.of(word)) {
            place.write(filled, value);
            keys.put(place.node() + "/" + place.input(), setting);
        }
    }

    private JsonNode value(Place place) {
        return Wiring.inputs(graph, place.node()).path(place.input());
    }

    // ---- model and LoRAs

    private List<Place> modelPlaces() {
        if (!slots.of(Placeholders.CHECKPOINT).isEmpty()) {
            return slots.of(Placeholders.CHECKPOINT);
        }
        return loaders(MODEL_INPUTS, "model").stream()
                .map(id -> new Place(
                        id,
                        MODEL_INPUTS.stream()
                                .filter(Wiring.inputs(graph, id)::has)
                                .findFirst()
                                .orElseThrow()))
                .toList();
    }

    private void checkpoint(ObjectNode filled, Request request, Map<String, String> keys) {
        List<Place> places = modelPlaces();
        boolean marked = !slots.of(Placeholders.CHECKPOINT).isEmpty();
        if (request.checkpoint() == null) {
            if (marked && value(places.get(0)).asText().contains(Placeholders.CHECKPOINT)) {
                throw new GraphException(Keys.MODEL + ": " + name + " leaves the model to " + Placeholders.CHECKPOINT
                        + "; name its file");
            }
            places.forEach(p -> keys.put(p.node() + "/" + p.input(), Keys.WORKFLOW));
            return;
        }
        if (places.isEmpty() || (places.size() > 1 && !marked)) {
            throw new GraphException(name + ": "
                    + (places.isEmpty()
                            ? "no loader of a model was found"
                            : "several nodes load a model: "
                                    + Wiring.shown(
                                            graph,
                                            places.stream().map(Place::node).toList()))
                    + "; write " + Placeholders.CHECKPOINT + " into the title of the one that loads "
                    + request.checkpoint());
        }
        for (Place place : places) {
            place.write(filled, JSON.textNode(request.checkpoint()));
            keys.put(place.node() + "/" + place.input(), Keys.MODEL);
        }
    }

    /** Nodes that load something, among those that the sampler's {@code link} or a text encoder's needs. */
    private Set<String> loaders(List<String> inputs, String link) {
        Set<String> found = new LinkedHashSet<>();
        for (Map.Entry<String, JsonNode> node : graph.properties()) {
            JsonNode value = Wiring.inputs(graph, node.getKey()).path(link);
            if (!Links.isLink(value)) {
                continue;
            }
            for (String id : Wiring.upstream(graph, Links.id(value))) {
                if (inputs.stream().anyMatch(Wiring.inputs(graph, id)::has)) {
                    found.add(id);
                }
            }
        }
        return found;
    }

    /** The nodes whose place the LoRAs under test take, the first in the chain first. */
    private static List<String> loraNodes(String name, ObjectNode graph, Collection<String> underTest) {
        List<String> place = new ArrayList<>();
        List<String> unclear = new ArrayList<>();
        for (Map.Entry<String, JsonNode> node : graph.properties()) {
            String id = node.getKey();
            List<String> words =
                    Placeholders.inTitle(name + ": node " + Wiring.shown(graph, id), Wiring.title(graph, id));
            String file = Wiring.inputs(graph, id).path("lora_name").asText("");
            boolean own = OWN_LORA.contains(Wiring.nodeClass(graph, id));
            boolean marked = words.contains(Placeholders.LORA) || file.equals(Placeholders.LORA);
            boolean tested = underTest.stream()
                    .anyMatch(f -> ServerFiles.find(f, List.of(file)).isPresent());
            if (marked || (own && tested)) {
                if (!own) {
                    throw new GraphException(
                            name + ": node " + Wiring.shown(graph, id) + " cannot be the place of the LoRA"
                                    + " under test; use ComfyUI's own LoraLoader or LoraLoaderModelOnly there");
                }
                place.add(id);
            } else if (isLora(graph, id) && !words.contains(Placeholders.KEEP)) {
                unclear.add(id);
            }
        }
        if (!unclear.isEmpty()) {
            throw new GraphException(name + ": is the LoRA under test in the place of "
                    + Wiring.shown(graph, unclear) + ", or does that LoRA belong to the workflow? Write "
                    + Placeholders.LORA + " into the node's title for the first, " + Placeholders.KEEP
                    + " for the second");
        }
        place.sort((a, b) -> Integer.compare(
                Wiring.upstream(graph, a).size(), Wiring.upstream(graph, b).size()));
        return List.copyOf(place);
    }

    private static boolean isLora(ObjectNode graph, String id) {
        return Wiring.nodeClass(graph, id).matches("(?i).*(lora.*(load|stack)|load.*lora).*")
                || Wiring.inputs(graph, id).properties().stream()
                        .anyMatch(e -> e.getKey().startsWith("lora_name")
                                && e.getValue().isValueNode());
    }

    private void loras(ObjectNode filled, List<LoraUse> loras, Map<String, String> keys, List<String> said) {
        if (loraNodes.isEmpty()) {
            if (!loras.isEmpty()) {
                afterLoader(filled, loras, keys);
            }
            return;
        }
        String first = loraNodes.get(0);
        loraNodes.subList(1, loraNodes.size()).forEach(id -> Wiring.bypass(filled, id));
        ObjectNode inputs = Wiring.inputs(filled, first);
        JsonNode clip = inputs.path("clip");
        if (!Links.isLink(inputs.path("model"))) {
            throw new GraphException(name + ": node " + Wiring.shown(filled, first) + " is linked to no model");
        }
        if (!Wiring.isUsed(filled, first, 0)) {
            said.add("the model that node " + Wiring.shown(graph, first) + " gives out is linked to nothing that the"
                    + " picture needs: no LoRA there reaches the diffusion model; link it to the sampler");
        }
        for (LoraUse lora : loras) {
            otherStrength(lora).ifPresent(said::add);
            if (lora.hasTextEncoder() && !Links.isLink(clip)) {
                said.add("weights for a text encoder, if " + lora.file() + " has any, are not loaded by node "
                        + Wiring.shown(graph, first) + "; use a LoraLoader there");
            }
        }
        chain(filled, loras, Wiring.nodeClass(filled, first), inputs.get("model"), clip, first, 0, first, 1, keys);
        Wiring.bypass(filled, first);
    }

    /** The strength that the workflow has for a LoRA under test is not the one that counts. */
    private Optional<String> otherStrength(LoraUse lora) {
        return loraNodes.stream()
                .filter(id -> {
                    ObjectNode inputs = Wiring.inputs(graph, id);
                    JsonNode strength = inputs.path("strength_model");
                    String file = inputs.path("lora_name").asText();
                    return ServerFiles.find(lora.file(), List.of(file)).isPresent()
                            && strength.isNumber()
                            && strength.asDouble() != lora.strengthModel();
                })
                .findFirst()
                .map(id -> "node " + Wiring.shown(graph, id) + " has " + lora.file() + " at strength "
                        + Wiring.inputs(graph, id).path("strength_model").asText() + "; it is judged at "
                        + lora.strengthModel() + ", as " + Keys.LORA + " says");
    }

    /** A LoRA's node that was taken out passes on what it was given: a CLIP output without a CLIP input leads nowhere. */
    private void dangling(ObjectNode filled) {
        for (String id : Wiring.used(filled)) {
            if (!filled.has(id)) {
                throw new GraphException(name + ": an output of node " + Wiring.shown(graph, id)
                        + " is used that has no input to go with it; link its clip, or use another place for the LoRA");
            }
        }
    }

    /** Model and text encoder as they are loaded. */
    private void afterLoader(ObjectNode filled, List<LoraUse> loras, Map<String, String> keys) {
        Set<String> models = loaders(MODEL_INPUTS, "model");
        List<String> marked = modelPlaces().stream().map(Place::node).toList();
        if (models.stream().anyMatch(marked::contains)) {
            models.retainAll(marked);
        }
        if (models.size() != 1) {
            throw new GraphException(name + ": the place of the LoRA under test "
                    + (models.isEmpty() ? "was not found" : "could be behind " + Wiring.shown(graph, models))
                    + "; put a LoraLoader there with " + Placeholders.LORA + " in its title");
        }
        String model = models.iterator().next();
        Set<String> clips = loaders(CLIP_INPUTS, "clip");
        boolean whole = Wiring.inputs(graph, model).has("ckpt_name") && clips.equals(models);
        boolean both = whole || loras.stream().anyMatch(LoraUse::hasTextEncoder);
        if (both && clips.size() != 1) {
            throw new GraphException(name + ": the LoRA under test has weights for a text encoder, and "
                    + (clips.isEmpty()
                            ? "no loader of one was found"
                            : "several are loaded: " + Wiring.shown(graph, clips))
                    + "; put a LoraLoader in the right place with " + Placeholders.LORA + " in its title");
        }
        String clip = both ? clips.iterator().next() : model;
        int slot = both && Wiring.inputs(graph, clip).has("ckpt_name") ? 1 : 0;
        chain(
                filled,
                loras,
                both ? "LoraLoader" : "LoraLoaderModelOnly",
                NodeWriter.link(model, 0),
                both ? NodeWriter.link(clip, slot) : JSON.missingNode(),
                model,
                0,
                clip,
                both ? slot : -1,
                keys);
    }

    /** Adds a chain of LoRAs that starts from two outputs, and links to its end who used the two given ones. */
    private static void chain(
            ObjectNode filled,
            List<LoraUse> loras,
            String nodeClass,
            JsonNode modelFrom,
            JsonNode clipFrom,
            String modelUsed,
            int modelSlot,
            String clipUsed,
            int clipSlot,
            Map<String, String> keys) {
        JsonNode model = modelFrom;
        boolean both = Links.isLink(clipFrom) && !nodeClass.endsWith("ModelOnly");
        JsonNode clip = both ? clipFrom : null;
        Set<String> added = new HashSet<>();
        for (LoraUse lora : loras) {
            String id = Integer.toString(Wiring.nextId(filled));
            NodeWriter node = NodeWriter.add(filled, id, nodeClass)
                    .lora(model, clip, lora.file(), lora.strengthModel(), lora.strengthClip());
            model = node.out(0);
            clip = both ? node.out(1) : null;
            added.add(id);
            Keys.lora(keys, id);
        }
        if (added.isEmpty()) {
            return;
        }
        Wiring.relink(filled, modelUsed, modelSlot, model, added);
        if (both) {
            Wiring.relink(filled, clipUsed, clipSlot, clip, added);
        }
    }
}
