package dev.assay.harness.run;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Picture;
import dev.assay.harness.render.PictureOrigin;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderSession;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.RendererLostException;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.usage.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Gets the pictures of a run from the store, or has renderers make them. Both pictures of a pair come from the same renderer, so
 * that they differ by the model alone; each renderer makes all its pictures of one model before those of the next. When a
 * renderer is lost, the others make its unfinished pairs, both pictures of each.
 */
final class RenderQueue implements PictureSource {
    /** How many base pictures a renderer makes twice, to measure how much it differs from itself. */
    private static final int REPEATS = 4;

    private static final long PNG_AND_TEXT = 1 << 14; // bytes beside the pixels

    private final Plan plan;
    private final List<Renderer> renderers;
    private final FileHashes hashes;
    private final RenderStats tally;
    private final RenderStore store;
    private final Function<Plan, List<Finding>> preflight;
    private final Predicate<Plan> nextToNothing;
    private final Map<Place, Picture> pictures = new ConcurrentHashMap<>();
    private final Map<Place, Picture> early = new HashMap<>(); // repeats of pictures that are still to be made
    private final List<Repeat> repeats = new ArrayList<>();
    private List<Arm> arms; // null before they were asked for
    private List<Integer> usualSteps; // of base and candidate, likewise
    private List<RenderWorker> first; // null before the forecast

    /**
     * The caller closes the renderers.
     *
     * @param renderers at least one; several share the pictures among them
     * @param preflight what the models' files on this disk tell without rendering
     * @param nextToNothing whether the candidate's weights change too little to be seen
     */
    RenderQueue(
            Plan plan,
            List<Renderer> renderers,
            RenderStore store,
            FileHashes hashes,
            Progress progress,
            Function<Plan, List<Finding>> preflight,
            Predicate<Plan> nextToNothing) {
        this.plan = plan;
        this.renderers = renderers;
        this.hashes = hashes;
        this.store = store;
        this.tally = new RenderStats(progress);
        this.preflight = preflight;
        this.nextToNothing = nextToNothing;
    }

    static int pictures(Suite suite) {
        return suite.cases().stream().mapToInt(c -> c.seeds().size()).sum();
    }

    /** One pair of the run: indices of the case in the suite and of the seed in the case. */
    record Pair(int prompt, int seed) {}

    private Renderer one() {
        return renderers.get(0);
    }

    /** The first renderer's facts as they are, those of others with their number in front. */
    @Override
    public RunRecord.RendererInfo info() {
        Map<String, String> facts = new TreeMap<>(one().facts());
        for (int i = 1; i < renderers.size(); i++) {
            String number = "renderer " + (i + 1) + " ";
            facts.put(number + "version", renderers.get(i).version());
            facts.put(number + "device", renderers.get(i).device());
            renderers.get(i).facts().forEach((name, fact) -> facts.put(number + name, fact));
        }
        return new RunRecord.RendererInfo(one().name(), one().version(), one().device(), facts);
    }

    @Override
    public RunRecord.Settings settings() {
        return RunRecord.Settings.of(arms().get(0).settings(), usualSteps.get(0));
    }

    @Override
    public RunRecord.Settings ownSettings() {
        return RunRecord.Settings.of(arms().get(1).settings(), usualSteps.get(1));
    }

    /** The base first. A pair has one size: the candidate's where it says one, else the base's. */
    private List<Arm> arms() {
        if (arms == null) {
            Use use = plan.use();
            boolean sameModel = plan.candidate().checkpoint().equals(plan.base().checkpoint());
            // The base last: a renderer remembers whose defaults were asked for, and compares the others with it.
            Optional<GenerationSettings> other = sameModel ? Optional.empty() : usualIfKnown(plan.candidate());
            GenerationSettings ofBase = usual(plan.base());
            GenerationSettings ofCandidate = other.orElse(ofBase);
            usualSteps = List.of(ofBase.steps(), ofCandidate.steps());
            SuiteSettings asked = use.asked().settings();
            GenerationSettings base = asked.sizeAlone()
                    .over(use.base().settings().over(plan.suite().settings().over(ofBase)));
            GenerationSettings candidate =
                    base.sizeAlone().over(asked.over(plan.suite().settings().over(ofCandidate)));
            List<Arm> all = new ArrayList<>(List.of(
                    new Arm(RenderTask.BASE, plan.base(), use.base(), base, 0),
                    new Arm(RenderTask.CANDIDATE, plan.candidate(), use.asked(), candidate, plan.seedOffset())));
            if (plan.rendersUntriggered()) {
                Usage plain = use.candidate().withoutTrigger();
                all.add(new Arm(RenderTask.UNTRIGGERED, plan.candidate(), plain, candidate, plan.seedOffset()));
            }
            arms = List.copyOf(all);
        }
        return arms;
    }

