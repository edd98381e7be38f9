package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.BASE;
import static dev.assay.harness.run.SettingKeys.CHECKPOINT;
import static dev.assay.harness.run.SettingKeys.COLLECTION;
import static dev.assay.harness.run.SettingKeys.COMFYUI_TRUST_STORE;
import static dev.assay.harness.run.SettingKeys.COMFYUI_WORKFLOW;
import static dev.assay.harness.run.SettingKeys.CUDA_PYTHON;
import static dev.assay.harness.run.SettingKeys.DEVICE;
import static dev.assay.harness.run.SettingKeys.JUDGE_CALIBRATION;
import static dev.assay.harness.run.SettingKeys.LORA;
import static dev.assay.harness.run.SettingKeys.MODELS;
import static dev.assay.harness.run.SettingKeys.OVERRIDE;
import static dev.assay.harness.run.SettingKeys.PROGRESS;
import static dev.assay.harness.run.SettingKeys.RENDERER;
import static dev.assay.harness.run.SettingKeys.SEEDS;
import static dev.assay.harness.run.SettingKeys.SEED_OFFSET;
import static dev.assay.harness.run.SettingKeys.STEPS;
import static dev.assay.harness.run.SettingKeys.STORE;
import static dev.assay.harness.run.SettingKeys.SUITE;
import static dev.assay.harness.run.SettingKeys.TRIGGER;
import static dev.assay.harness.run.SettingKeys.UNAVAILABLE;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.model.ModelReference.Written;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.model.hub.HubAccess;
import dev.assay.harness.model.hub.Transfer;
import dev.assay.harness.model.hub.WeightsResolver;
import dev.assay.harness.model.lora.LoraReader;
import dev.assay.harness.nn.cuda.CudaLibraries;
import dev.assay.harness.nn.cuda.Natives;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.folder.FinishedPictures;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricCatalogs;
import dev.assay.harness.scorer.ModelRoles;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.LoadedSuite;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteException;
import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Secrets;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.text.Trouble;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/**
 * From the user's settings to a run. What cannot be read becomes the {@link #problem()}, so that it is reported and recorded
 * like any other trouble.
 */
public final class Session {
    public static final String DEFAULT_SUITE = BundledSuites.MICROCOSM;
    static final String USERS_SUITE = "everyday"; // where other models than the bundled ones are rendered
    private static final String DEFAULT_BASE = "microcosm:base";
    private static final String DEFAULT_LORA = "microcosm:sound";

    static {
        // JavaCPP says on every start that PyTorch's binding is newer than OpenBLAS's: docs/decisions/0007. SLF4J drops
        // its messages.
        System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
    }

    private final Path out;
    private final MetricCatalog catalog;
    private final String problem;
    private final String suiteName;
    private final Settings settings;
    private final Path root;
    private final ModelReference references;
    private final HubAccess access;
    private final Plan plan;
    private final Finder uses; // null where pictures are finished
    private final FinishedPictures finished; // null where pictures will be rendered
    private final LoraReader headers;
    private final FileHashes hashes; // of everything that decides the verdict
    private Caller caller = Caller.BUILD;

    private Session(
            Path out,
            MetricCatalog catalog,
            String problem,
            String suiteName,
            Settings settings,
            Path root,
            ModelReference references,
            HubAccess access,
            Plan plan,
            Finder uses,
            FinishedPictures finished,
            LoraReader headers,
            FileHashes hashes) {
        this.out = out;
        this.catalog = catalog;
        this.problem = problem;
        this.suiteName = suiteName;
        this.settings = settings;
        this.root = root;
        this.references = references;
        this.access = access;
        this.plan = plan;
        this.uses = uses;
        this.finished = finished;
        this.headers = headers;
        this.hashes = hashes;
    }

    /** Reads settings from the system properties, the environment and {@code assay.yaml} in {@code assay.root}. */
    public static Session read(String defaultSuite) {
        Properties properties = System.getProperties();
        Map<String, String> given =
                properties.stringPropertyNames().stream().collect(Collectors.toMap(k -> k, properties::getProperty));
        SettingKeys.forgetSecrets(properties);
        return read(defaultSuite, System.getenv(), given);
    }

