package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.family.GraphNodes.Trait;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.Inspector;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.comfyui.graph.ComfyErrors;
import dev.assay.harness.render.comfyui.graph.ComfyGraph;
import dev.assay.harness.render.comfyui.graph.FamilyGraphs;
import dev.assay.harness.render.comfyui.graph.GraphCheck;
import dev.assay.harness.render.comfyui.graph.GraphException;
import dev.assay.harness.render.comfyui.graph.GraphRequest;
import dev.assay.harness.render.comfyui.graph.LoraUse;
import dev.assay.harness.render.comfyui.graph.ModelSource;
import dev.assay.harness.render.comfyui.graph.PartFiles;
import dev.assay.harness.render.comfyui.graph.ServerNodes;
import dev.assay.harness.render.comfyui.graph.TextToImage;
import dev.assay.harness.render.comfyui.graph.Workflow;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** From models and requests to graphs for one server, by what the server says it has. */
final class GraphMaker {
    private static final Pattern SECRET = Pattern.compile("(?i)(api_?key|token|secret|passw|auth)");
    private static final String V_PREDICTION_KEY = "v_pred";
    private static final String SAVE = "SaveImage";
    private static final String PREVIEW = "PreviewImage";
    private static final String SOCKET = "SaveImageWebsocket";

    private final ComfyOptions options;
    private final ComfyClient client;
    private final LoraReader headers;
    private final ServerFiles files;
    private final FileHashes ownHashes = new FileHashes(); // for models whose fingerprint nobody asked for
    private final byte[] workflow; // null without one of the user's own
    private final Map<ModelUnderTest, Recipe> recipes = new HashMap<>();
    private final Map<ModelUnderTest, Set<Finding>> notes = new HashMap<>();
    private final Map<Set<String>, Workflow> workflows = new HashMap<>(); // by the LoRAs under test
    private final Map<String, String> modules = new LinkedHashMap<>(); // Python module by node class
    private final Set<String> used = new TreeSet<>(); // node classes of graphs
    private ComfyVariant first; // of the model whose defaults the settings are; null until asked
    private ServerNodes nodes = ServerNodes.of(Map.of());

    GraphMaker(ComfyOptions options, ComfyClient client, LoraReader headers) {
        this.options = options;
        this.client = client;
        this.headers = headers;
        this.files = new ServerFiles(client, options.models(), headers);
        this.workflow = options.workflow() == null ? null : read(options.workflow());
    }

    private static byte[] read(Path file) {
        try {
            return SmallFile.bytes(file, Workflow.MAX_BYTES);
        } catch (IOException e) {
            throw new SettingsException("assay.comfyui.workflow: " + file + " cannot be read: " + Trouble.words(e), e);
        }
    }

    private boolean isOurs() {
        return workflow == null;
    }

    /** A loader in the workflow that has one of the LoRAs under test is their place, in the base's graph too. */
    private Workflow workflow() {
        Set<String> loras = new TreeSet<>();
        recipes.values().forEach(r -> r.loraFiles().forEach(f -> loras.add(f.name())));
        return workflows.computeIfAbsent(
                loras, l -> Workflow.read(options.workflow().toString(), workflow, l));
    }

    /** Of what the user set and no request holds; changes whenever it may change pixels. */
    String optionsVersion() {
        List<String> all = Stream.of(options.weightDtype(), options.clipStrength(), options.variant())
                .map(String::valueOf)
                .toList();
        return all.equals(List.of("default", "null", "null")) || all.equals(List.of("null", "null", "null"))
                ? ""
                : " "
                        + Hashes.sha256(all.toString().getBytes(StandardCharsets.UTF_8))
                                .substring(0, 8);
    }

    /** Null when this model was not looked at yet. */
    Recipe known(ModelUnderTest model) {
        return recipes.get(model);
    }

    GenerationSettings defaults(ModelUnderTest model) {
        if (!isOurs()) {
            return Workflow.settings(options.workflow().toString(), workflow);
        }
        ServerNodes loaders = ask(ServerNodes.LOADERS);
        Path path = model.checkpoint().path();
        first = family(model, path, files.name(path, modelNames(loaders), ServerModelFolder.MODEL));
        return FamilyGraphs.settings(first);
    }