    /** Of the model's family, and over it what the model's own file says. */
    private GenerationSettings usual(ModelUnderTest model) {
        return ModelDefaults.of(one().atHand(model).checkpoint().path()).over(one().defaults(model));
    }

    /** Of a candidate that may be no model at all, which pre-flight and check say in words. */
    private Optional<GenerationSettings> usualIfKnown(ModelUnderTest candidate) {
        try {
            return Optional.of(usual(candidate));
        } catch (RuntimeException unknown) {
            return Optional.empty();
        }
    }

    @Override
    public boolean changesNextToNothing() {
        return nextToNothing.test(here());
    }

    private Plan here() {
        return plan.with(one().atHand(plan.base()), one().atHand(plan.candidate()));
    }

    @Override
    public List<Finding> preflight() {
        Plan here = here();
        List.of(here.base(), here.candidate())
                .forEach(model -> Fingerprint.files(model).forEach(hashes::watch));
        List<Finding> findings = new ArrayList<>(preflight.apply(here));
        findings.addAll(one().hints(plan.candidate()));
        return findings;
    }

    @Override
    public Models models() {
        return models(one());
    }

    private Models models(Renderer renderer) {
        return new Models(renderer.fingerprint(plan.base(), hashes), renderer.fingerprint(plan.candidate(), hashes));
    }

    @Override
    public void check() {
        for (Renderer renderer : renderers) {
            // First, with the hashes of the others: a check may need them too, and would read every file again.
            models(renderer);
            check(renderer, arms().get(1));
            renderer.check(plan.base(), arms().get(0).settings());
        }
    }

    /** What a renderer does not take of the candidate's own settings is told with who says them. */
    private void check(Renderer renderer, Arm arm) {
        try {
            renderer.check(arm.model(), arm.settings());
        } catch (ModelFileException | SettingsException wrong) {
            String own = UsageWords.settings(arm.usage());
            if (own.isEmpty()) {
                throw wrong;
            }
            throw new SettingsException(wrong.getMessage() + " (the candidate's own settings: " + own + ")", wrong);
        }
    }

    @Override
    public Forecast forecast() {
        first = lanes(renderers, pairs());
        int toMake = first.stream().mapToInt(RenderWorker::toMake).sum();
        return new Forecast(
                first.stream().mapToInt(w -> w.shots().size()).sum(),
                toMake,
                toMake == 0
                        ? 0
                        : toMake
                                * (3L
                                                * arms().get(0).settings().width()
                                                * arms().get(0).settings().height()
                                        + PNG_AND_TEXT),
                store.folder(),
                renderers.stream().map(Renderer::device).collect(Collectors.joining(", ")));
    }

    /** Where in the store the pictures that are compared are or will be. */
    List<String> keys() {
        settings();
        return lanes(renderers, pairs()).stream()
                .flatMap(lane -> lane.shots().stream())
                .filter(shot -> shot.request().repeat() == 0)
                .map(RenderTask::key)
                .toList();
    }

    /** The first picture of the base, made now and kept nowhere. */
    Rendered proof() {
        settings();
        RenderTask task = lanes(renderers, pairs()).get(0).shots().get(0);
        try (RenderSession session = one().begin(List.of(task.request().model()), tally)) {
            return session.render(task.request());
        }
    }

    private record Place(Pair pair, String role) {}