    /** @param properties all system properties, or those that take their place */
    public static Session read(String defaultSuite, Map<String, String> environment, Map<String, String> properties) {
        Session session = of(defaultSuite, environment, properties);
        session.caller = Caller.of(properties);
        return session;
    }

    /** Before anything native is loaded; for networks of metrics, too, whoever renders. */
    private static void requireNatives(Settings settings, Map<String, String> environment, Path root) {
        Natives.require();
        if (settings.get(DEVICE).equals("cuda")) {
            Path python = Optional.ofNullable(settings.get(CUDA_PYTHON))
                    .map(root::resolve)
                    .orElse(null);
            CudaLibraries.find(python, environment, Loader.getPlatform()).use();
        }
    }

    private static Session of(String defaultSuite, Map<String, String> environment, Map<String, String> properties) {
        Workspace workspace = Workspace.of(properties);
        Path root = workspace.root();
        Path out = workspace.out();
        Settings settings = null; // where they can be read, the record of a broken session says what was asked for, too
        try {
            settings = Settings.read(root, environment, properties);
            FileHashes hashes = new FileHashes();
            MetricCatalog catalog = MetricCatalogs.with(WeightsSettings.jars(settings, root), hashes);
            requirePaths(settings, root);
            requireNatives(settings, environment, root);
            if (workspace.gate()) {
                requireOneFile(settings, root);
            }
            ModelReference references = new ModelReference(
                    root,
                    Map.of("microcosm", workspace.microcosm()),
                    Optional.ofNullable(settings.get(MODELS)).map(root::resolve),
                    settings.get(RENDERER).equals("comfyui"));
            if (workspace.gate()) {
                requirePlace(settings, root, references);
            }
            HubAccess access = WeightsSettings.access(environment);
            if (settings.get(RENDERER).equals("folder")) {
                FolderRun run = FolderRun.of(settings, root, out, suite(settings.get(SUITE), root, USERS_SUITE));
                return new Session(
                        out,
                        catalog,
                        null,
                        run.plan().suite().name(),
                        settings,
                        root,
                        references,
                        access,
                        run.plan(),
                        null,
                        run.pictures(),
                        null,
                        hashes);
            }
            LoraReader headers = new LoraReader();
            Used used = plan(settings, references, root, out, defaultSuite, headers);
            return new Session(
                    out,
                    catalog,
                    null,
                    used.plan().suite().name(),
                    settings,
                    root,
                    references,
                    access,
                    used.plan(),
                    used.uses(),
                    null,
                    headers,
                    hashes);
        } catch (RuntimeException | Error trouble) {
            return new Session(
                    out,
                    null,
                    Trouble.words(trouble),
                    suiteName(settings, root, defaultSuite),
                    settings,
                    root,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }
    }

    /** Files and folders, needed later, that must be there now. */
    private static void requirePaths(Settings settings, Path root) {
        for (SettingKey<String> key : List.of(MODELS, COMFYUI_WORKFLOW, COMFYUI_TRUST_STORE, JUDGE_CALIBRATION)) {
            String written = settings.get(key);
            boolean folder = key.equals(MODELS);
            if (written != null
                    && !(folder
                            ? Files.isDirectory(root.resolve(written))
                            : Files.isRegularFile(root.resolve(written)))) {
                throw new SettingsException(key.name() + " (" + settings.source(key) + "): no such "
                        + (folder ? "folder: " : "file: ") + root.resolve(written));
            }
        }
    }

    /** Said before the first picture: what a gate would turn away whatever the pictures show. */
    private static void requireOneFile(Settings settings, Path root) {
        String lora = settings.get(LORA);
        String checkpoint = settings.get(CHECKPOINT);
        if (settings.get(COLLECTION) == null) {
            throw new SettingsException("which collection? the gate needs -Dassay.collection=DIR");
        }
        if (lora == null && checkpoint == null) {
            throw new SettingsException("nothing to add: the gate needs -Dassay.lora=FILE or -Dassay.checkpoint=FILE");
        }
        if (lora != null
                && (checkpoint != null || ModelReference.items(root, lora).size() > 1)) {
            throw new SettingsException("the gate takes one file at a time, found "
                    + (checkpoint == null ? lora : checkpoint + " with " + lora)
                    + "; give each by itself, in a run of its own");
        }
        String wanted = lora == null ? checkpoint : lora;
        if (Files.isDirectory(root.resolve(wanted))) {
            throw new SettingsException(
                    "the gate takes one file, found the folder " + wanted + "; give its files one after the other");
        }
    }

    private static void requirePlace(Settings settings, Path root, ModelReference references) {
        Path file = settings.get(LORA) == null
                ? references.resolve(settings.get(CHECKPOINT))
                : references.loras(settings.get(LORA)).get(0).path();
        CollectionPrecheck.objection(root.resolve(settings.get(COLLECTION)), file, settings.get(OVERRIDE) != null)
                .ifPresent(objection -> {
                    throw new SettingsException(objection);
                });
    }

    private static Used plan(
            Settings settings,
            ModelReference references,
            Path root,
            Path out,
            String defaultSuite,
            LoraReader headers) {
        boolean local = settings.get(RENDERER).equals("local");
        String suiteName = defaultSuite(settings, defaultSuite);
        LoadedSuite loaded = suite(settings.get(SUITE), root, suiteName);
        Suite suite = WeightsSettings.over(asked(loaded.suite(), settings, true), settings);

        if (settings.get(BASE) == null && !local) {
            throw new SettingsException("nothing to compare with: the renderer " + settings.get(RENDERER)
                    + " needs -Dassay.base=FILE|DIR" + DefaultBase.hint(references, settings.get(LORA)));
        }
        boolean bundled = settings.get(BASE) == null || settings.get(BASE).startsWith("microcosm:");
        boolean calibrates = settings.get(SEED_OFFSET) != 0;
        Path base = references.resolve(settings.get(BASE) == null ? DEFAULT_BASE : settings.get(BASE));
        Path checkpoint = settings.get(CHECKPOINT) == null ? base : references.resolve(settings.get(CHECKPOINT));
        String wanted = settings.get(LORA);
        if (wanted == null && settings.get(CHECKPOINT) == null && !calibrates) {
            if (!bundled) {
                throw new SettingsException("nothing to judge on " + settings.get(BASE)
                        + ": give -Dassay.lora=FILE or -Dassay.checkpoint=FILE|DIR");
            }
            wanted = DEFAULT_LORA;
        }
        List<Written> written = wanted == null ? List.of() : references.written(wanted);
        List<Lora> loras = written.stream()
                .map(w -> new Lora(w.path(), w.strength() == null ? 1 : w.strength()))
                .toList();
        if (settings.get(BASE) == null) {
            DefaultBase.require(base, checkpoint, loras, references.bundles().get("microcosm"), headers);
        }
        ModelUnderTest baseModel = new ModelUnderTest(new Checkpoint(base), List.of());
        ModelUnderTest candidate = new ModelUnderTest(new Checkpoint(checkpoint), loras);
        Plan plan = new Plan(
                suite,
                loaded.sha256(),
                baseModel,
                Plan.stem(base),
                candidate,
                Plan.name(baseModel, candidate, settings.get(SEED_OFFSET)),
                settings.get(SEED_OFFSET),
                loaded.notes(),
                Use.OPEN,
                out);
        Uses uses = new Uses(settings.usage(), settings.usageOfBoth(), settings.get(TRIGGER), written, headers);
        Finder finder = (files, remote) -> uses.of(plan, files, remote);
        return new Used(finder.plan(model -> model, lora -> Map.of()), finder);
    }

    /** Finds out how the files of a run are used, and gives its plan. */
    private interface Finder {
        /** @see Uses#of */
        Plan plan(UnaryOperator<ModelUnderTest> files, Function<Path, Map<String, String>> remote);
    }

    /** The plan as far as this disk tells, and what finds out more where a renderer knows where files lie. */
    private record Used(Plan plan, Finder uses) {}

    /** @param bundled for the bundled models, which know a small world alone */
    private static String defaultSuite(Settings settings, String bundled) {
        boolean real = !settings.get(RENDERER).equals("local")
                || (settings.get(BASE) != null && !settings.get(BASE).startsWith("microcosm:"));
        return real ? USERS_SUITE : bundled;
    }

    /** Also of a session that cannot run for another reason than its suite; {@code unknown} where that cannot be read. */
    private static String suiteName(Settings settings, Path root, String localSuite) {
        try {
            return suite(settings.get(SUITE), root, defaultSuite(settings, localSuite))
                    .suite()
                    .name();
        } catch (RuntimeException unreadable) {
            return "unknown";
        }
    }

    /** @param wanted a file, or the name of a bundled suite; null for {@code defaultSuite} */
    static LoadedSuite suite(String wanted, Path root, String defaultSuite) {
        if (wanted != null && Files.isRegularFile(root.resolve(wanted))) {
            return LoadedSuite.read(wanted, root.resolve(wanted));
        }
        String name = wanted == null ? defaultSuite : wanted;
        List<String> names = BundledSuites.names();
        return BundledSuites.find(name)
                .orElseThrow(() -> new SettingsException("assay.suite: expected the name of a bundled suite ("
                        + String.join(", ", names) + ") or a file, found " + name + "; no such file in " + root
                        + DidYouMean.hint(name, names)));
    }

    /** The suite file's name, for messages. */
    static String suiteSource(Settings settings, String defaultSuite) {
        return settings.get(SUITE) == null ? defaultSuite + ".yaml" : settings.get(SUITE);
    }

    /**
     * Steps and number of seeds as the user wishes.
     *
     * @param more whether pictures of other seeds than the suite's can be made
     */
    static Suite asked(Suite suite, Settings settings, boolean more) {
        List<PromptCase> cases = suite.cases().stream()
                .map(c -> settings.get(SEEDS) == null
                        ? c
                        : c.withSoManySeeds(
                                more
                                        ? settings.get(SEEDS)
                                        : Math.min(
                                                settings.get(SEEDS), c.seeds().size())))
                .toList();
        return suite.with(
                settings.get(STEPS) == null
                        ? suite.settings()
                        : suite.settings().withSteps(settings.get(STEPS)),
                cases);
    }

    /** What keeps this session from running, for people; null when nothing does. */
    public String problem() {
        return caller.words(problem);
    }

    /** Empty where they cannot be read; {@link #problem()} says why. */
    public Optional<Settings> settings() {
        return Optional.ofNullable(settings);
    }

    public String suiteName() {
        return suiteName;
    }

    public String candidateName() {
        return plan == null ? "unknown" : plan.candidateName();
    }

    /** The family of a criterion's metric; unknown where the evaluation will say that there is no such metric. */
    public Family family(Criterion criterion) {
        return BuiltInCriteria.metric(criterion, catalog)
                .map(MetricInfo::family)
                .orElse(Family.UNKNOWN);
    }

    /** The built-in ones, then the suite's; empty when there is a problem. */
    public List<Criterion> criteria() {
        return plan == null ? List.of() : criteria(plan);
    }

    private List<Criterion> criteria(Plan of) {
        return Stream.concat(BuiltInCriteria.of(of, finished == null, catalog).stream(), of.suite().criteria().stream())
                .toList();
    }

    /** What was selected, of a plan that a renderer has told more about: its criteria may be asked otherwise, or be others. */
    private List<Criterion> selected(List<Criterion> chosen, Plan used) {
        if (used.equals(plan)) {
            return chosen;
        }
        Set<String> left = criteria().stream().map(Criterion::id).collect(Collectors.toSet());
        chosen.forEach(c -> left.remove(c.id()));
        return criteria(used).stream().filter(c -> !left.contains(c.id())).toList();
    }

    /**
     * Everything that decides the verdict, by name: two sessions with the same have the same verdict, but for the machine's own
     * noise. Only for a session without a problem.
     *
     * @param sha256 hashes files, maybe with a memory
     */
    public Map<String, String> deciders(Function<Path, String> sha256) {
        // Without downloads: what is not here decides nothing yet.
        WeightsResolver weights =
                WeightsSettings.resolver(settings, references, catalog.weights(), access, false, Transfer.QUIET);
        return VerdictInputs.of(plan, settings, catalog, weights::find, root, new FileHashes(sha256));
    }

    /**
     * All that decides the verdict; empty where that cannot be told without a picture, or where the same question may have another answer: of
     * finished pictures, of a vision model on a server, of seconds and memory. It opens the renderers, and closes them again.
     */
    public Optional<Question> question() {
        if (problem != null || finished != null) {
            return Optional.empty();
        }
        try (Renderers renderers = Renderers.open(settings, root, headers)) {
            WeightsResolver weights =
                    WeightsSettings.resolver(settings, references, catalog.weights(), access, false, Transfer.QUIET);
            Plan used = seen(renderers.all().get(0));
            if (noiseDecides(criteria(used))) {
                return Optional.empty();
            }
            return Optional.of(Question.of(
                    used,
                    VerdictInputs.of(used, settings, catalog, weights::find, root, hashes),
                    new RenderQueue(
                                    used,
                                    renderers.all(),
                                    new RenderStore(store()),
                                    hashes,
                                    Progress.QUIET,
                                    p -> List.of(),
                                    p -> false)
                            .keys(),
                    Question.code(System.getProperty("java.class.path"), new FileHashes())));
        } catch (RuntimeException unknown) {
            return Optional.empty(); // the run says what is wrong, if it is
        }
    }

    /** A picture that proves that pictures can be made, and the device that made it. */
    record Proof(Rendered picture, String device) {}

    /**
     * Renders one picture of the base, which goes to no store.
     *
     * @throws RuntimeException saying what keeps it from being made
     */
    Proof proof() {
        if (problem != null) {
            throw new SettingsException(problem);
        }
        try (Renderers renderers = Renderers.open(settings, root, headers)) {
            RenderQueue queue = new RenderQueue(
                    plan,
                    renderers.all(),
                    new RenderStore(store()),
                    hashes,
                    Progress.QUIET,
                    p -> List.of(),
                    p -> false);
            return new Proof(queue.proof(), renderers.all().get(0).device());
        }
    }

    /** Whether the outcome may be another one the next time: by itself, or where it confirms another. */
    private boolean noiseDecides(List<Criterion> criteria) {
        Set<String> confirmers =
                criteria.stream().flatMap(c -> c.confirmedBy().stream()).collect(Collectors.toSet());
        return criteria.stream()
                .filter(c -> !c.soft() || confirmers.contains(c.id()))
                .anyMatch(this::isNoisy);
    }

    private boolean isNoisy(Criterion criterion) {
        return family(criterion) == Family.COST
                || (catalog.find(criterion.metric()).isPresent()
                        && catalog.needs(criterion.metric()).contains(ModelRoles.JUDGE));
    }

    private Path store() {
        return settings.get(STORE) == null ? root.resolve(".assay/renders") : root.resolve(settings.get(STORE));
    }

    /**
     * What keeps the criteria from being judged, as far as it can be told without opening a model or asking a server: the
     * {@link #problem()}, missing weights.
     */
    public Optional<String> obstacle() {
        if (problem != null) {
            return Optional.of(problem);
        }
        try {
            if (finished == null) {
                SuiteCheck.require(suiteSource(settings, plan.suite().name()), plan.suite(), catalog);
            } else {
                SuiteCheck.require(plan.suite(), catalog); // pictures may have left out criteria of the file
            }
        } catch (SuiteException wrong) {
            return Optional.of(Trouble.words(wrong));
        }
        return missingWeights(criteria());
    }

    /** Says that a server does not answer, which {@link #evaluate} finds too. Only for a session without an {@link #obstacle()}. */
    public Optional<String> unreachable() {
        if (!settings.get(RENDERER).equals("comfyui")) {
            return Optional.empty();
        }
        try {
            Renderers.open(settings, root, headers).close();
            return Optional.empty();
        } catch (RuntimeException trouble) {
            return Optional.of(Trouble.words(trouble));
        }
    }

    /** In words; empty also where the run may do without. */
    private Optional<String> missingWeights(List<Criterion> criteria) {
        if (incomplete()) {
            return Optional.empty();
        }
        MissingWeights missing = MissingWeights.of(
                plan.suite(),
                settings.get(SUITE) == null ? plan.suite().name() : settings.get(SUITE),
                criteria.stream().filter(c -> !c.soft()).toList(),
                catalog,
                WeightsSettings.resolver(settings, references, catalog.weights(), access, false, Transfer.QUIET),
                WeightsSettings.downloads(settings));
        return missing.isEmpty() ? Optional.empty() : Optional.of(missing.words());
    }

    private boolean incomplete() {
        return settings.get(UNAVAILABLE).equals("allow");
    }

    /** Runs the evaluation, or records the problem; writes the record. */
    public RunRecord evaluate(List<Criterion> selected) {
        Optional<String> why = problem == null ? missingWeights(selected) : Optional.of(problem);
        return why.isPresent() ? refuse(why.get()) : written(judge(selected));
    }

    /** Records that there was no evaluation, and why. */
    public RunRecord refuse(String why) {
        return written(RecordBuilder.unplanned(why));
    }

    private RunRecord written(RunRecord judged) {
        RunRecord record = judged.saying(caller::words)
                .asking(settings == null ? Map.of() : settings.given())
                .saying(secrets()::redact);
        RunRecords.write(out, record);
        return record;
    }

    /** What must stand in no record, whoever said it. */
    private Secrets secrets() {
        return settings == null ? Secrets.none() : ComfyServers.secrets(settings);
    }

    private RunRecord judge(List<Criterion> selected) {
        Path store = store();
        try (Progress progress = Terminal.find(
                settings.get(PROGRESS),
                "what is finished is kept in " + store + ": the same command goes on from there")) {
            return judge(selected, store, progress);
        }
    }

    private RunRecord judge(List<Criterion> selected, Path store, Progress progress) {
        Path kept = settings.get(STORE) == null ? root.resolve(".assay") : store;
        WeightsResolver weights = WeightsSettings.resolver(
                settings, references, catalog.weights(), access, true, new DownloadProgress(progress));
        RunRecord record = null;
        RenderStore pictures = new RenderStore(store);
        pictures.sweep();
        try (Renderers renderers = Renderers.open(settings, root, headers);
                LazyModels models = new LazyModels(
                                plan.suite(),
                                weights::find,
                                catalog.weights(),
                                settings.get(DEVICE),
                                memory() / 2,
                                hashes,
                                new VectorFolder(kept.resolve("embeddings"), hashes))
                        .serving(ModelRoles.JUDGE, new Judges(settings, root)::get)) {
            Plan used = finished != null ? plan : seen(renderers.all().get(0));
            record = new Evaluation(
                            used,
                            criteria(used),
                            finished != null
                                    ? new FolderPictures(plan, finished, pictures, hashes, new RenderStats(progress))
                                    : new RenderQueue(
                                            used,
                                            renderers.all(),
                                            pictures,
                                            hashes,
                                            progress,
                                            p -> Preflight.of(p, settings.get(RENDERER), headers),
                                            p -> Preflight.changesNextToNothing(p, settings.get(RENDERER), headers)),
                            new ScoreStore(kept.resolve("scores"), hashes),
                            catalog,
                            models,
                            progress,
                            hashes,
                            incomplete())
                    .run(selected(selected, used));
            record = record.looking(models.used());
        } catch (RuntimeException | Error trouble) {
            // What fails to close after the verdict takes nothing from it.
            return record != null ? record : RecordBuilder.unplanned(Trouble.words(trouble));
        }
        return record;
    }

    /** A renderer may know where files lie that the user names as a server does, and what lies beside them speaks of their use. */
    private Plan seen(Renderer renderer) {
        ModelUnderTest candidate;
        try {
            candidate = renderer.atHand(plan.candidate());
            if (candidate.equals(plan.candidate()) && Fingerprint.areHere(candidate)) {
                return plan;
            }
            renderer.atHand(plan.base());
        } catch (RuntimeException unknown) {
            return plan; // the run says what is wrong with a name
        }
        return uses.plan(renderer::atHand, renderer::metadata);
    }

    /** Bytes of the machine's main memory. */
    private static long memory() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }
}
