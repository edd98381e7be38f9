package dev.assay.harness.run;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.render.Picture;
import dev.assay.harness.render.PictureOrigin;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.RendererLostException;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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
    private final Map<Place, Picture> pictures = new ConcurrentHashMap<>();
    private final Map<Place, Picture> early = new HashMap<>(); // repeats of pictures that are still to be made
    private final List<Repeat> repeats = new ArrayList<>();
    private GenerationSettings settings; // complete; null before they were asked for
    private List<RenderWorker> first; // null before the forecast

    /**
     * The caller closes the renderers.
     *
     * @param renderers at least one; several share the pictures among them
     * @param preflight what the models' files on this disk tell without rendering
     */
    RenderQueue(
            Plan plan,
            List<Renderer> renderers,
            RenderStore store,
            FileHashes hashes,
            Progress progress,
            Function<Plan, List<Finding>> preflight) {
        this.plan = plan;
        this.renderers = renderers;
        this.hashes = hashes;
        this.store = store;
        this.tally = new RenderStats(progress);
        this.preflight = preflight;
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

    /** Of the base's family, over it what the base's own file says, and over that the suite. */
    @Override
    public RunRecord.Settings settings() {
        GenerationSettings usual =
                ModelDefaults.of(one().atHand(plan.base()).checkpoint().path()).over(one().defaults(plan.base()));
        GenerationSettings s = plan.suite().settings().over(usual);
        settings = s;
        return new RunRecord.Settings(
                s.width(),
                s.height(),
                s.steps(),
                s.guidanceScale(),
                s.sampler(),
                s.scheduler(),
                s.clipSkip(),
                s.distilledGuidance(),
                s.shift(),
                usual.steps());
    }

    @Override
    public List<Finding> preflight() {
        Plan here = plan.with(one().atHand(plan.base()), one().atHand(plan.candidate()));
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
            renderer.check(plan.candidate(), settings);
            renderer.check(plan.base(), settings);
        }
    }

    @Override
    public Forecast forecast() {
        first = lanes(renderers, pairs());
        int toMake = first.stream().mapToInt(RenderWorker::toMake).sum();
        return new Forecast(
                first.stream().mapToInt(w -> w.shots().size()).sum(),
                toMake,
                toMake == 0 ? 0 : toMake * (3L * settings.width() * settings.height() + PNG_AND_TEXT),
                store.folder(),
                renderers.stream().map(Renderer::device).collect(Collectors.joining(", ")));
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
                    .filter(p -> !pictures.containsKey(new Place(p, RenderTask.CANDIDATE)))
                    .toList();
            if (!open.isEmpty() && alive.isEmpty()) {
                throw last;
            }
            lanes = open.isEmpty() ? List.of() : lanes(alive, open);
        }
        return new Pictures(
                CasePictures.all(plan.suite(), (pair, role) -> pictures.get(new Place(pair, role))),
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
        String base = renderer.fingerprint(plan.base(), hashes).hash();
        String candidate = renderer.fingerprint(plan.candidate(), hashes).hash();
        List<RenderTask> shots = new ArrayList<>();
        own.forEach(p -> shots.add(shot(renderer, p, RenderTask.BASE, base, 0)));
        own.stream()
                .filter(p -> p.seed() == 0)
                .limit(REPEATS)
                .forEach(p -> shots.add(shot(renderer, p, RenderTask.BASE, base, 1)));
        own.forEach(p -> shots.add(shot(renderer, p, RenderTask.CANDIDATE, candidate, 0)));
        return shots;
    }

    private RenderTask shot(Renderer renderer, Pair pair, String role, String modelHash, int repeat) {
        PromptCase c = plan.suite().cases().get(pair.prompt());
        boolean base = role.equals(RenderTask.BASE);
        long seed = c.seeds().get(pair.seed()) + (base ? 0 : plan.seedOffset());
        RenderRequest request = new RenderRequest(
                base ? plan.base() : plan.candidate(), c.prompt(), c.negativePrompt(), seed, settings, repeat);
        String key = PictureOrigin.rendered(request, modelHash, renderer).key();
        return new RenderTask(pair, role, request, modelHash, key);
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