    private Recipe recipe(ModelUnderTest model) {
        return recipe(model, ownHashes);
    }

    /**
     * Finds all files of a model on the server.
     *
     * @throws ModelFileException on a file that is not there, or is another one than the user's
     * @throws GraphException on parts that do not go together
     */
    Recipe recipe(ModelUnderTest model, FileHashes hashes) {
        Recipe known = recipes.get(model);
        if (known != null) {
            return known;
        }
        ServerNodes loaders = ask(ServerNodes.LOADERS);
        Path base = model.checkpoint().path();
        String name = files.name(base, modelNames(loaders), ServerModelFolder.MODEL);
        ModelSource source = ModelSource.onServer(name, options.weightDtype(), loaders);
        List<ServerFile> found = new ArrayList<>();
        found.add(identify(model, base, source.file(), ServerModelFolder.MODEL, hashes));
        ComfyVariant family = null;
        PartFiles parts = null;
        if (isOurs()) {
            family = family(model, base, source.file());
            parts = PartFiles.choose(family, source, options.textEncoders(), options.vae(), loaders);
            parts.textEncoders()
                    .forEach(t -> found.add(identify(model, Path.of(t), t, ServerModelFolder.TEXT_ENCODER, hashes)));
            if (parts.vae() != null) {
                found.add(files.identify(Path.of(parts.vae()), parts.vae(), ServerModelFolder.VAE, hashes));
            }
        } else {
            Path file = options.workflow();
            found.add(new ServerFile(
                    String.valueOf(file.getFileName()),
                    Optional.of(file),
                    Hashes.sha256(workflow),
                    workflow.length,
                    true));
        }
        List<LoraUse> uses = new ArrayList<>();
        List<ServerFile> loraFiles = new ArrayList<>();
        List<List<LoraModule>> loraModules = new ArrayList<>();
        for (Lora lora : model.loras()) {
            String file = files.name(lora.path(), loaders.loras(), ServerModelFolder.LORA);
            ServerFile onServer = identify(model, lora.path(), file, ServerModelFolder.LORA, hashes);
            List<LoraModule> modules = modules(onServer);
            // Unknown counts as yes: what a LoRA holds for text encoders is to be applied.
            boolean text = onServer.local().isEmpty()
                    || modules.stream().anyMatch(m -> m.part().isTextEncoder());
            double clip = lora.clipStrength() != null || options.clipStrength() == null
                    ? lora.onText()
                    : options.clipStrength();
            // At strength 0 the pair is the base itself: a part of it would not be.
            uses.add(new LoraUse(file, lora.strength(), lora.strength() == 0 ? 0 : clip, text));
            loraFiles.add(onServer);
            loraModules.add(modules);
        }
        Recipe recipe = new Recipe(family, source, parts, uses, found, loraFiles, loraModules);
        recipes.put(model, recipe);
        return recipe;
    }

    /** The model by its files on this disk, as far as the server shows where they lie. */
    ModelUnderTest atHand(ModelUnderTest model) {
        ServerNodes loaders = ask(ServerNodes.LOADERS);
        return new ModelUnderTest(
                new Checkpoint(atHand(model.checkpoint().path(), modelNames(loaders), ServerModelFolder.MODEL)),
                model.loras().stream()
                        .map(l -> new Lora(
                                atHand(l.path(), loaders.loras(), ServerModelFolder.LORA),
                                l.strength(),
                                l.clipStrength()))
                        .toList());
    }

    private Path atHand(Path given, List<String> offered, ServerModelFolder shelf) {
        return Files.exists(given)
                ? given
                : files.atHand(files.name(given, offered, shelf), shelf).orElse(given);
    }

