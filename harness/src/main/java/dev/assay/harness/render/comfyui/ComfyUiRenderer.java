package dev.assay.harness.render.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.render.Cost;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderSession;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.RendererLostException;
import dev.assay.harness.render.StepListener;
import dev.assay.harness.render.comfyui.graph.ComfyGraph;
import dev.assay.harness.render.comfyui.graph.GraphException;
import dev.assay.harness.render.comfyui.graph.LoraUse;
import dev.assay.harness.suite.GenerationSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Renders on one ComfyUI server. One picture is in the works and one more waits in the server's queue, so that the server
 * is never idle; ours alone are ever stopped.
 */
public final class ComfyUiRenderer implements Renderer {
    private static final String GRAPH_VERSION = "3"; // of our graphs: the same request gives the same pixels
    private static final String GRAPH = "prompt"; // ComfyUI's own name
    private static final String PROBE = "a person in a red coat in front of a house";

    private final ComfyOptions options;
    private final ComfyServer server;
    private final GraphMaker graphs;
    private final PictureDownload pictures;
    private final ServerFacts facts;
    private final Map<ModelUnderTest, Fingerprint> fingerprints = new HashMap<>();
    private final Map<ModelUnderTest, Set<LoraLog.Line>> logged = new HashMap<>();
    private final Map<ModelUnderTest, List<Finding>> proven = new HashMap<>(); // of LoRAs
    private final Map<ModelUnderTest, GenerationSettings> checked = new HashMap<>();
    private final Map<String, String> sent = new TreeMap<>(); // of the checked requests, for people
    private final Set<ModelUnderTest> heard = new HashSet<>(); // whose LoRAs were loaded while we read the log
    private boolean lost; // another server may have gone on
    private boolean emptied; // the server's caches, once
    private int connections = 1; // of the socket to a server that was looked at
    private volatile StepListener steps = (done, of) -> {};
    private volatile Work current; // whose steps are told