    @Override
    public Pictures get() {
        List<RenderWorker> lanes = first;
        while (!lanes.isEmpty()) {
            List<Renderer> alive = new ArrayList<>();
            RuntimeException last = null;
            for (RenderWorker.End end : RenderWorker.run(lanes)) {
                if (end.trouble() == null) {
                    alive.add(end.renderer());
                } else if (end.trouble() instanceof RendererLostException && renderers.size() > 1) {
                    last = end.trouble();
                    tally.say(end.trouble().getMessage() + "; the other servers go on with its pictures");
                } else {
                    throw end.trouble();
                }
            }
            List<Pair> open = pairs().stream()
                    .filter(p -> !arms().stream().allMatch(a -> pictures.containsKey(new Place(p, a.role()))))
                    .toList();
            if (!open.isEmpty() && alive.isEmpty()) {
                throw last;
            }
            lanes = open.isEmpty() ? List.of() : lanes(alive, open);
        }
        List<CasePictures> cases = CasePictures.all(plan.suite(), (pair, role) -> pictures.get(new Place(pair, role)));
        boolean own = plan.use().asked().triggers().isEmpty(); // the candidate's pictures are of the plain prompt
        return new Pictures(
                cases,
                own
                        ? cases
                        : plan.rendersUntriggered()
                                ? CasePictures.all(
                                        plan.suite(),
                                        (pair, role) -> pictures.get(new Place(
                                                pair,
                                                role.equals(RenderTask.CANDIDATE) ? RenderTask.UNTRIGGERED : role)))
                                : List.of(),
                List.copyOf(repeats));
    }

    @Override
    public RenderStats stats() {
        return tally;
    }

    @Override
    public List<Finding> findings() {
        return renderers.stream()
                .flatMap(r -> r.findings(plan.candidate()).stream())
                .distinct()
                .toList();
    }

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (int c = 0; c < plan.suite().cases().size(); c++) {
            for (int s = 0; s < plan.suite().cases().get(c).seeds().size(); s++) {
                pairs.add(new Pair(c, s));
            }
        }
        return pairs;
    }

    /** All seeds of a prompt go to one renderer: its text is encoded once. */
    private List<RenderWorker> lanes(List<Renderer> alive, List<Pair> open) {
        List<RenderWorker> lanes = new ArrayList<>();
        for (int i = 0; i < alive.size(); i++) {
            int lane = i;
            List<Pair> own =
                    open.stream().filter(p -> p.prompt() % alive.size() == lane).toList();
            lanes.add(new RenderWorker(alive.get(i), shots(alive.get(i), own), this::keep, store, tally, hashes));
        }
        return lanes;
    }

    /** In the order of rendering: the base, some of the base again, the candidate. */
    private List<RenderTask> shots(Renderer renderer, List<Pair> own) {
        List<RenderTask> shots = new ArrayList<>();
        for (Arm arm : arms()) {
            String model = renderer.fingerprint(arm.model(), hashes).hash();
            own.forEach(p -> shots.add(shot(renderer, p, arm, model, 0)));
            if (arm.role().equals(RenderTask.BASE)) {
                own.stream()
                        .filter(p -> p.seed() == 0)
                        .limit(REPEATS)
                        .forEach(p -> shots.add(shot(renderer, p, arm, model, 1)));
            }
        }
        return shots;
    }

    private RenderTask shot(Renderer renderer, Pair pair, Arm arm, String modelHash, int repeat) {
        RenderRequest request = arm.request(plan.suite().cases().get(pair.prompt()), pair.seed(), repeat);
        String key = PictureOrigin.rendered(request, modelHash, renderer).key();
        return new RenderTask(pair, arm.role(), request, modelHash, key);
    }

    private synchronized void keep(RenderTask shot, Picture picture) {
        Place place = new Place(shot.pair(), shot.role());
        if (shot.request().repeat() == 0) {
            pictures.put(place, picture);
            Optional.ofNullable(early.remove(place)).ifPresent(again -> repeats.add(new Repeat(picture, again)));
        } else if (pictures.containsKey(place)) {
            repeats.add(new Repeat(pictures.get(place), picture));
        } else {
            early.put(place, picture);
        }
    }
}