    /** A file that is not at hand may still say for which family it was made. */
    List<Finding> hints(ModelUnderTest model) {
        if (!isOurs()) {
            return List.of();
        }
        ServerNodes loaders = ask(ServerNodes.LOADERS);
        Path path = model.checkpoint().path();
        ComfyVariant base = family(model, path, files.name(path, modelNames(loaders), ServerModelFolder.MODEL));
        List<Finding> hints = new ArrayList<>();
        for (Lora lora : atHand(model).loras()) {
            if (!Files.exists(lora.path())) {
                String name = files.name(lora.path(), loaders.loras(), ServerModelFolder.LORA);
                Map<String, String> said = metadata(lora.path());
                Inspector.claimedEdit(said, base.family())
                        .ifPresent(edit -> hints.add(Finding.error(name + ": its metadata says that it is for "
                                + edit.title() + ", which needs " + edit.needs()
                                + " beside the prompt, and Assay judges pictures that are made from a prompt alone")));
                Inspector.claimsAnother(said, base.family())
                        .ifPresent(claim -> hints.add(new Finding(
                                Finding.Level.WARNING,
                                name + ": its metadata says that it is for " + claim + ", the base is "
                                        + base.title())));
            }
        }
        return hints;
    }

    /** What the server tells of a LoRA's own metadata; empty where it cannot. */
    Map<String, String> metadata(Path lora) {
        String name = files.name(lora, ask(ServerNodes.LOADERS).loras(), ServerModelFolder.LORA);
        Map<String, String> metadata =
                files.metadata(ServerModelFolder.LORA.folders().get(0), name);
        return metadata == null ? Map.of() : metadata;
    }

    private static List<String> modelNames(ServerNodes loaders) {
        return Stream.of(ModelSource.Kind.values())
                .flatMap(k -> loaders.options(k.loader(), k.input()).orElse(List.of()).stream())
                .distinct()
                .toList();
    }

    private ServerFile identify(
            ModelUnderTest model, Path given, String name, ServerModelFolder shelf, FileHashes hashes) {
        ServerFile file = files.identify(given, name, shelf, hashes);
        if (!file.proven() && !file.hasHashedName()) {
            note(
                    model,
                    Finding.Level.NOTE,
                    name
                            + ": the server's file is known by name, size and date alone; a hash in its name, or its"
                            + " folder given as assay.models, would prove which file was judged");
        }
        return file;
    }

    /**
     * By the header of a LoRA's file; empty when it is not at hand, or cannot be read: then the check of the files says what is wrong
     * with it.
     */
    private List<LoraModule> modules(ServerFile lora) {
        try {
            return lora.local().map(f -> headers.read(f).grammar().modules()).orElse(List.of());
        } catch (ModelFileException e) {
            return List.of();
        }
    }

    private ComfyVariant family(ModelUnderTest model, Path given, String name) {
        Optional<Path> file = Files.exists(given) ? Optional.of(given) : files.visible(name, ServerModelFolder.MODEL);
        Optional<Inspection> seen = file.map(f -> Inspector.ofHeaders().inspect(f, headers::read))
                .filter(i -> !i.family().equals(FamilyMatch.UNKNOWN));
        Optional<String> family = seen.map(Inspection::family)
                .or(() -> claimed(name).filter(f -> options.variant() == null || FamilyGraphs.has(f)));
        if (family.isPresent()) {
            boolean v = seen.map(Inspection::predictsV).orElseGet(() -> claims(name, Inspector::predictsV));
            String detail =
                    v ? ComfyVariant.V_PREDICTION : seen.map(Inspection::detail).orElse("");
            FamilyGraphs.Choice choice = FamilyGraphs.choose(family.get(), detail, name, options.variant());
            if (!choice.certain()) {
                note(model, Finding.Level.NOTE, name + ": " + choice.reason());
            }
            // ComfyUI does by itself what the file says to it.
            return file.filter(f -> headers.read(f).header().tensors().containsKey(V_PREDICTION_KEY))
                    .map(f -> choice.graph().without(Trait.V_PREDICTION))
                    .orElse(choice.graph());
        }
        if (options.variant() != null) {
            return FamilyGraphs.named(options.variant());
        }
        throw new ModelFileException("`" + name + "` lies on the server, and its family cannot be told from here; set"
                + " assay.comfyui.variant to one of "
                + FamilyGraphs.ALL.stream().map(ComfyVariant::name).collect(Collectors.joining(", "))
                + ", or assay.models to the folder of the server's models");
    }

    /** The family that the file's own metadata names. */
    private Optional<String> claimed(String name) {
        return metadata(name).map(Inspector::claimed).flatMap(Optional::stream).findFirst();
    }