    private ComfyUiRenderer(ComfyOptions options, Credentials credentials, ComfyTimeouts times, LoraReader headers) {
        this.options = options;
        this.server = new ComfyServer(options, credentials, times);
        try {
            this.facts = ServerFacts.of(
                    server.client().systemStats(), server.client().http()::redact);
            this.graphs = new GraphMaker(options, server.client(), headers);
            this.pictures = new PictureDownload(server.client());
            server.onProgress(this::progress);
            server.open();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Connects to a running server.
     *
     * @param environment {@code ASSAY_COMFYUI_TOKEN} or {@code ASSAY_COMFYUI_BASIC} are read from it
     * @param headers of model files, which may have been read before
     * @throws ComfyException when there is no such server, in words
     */
    public static ComfyUiRenderer open(ComfyOptions options, Map<String, String> environment, LoraReader headers) {
        return open(options, Credentials.from(environment), ComfyTimeouts.STANDARD, headers);
    }

    static ComfyUiRenderer open(
            ComfyOptions options, Credentials credentials, ComfyTimeouts times, LoraReader headers) {
        return new ComfyUiRenderer(options, credentials, times, headers);
    }

    /** The graph under the name by which ComfyUI opens a picture's graph again, and the negative prompt that is in it. */
    @Override
    public Map<String, String> sent(RenderRequest request) {
        ComfyGraph graph = graphs.graph(request, null);
        String json = GraphMaker.withoutSecrets(graph.nodes()).toString();
        return Map.of(
                GRAPH,
                server.client().http().redact(json),
                Renderer.NEGATIVE,
                server.client().http().redact(graph.negative()));
    }

    /** A picture that was asked of the server. */
    private record Work(RenderRequest request, ComfyGraph graph, String key, ComfyJob job, int logConnection) {}

    @Override
    public String name() {
        return "comfyui";
    }

    @Override
    public String version() {
        return facts.version() + ", graphs " + GRAPH_VERSION + graphs.optionsVersion();
    }

    @Override
    public String device() {
        return facts.device();
    }

    @Override
    public ModelUnderTest atHand(ModelUnderTest model) {
        return graphs.atHand(model);
    }

    @Override
    public List<Finding> hints(ModelUnderTest model) {
        return graphs.hints(model);
    }

    @Override
    public Map<String, String> metadata(Path lora) {
        return graphs.metadata(lora);
    }

    @Override
    public GenerationSettings defaults(ModelUnderTest model) {
        return graphs.defaults(model);
    }

    @Override
    public Fingerprint fingerprint(ModelUnderTest model, FileHashes hashes) {
        return fingerprints.computeIfAbsent(model, m -> {
            Recipe recipe = graphs.recipe(m, hashes);
            List<Fingerprint.Part> files = recipe.files().stream()
                    .map(f -> new Fingerprint.Part(f.name(), f.identity(), f.bytes()))
                    .toList();
            List<Fingerprint.LoraPart> loras = new ArrayList<>();
            for (int i = 0; i < m.loras().size(); i++) {
                ServerFile f = recipe.loraFiles().get(i);
                Lora lora = m.loras().get(i);
                loras.add(new Fingerprint.LoraPart(
                        f.name(), f.identity(), lora.strength(), lora.clipStrength(), f.bytes()));
            }
            return new Fingerprint(files, loras);
        });
    }

    /** By the server's own lists: node classes, files, samplers; nothing is rendered. */
    @Override
    public void check(ModelUnderTest model, GenerationSettings settings) {
        graphs.check(model, settings);
        checked.put(model, settings);
        String which = "graph of " + model.checkpoint().path().getFileName()
                + (model.loras().isEmpty() ? "" : " with " + model.loras().size() + " LoRA");
        Map<String, String> texts = sent(new RenderRequest(model, "{prompt}", "", 1, settings, 0));
        sent.put(which, texts.get(GRAPH));
        sent.put("negative prompt unless the suite has one", texts.get(Renderer.NEGATIVE));
        if (!emptied) {
            // A file that was replaced under its name would be taken from the server's memory, and a LoRA that is there
            // already writes nothing to the log.
            server.client().empty();
            new RetryPolicy(server.client(), server.times())
                    .sleep(Math.min(300, server.times().grace().toMillis()));
            emptied = true;
        }
    }

    /** The server loads what its graphs name. It is heard until the renderer is closed: {@link #findings} may wait, too. */
    @Override
    public RenderSession begin(List<ModelUnderTest> models, StepListener listener) {
        steps = listener;
        server.client().onWait(listener::waits);
        return new Session();
    }

    private final class Session implements RenderSession {
        private final Map<RenderRequest, Work> underWay = new LinkedHashMap<>();
        private RenderRequest hint; // to be begun after the picture that is asked for; null for none

        /** Begins with it when the next picture is asked for, behind that one. */
        @Override
        public void prefetch(RenderRequest next) {
            hint = next;
        }

        @Override
        public Rendered render(RenderRequest request) {
            Work work = underWay.containsKey(request) ? underWay.get(request) : begin(request);
            current = work;
            RenderRequest next = hint;
            hint = null;
            if (next != null && !underWay.containsKey(next)) {
                begin(next);
            }
            try {
                return finish(work);
            } catch (RendererLostException e) {
                lost = true;
                throw e;
            } finally {
                underWay.remove(request);
                server.forget(work.job());
            }
        }

        private Work begin(RenderRequest request) {
            ComfyGraph graph = graphs.graph(request, request.repeat() == 0 ? null : "repeat " + request.repeat());
            Work work = work(request, graph);
            underWay.put(request, work);
            try {
                work.job().submit();
            } catch (RuntimeException e) {
                underWay.remove(request);
                server.forget(work.job());
                throw e;
            }
            return work;
        }

        /** What is in the server's queue is stopped with the connection. */
        @Override
        public void close() {}
    }

    /** The id of a job says all that decides its pixels, so that only the very same picture is found again. */
    private Work work(RenderRequest request, ComfyGraph graph) {
        Fingerprint files = fingerprints.get(request.model());
        String key = Hashes.sha256(String.join(
                        "\n",
                        version(),
                        device(),
                        files == null ? "" : files.hash(),
                        graph.nodes().toString())
                .getBytes(StandardCharsets.UTF_8));
        ComfyJob job = server.job(key, graph.nodes(), graphs.words(graph));
        return new Work(request, graph, key, job, server.logConnection());
    }

    private Rendered finish(Work work) {
        ComfyJob job = work.job();
        Outcome outcome = job.await();
        remember(work, outcome);
        boolean fromCache = outcome.cached().contains(work.graph().samplerNode());
        if (fromCache && work.request().repeat() > 0) {
            throw new ComfyException(
                    ComfyException.Kind.REFUSED,
                    server.client().where()
                            + ": the server gave a repeated picture from its cache instead of rendering it"
                            + " again; start it with --cache-classic, or without nodes that change its cache");
        }
        Image image = picture(work, outcome);
        requireSameServer();
        return new Rendered(
                image,
                new Cost(
                        outcome.seconds(),
                        fromCache ? 0 : job.secondsPerStep(work.graph().samplerNode()),
                        job.peakVram(),
                        !fromCache && outcome.cached().containsAll(GraphMaker.loaders(work.graph()))));
    }

    /** Where the file cannot be had, the server saves the picture again another way: all before that is in its cache. */
    private Image picture(Work work, Outcome outcome) {
        GenerationSettings s = options.workflow() == null ? work.request().settings() : null;
        try {
            return pictures.get(outcome, work.job(), work.graph().outputNode(), s);
        } catch (PictureDownload.NoPictureException first) {
            int way = 0;
            for (ObjectNode nodes : graphs.otherOutputs(work.graph())) {
                ComfyJob again = server.job(work.key() + " output " + ++way, nodes, graphs.words(work.graph()));
                try {
                    again.submit();
                    return pictures.get(again.await(), again, work.graph().outputNode(), s);
                } catch (PictureDownload.NoPictureException next) {
                    first.addSuppressed(next);
                } finally {
                    server.forget(again);
                }
            }
            throw first;
        }
    }

    /** An update of the server in the middle of a run would be judged as a difference of models. */
    private void requireSameServer() {
        int now = server.connections();
        if (now <= connections) {
            return;
        }
        JsonNode stats = new RetryPolicy(server.client(), server.times())
                .ask(() -> server.client().systemStats());
        ServerFacts found = ServerFacts.of(stats, server.client().http()::redact);
        if (!found.version().equals(facts.version()) || !found.device().equals(facts.device())) {
            throw new ComfyException(
                    ComfyException.Kind.REFUSED,
                    server.client().where() + ": the server changed during the run: expected " + version() + " on "
                            + device() + ", found " + found.version() + " on " + found.device()
                            + "; run again, so that base and candidate come from the same server");
        }
        connections = now;
    }

    private void remember(Work work, Outcome outcome) {
        ModelUnderTest model = work.request().model();
        if (!work.graph().otherLoras().isEmpty()) {
            return; // whose lines are they?
        }
        logged.computeIfAbsent(model, m -> new LinkedHashSet<>())
                .addAll(work.job().loraLines());
        if (wasHeard(work, outcome)) {
            heard.add(model);
        }
    }

    /** Whether the log was read while all LoRAs of the work were loaded. */
    private boolean wasHeard(Work work, Outcome outcome) {
        return work.job().wasHeard()
                && facts.logsWarnings()
                && work.logConnection() >= 0
                && work.logConnection() == server.logConnection()
                && work.graph().loras().stream().noneMatch(outcome.cached()::contains);
    }

    /** What was noticed about the files, what the server's log told of LoRAs, and whether each of them is applied. */
    @Override
    public List<Finding> findings(ModelUnderTest model) {
        List<Finding> findings = new ArrayList<>(graphs.notes(model));
        Recipe recipe = graphs.known(model);
        if (recipe != null && !recipe.loras().isEmpty()) {
            findings.addAll(proven(model, recipe));
        }
        return findings.stream()
                .map(f -> new Finding(f.level(), server.client().http().redact(f.text())))
                .toList();
    }

    private List<Finding> proven(ModelUnderTest model, Recipe recipe) {
        GenerationSettings settings = checked.get(model);
        if (proven.containsKey(model)) {
            return proven.get(model);
        }
        List<Finding> found = settings == null ? List.of() : proof(model, recipe, settings);
        if (!heard.contains(model)) {
            found = new ArrayList<>(found);
            found.add(unheard(recipe));
        }
        if (settings != null) {
            proven.put(model, found);
        }
        return found;
    }

    /** Pictures tell whether a LoRA does something; which of its keys were left out only its header or the log can tell. */
    private Finding unheard(Recipe recipe) {
        String why = server.client().where() + ": the server's log cannot be read; ";
        List<String> unseen = IntStream.range(0, recipe.loras().size())
                .filter(i -> recipe.loraModules().get(i).isEmpty())
                .mapToObj(i -> recipe.loras().get(i).file())
                .toList();
        return unseen.isEmpty()
                ? new Finding(
                        Finding.Level.NOTE, why + "which LoRA keys it leaves out is told by the files' headers alone")
                : new Finding(
                        Finding.Level.WARNING,
                        why + "whether a part of " + String.join(" and of ", unseen)
                                + " was left out cannot be told: give the server's models folder as assay.models");
    }

    private List<Finding> proof(ModelUnderTest model, Recipe recipe, GenerationSettings settings) {
        RenderRequest probe = new RenderRequest(model, PROBE, "", 1, settings, 0);
        Probe pictures = new Probe(probe);
        if (!heard.contains(model)) {
            pictures.listen(recipe.loras()).ifPresent(lines -> {
                heard.add(model);
                logged.computeIfAbsent(model, m -> new LinkedHashSet<>()).addAll(lines);
            });
        }
        ComfyGraph graph = graphs.graph(probe, null);
        List<Boolean> onText = recipe.loraFiles().stream()
                .map(f -> GraphMaker.isOnText(graph, f.name()))
                .toList();
        return new LoraProof(recipe.loraModules(), recipe.loras(), onText, pictures)
                .find(
                        heard.contains(model) ? Optional.of(logged.getOrDefault(model, Set.of())) : Optional.empty(),
                        this::guarded);
    }

    private List<Finding> guarded(String file, Supplier<List<Finding>> question) {
        try {
            return question.get();
        } catch (ComfyException | RendererLostException | GraphException e) {
            server.client().forgetCapabilities();
            // When another server has gone on, that one tells.
            return List.of(new Finding(
                    lost ? Finding.Level.WARNING : Finding.Level.ERROR,
                    file + ": whether it reaches the diffusion model could not be told, run again; " + e.getMessage()));
        }
    }

    /** Pictures of its own, which no run counts. */
    private final class Probe implements LoraProof.Server {
        private final RenderRequest request;

        Probe(RenderRequest request) {
            this.request = request;
        }

        @Override
        public Image paint(List<LoraUse> loras, int repeat) {
            return paint(work(request, graphs.graph(request, loras, repeat == 0 ? null : "repeat " + repeat)));
        }

        @Override
        public boolean spoils(List<LoraUse> loras) {
            RenderRequest quick = quick("euler"); // whatever adapts its steps would never end
            ComfyGraph graph = graphs.graph(quick, loras, null);
            Image sound = paint(work(quick, graph));
            Work spoilt = work(quick, GraphMaker.spoilt(graph));
            try {
                return !paint(spoilt).equals(sound);
            } finally {
                server.client().forget(spoilt.job().id()); // NaN is no JSON to a browser that shows the history
            }
        }

        private Image paint(Work work) {
            try {
                work.job().submit();
                return picture(work, work.job().await());
            } finally {
                server.forget(work.job());
            }
        }

        private RenderRequest quick(String sampler) {
            GenerationSettings s = request.settings();
            GenerationSettings one = new GenerationSettings(
                    s.width(),
                    s.height(),
                    1,
                    s.guidanceScale(),
                    sampler,
                    s.scheduler(),
                    s.clipSkip(),
                    s.distilledGuidance(),
                    s.shift());
            return new RenderRequest(request.model(), PROBE, "", 1, one, 0);
        }

        /** A LoRA that is in the server's cache writes nothing to the log, nor does a picture that an earlier run made. */
        @Override
        public Optional<Collection<LoraLog.Line>> listen(List<LoraUse> loras) {
            boolean silent = loras.stream().allMatch(l -> l.strengthModel() == 0 && l.strengthClip() == 0);
            if (silent || !server.hearsLog() || !facts.logsWarnings()) {
                return Optional.empty();
            }
            RenderRequest quick = quick(request.settings().sampler());
            Work work = work(
                    quick,
                    GraphMaker.withFreshLoras(graphs.graph(quick, loras, null).withoutOtherLoras()));
            try {
                work.job().submit();
                Outcome outcome = work.job().await();
                return wasHeard(work, outcome) ? Optional.of(work.job().loraLines()) : Optional.empty();
            } catch (ComfyException | RendererLostException e) {
                server.client().forgetCapabilities();
                return Optional.empty();
            } finally {
                server.forget(work.job());
            }
        }
    }

    /** Whether the server's log is being read. */
    boolean hearsLog() {
        return server.hearsLog();
    }

    private void progress(ComfyJob job, JsonNode data) {
        Work work = current;
        if (work != null
                && work.job() == job
                && work.graph().samplerNode().equals(data.path("node").asText())) {
            steps.step(data.path("value").asInt(), data.path("max").asInt());
        }
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("server", server.client().where());
        all.put("ComfyUI", facts.comfyui());
        all.put("torch", facts.torch());
        all.put("Python", facts.python());
        all.put("device", facts.device());
        all.put("started with", facts.shownArguments());
        all.put("custom nodes", new TreeSet<>(graphs.customNodes()).stream().collect(Collectors.joining(", ")));
        all.put("models", String.join(", ", graphs.fileNames()));
        all.putAll(sent);
        all.values().removeIf(String::isEmpty);
        return all;
    }

    @Override
    public void close() {
        server.close();
    }
}