    private boolean claims(String name, Predicate<Map<String, String>> what) {
        return metadata(name).anyMatch(what);
    }

    private Stream<Map<String, String>> metadata(String name) {
        return ServerModelFolder.MODEL.folders().stream()
                .map(folder -> files.metadata(folder, name))
                .filter(Objects::nonNull);
    }

    private static boolean fits(GenerationSettings settings, int pixels) {
        return settings.width() % pixels == 0 && settings.height() % pixels == 0;
    }

    /** @throws ModelFileException with all that the server would refuse or ignore */
    void check(ModelUnderTest model, GenerationSettings settings) {
        Recipe recipe = recipe(model);
        if (isOurs() && first != null && !first.family().equals(recipe.family().family())) {
            throw new ModelFileException(recipe.source().file() + ": is of the family "
                    + recipe.family().title() + ", the base is of " + first.title() + "; compare it with its own base");
        }
        if (isOurs() && !fits(settings, recipe.family().nodes().latent().pixels())) {
            throw new ModelFileException(
                    recipe.source().file() + ": " + recipe.family().title()
                            + " makes pictures of sides that are multiples of "
                            + recipe.family().nodes().latent().pixels() + ", found " + settings.width() + " x "
                            + settings.height());
        }
        ComfyGraph graph = graph(new RenderRequest(model, "check", "", 1, settings, 0), null);
        List<Finding> found = GraphCheck.check(graph, nodes, isOurs());
        String errors = found.stream()
                .filter(f -> f.level() == Finding.Level.ERROR)
                .map(Finding::text)
                .collect(Collectors.joining("; "));
        if (!errors.isEmpty()) {
            throw new ModelFileException(errors + " (" + client.where() + ")");
        }
        found.forEach(f -> note(model, f.level(), f.text()));
        graph.notes().forEach(n -> note(model, Finding.Level.NOTE, n));
    }

    /** @param nonce text that makes the server render again what it has rendered; null to allow its cache */
    ComfyGraph graph(RenderRequest request, String nonce) {
        return graph(request, recipe(request.model()).loras(), nonce);
    }

    /** @param loras the model's own, perhaps at other strengths */
    ComfyGraph graph(RenderRequest request, List<LoraUse> loras, String nonce) {
        Recipe recipe = recipe(request.model());
        String negative = request.negativePrompt().isBlank() ? null : request.negativePrompt();
        ComfyGraph graph = isOurs()
                ? TextToImage.write(new GraphRequest(
                        recipe.family(),
                        recipe.source(),
                        recipe.parts().textEncoders(),
                        recipe.parts().vae(),
                        loras,
                        request.prompt(),
                        negative,
                        request.seed(),
                        request.settings(),
                        null,
                        nonce))
                : workflow()
                        .fill(new Workflow.Request(
                                loras,
                                recipe.source().file(),
                                request.prompt(),
                                negative,
                                request.seed(),
                                request.settings(),
                                null, // in the folder that the server empties: a run leaves no picture there
                                nonce));
        used.addAll(GraphCheck.classes(graph.nodes()));
        return GraphCheck.complete(graph, ask(GraphCheck.classes(graph.nodes())));
    }

    /** Ids of the nodes that load model files. */
    static Set<String> loaders(ComfyGraph graph) {
        Set<String> ids = new LinkedHashSet<>();
        graph.nodes().properties().forEach(n -> {
            if (n.getValue().path("class_type").asText().contains("Loader")) {
                ids.add(n.getKey());
            }
        });
        return ids;
    }

    /** For a record: values that a node's own input calls a secret are left out. */
    static ObjectNode withoutSecrets(ObjectNode nodes) {
        ObjectNode safe = nodes.deepCopy();
        safe.forEach(node -> node.path("inputs").properties().stream()
                .filter(i ->
                        i.getValue().isTextual() && SECRET.matcher(i.getKey()).find())
                .map(Map.Entry::getKey)
                .toList()
                .forEach(i -> ((ObjectNode) node.path("inputs")).put(i, "***")));
        return safe;
    }

    /** Whether a text encoder gets its part of a LoRA. */
    static boolean isOnText(ComfyGraph graph, String lora) {
        return graph.loras().stream()
                .map(id -> graph.nodes().path(id).path("inputs"))
                .anyMatch(i -> i.path("lora_name").asText("").equals(lora)
                        && i.path("strength_clip").asDouble() != 0);
    }

    /** The graph with every strength for the model that is not 0 as one that is no number: ComfyUI takes it, and spoils what it meets. */
    static ComfyGraph spoilt(ComfyGraph graph) {
        ObjectNode nodes = graph.nodes().deepCopy();
        graph.loras().forEach(id -> {
            ObjectNode inputs = (ObjectNode) nodes.path(id).path("inputs");
            if (inputs.path("strength_model").asDouble() != 0) {
                inputs.put("strength_model", "NaN");
            }
        });
        return graph.with(nodes);
    }

    /** The same pixels, with LoRAs that the server has to load anew: an input that no node knows is in its cache's key. */
    static ComfyGraph withFreshLoras(ComfyGraph graph) {
        ObjectNode nodes = graph.nodes().deepCopy();
        String fresh = UUID.randomUUID().toString();
        graph.loras().forEach(id -> ((ObjectNode) nodes.path(id).path("inputs")).put("_nonce", fresh));
        return graph.with(nodes);
    }

    /** The graph with every other node class that the server has for its output. */
    List<ObjectNode> otherOutputs(ComfyGraph graph) {
        String used = graph.nodes().path(graph.outputNode()).path("class_type").asText();
        List<ObjectNode> others = new ArrayList<>();
        ServerNodes known = ask(List.of(SAVE, PREVIEW, SOCKET));
        for (String output : List.of(PREVIEW, SAVE, SOCKET)) {
            if (!output.equals(used) && known.has(output)) {
                ObjectNode all = graph.nodes().deepCopy();
                ObjectNode node = (ObjectNode) all.get(graph.outputNode());
                JsonNode images = node.path("inputs").path("images");
                ObjectNode inputs = node.put("class_type", output).putObject("inputs");
                inputs.set("images", images);
                if (output.equals(SAVE)) {
                    inputs.put("filename_prefix", "assay/picture");
                }
                others.add(all);
            }
        }
        return others;
    }

    JobErrors words(ComfyGraph graph) {
        return new JobErrors() {
            @Override
            public String refused(int status, String body) {
                return ComfyErrors.ofSubmission(status, body, graph)
                        .map(ComfyErrors.Failure::message)
                        .orElseGet(() -> "the server refused the graph: " + PlainText.line(body, 600));
            }

            @Override
            public String failed(Outcome.Failure failure) {
                return ComfyErrors.ofExecution(failure.data(), graph).message();
            }
        };
    }

    private void note(ModelUnderTest model, Finding.Level level, String text) {
        notes.computeIfAbsent(model, m -> new LinkedHashSet<>()).add(new Finding(level, text));
    }

    Set<Finding> notes(ModelUnderTest model) {
        return notes.getOrDefault(model, Set.of());
    }

    /** Names of all files in use, for people. */
    Set<String> fileNames() {
        Set<String> names = new TreeSet<>();
        recipes.values().forEach(r -> {
            r.files().forEach(f -> names.add(f.name()));
            r.loraFiles().forEach(f -> names.add(f.name()));
        });
        return names;
    }

    /** Packs of nodes in use that are no part of ComfyUI itself. */
    Set<String> customNodes() {
        Set<String> packs = new TreeSet<>();
        used.stream()
                .map(c -> modules.getOrDefault(c, ""))
                .filter(m -> m.startsWith("custom_nodes."))
                .forEach(m -> packs.add(m.substring("custom_nodes.".length())));
        return packs;
    }

    private ServerNodes ask(Collection<String> classes) {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        for (String name : nodes.unasked(classes)) {
            ObjectNode answer = ComfyHttp.JSON.createObjectNode();
            client.objectInfo(name).ifPresent(info -> {
                answer.set(name, info);
                modules.put(name, PlainText.line(info.path("python_module").asText(""), 120));
            });
            answers.put(name, answer);
        }
        if (!answers.isEmpty()) {
            nodes = nodes.and(ServerNodes.of(answers));
        }
        return nodes;
    }
}
