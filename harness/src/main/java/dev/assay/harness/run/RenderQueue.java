package dev.assay.harness.run;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.render.Picture;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.RendererLostException;
import dev.assay.harness.suite.GenerationSettings;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Gets the pictures of a run, from the store or from the renderers. Both pictures of a pair come from the same renderer, so
 * that they differ by the model alone; each renderer makes all its pictures of one model before those of the next. When a
 * renderer is lost, the others make its unfinished pairs, both pictures of each.
 */
final class RenderQueue {
    /** How many base pictures a renderer makes twice, to measure how much it differs from itself. */
    private static final int REPEATS = 4;

    private static final long PNG_AND_TEXT = 1 << 14; // bytes beside the pixels

    private final Plan plan;
    private final GenerationSettings settings;
    private final List<Renderer> renderers;
    private final FileHashes hashes;
    private final RenderStats tally;
    private final RenderStore store;
    private final List<RenderWorker> first;
    private final Map<Place, Picture> pictures = new ConcurrentHashMap<>();
    private final List<Repeat> repeats = new ArrayList<>();

    RenderQueue(
            Plan plan,
            GenerationSettings settings,
            List<Renderer> renderers,
            FileHashes hashes,
            RenderStore store,
            Progress progress) {
        this.plan = plan;
        this.settings = settings;
        this.renderers = renderers;
        this.hashes = hashes;
        this.store = store;
        this.tally = new RenderStats(progress);
        this.first = lanes(renderers, pairs());
    }

    static int pictures(Suite suite) {
        return suite.cases().stream().mapToInt(c -> c.seeds().size()).sum();
    }

    /** What has been made so far, also after trouble. */
    RenderStats tally() {
        return tally;
    }

    /**
     * All pictures.
     *
     * @param repeats pairs of the same base request rendered twice
     */
    record Pictures(List<CasePictures> cases, List<Repeat> repeats) {}

    /** One request, rendered twice. */
    record Repeat(Picture first, Picture second) {}

    /** One pair of the run: indices of the case in the suite and of the seed in the case. */
    record Pair(int prompt, int seed) {}

    /**
     * What a run will do.
     *
     * @param pictures of the run, those that are made twice included
     * @param toMake those that are not in the store
     * @param maxBytes that these can take in the store: pictures that cannot be compressed
     */
    record Forecast(int pictures, int toMake, long maxBytes) {}

    /** Before the first picture. */
    Forecast forecast() {
        int toMake = first.stream().mapToInt(RenderWorker::toMake).sum();
        return new Forecast(
                first.stream().mapToInt(RenderWorker::pictures).sum(),
                toMake,
                toMake == 0 ? 0 : toMake * (3L * settings.width() * settings.height() + PNG_AND_TEXT));
    }

    private record Place(Pair pair, String role) {}

    Pictures get() {
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
                IntStream.range(0, plan.suite().cases().size())
                        .mapToObj(this::ofCase)
                        .toList(),
                List.copyOf(repeats));
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
        if (renderer.makesPictures()) {
            own.stream()
                    .filter(p -> p.seed() == 0)
                    .limit(REPEATS)
                    .forEach(p -> shots.add(shot(renderer, p, RenderTask.BASE, base, 1)));
        }
        own.forEach(p -> shots.add(shot(renderer, p, RenderTask.CANDIDATE, candidate, 0)));
        return shots;
    }

    private RenderTask shot(Renderer renderer, Pair pair, String role, String modelHash, int repeat) {
        PromptCase c = plan.suite().cases().get(pair.prompt());
        boolean base = role.equals(RenderTask.BASE);
        long seed = c.seeds().get(pair.seed()) + (base ? 0 : plan.seedOffset());
        RenderRequest request = new RenderRequest(
                base ? plan.base() : plan.candidate(), c.prompt(), c.negativePrompt(), seed, settings, repeat);
        return new RenderTask(pair, role, request, modelHash, RenderStore.key(request, modelHash, renderer));
    }

    private synchronized void keep(RenderTask shot, Picture picture) {
        Place place = new Place(shot.pair(), shot.role());
        if (shot.request().repeat() == 0) {
            pictures.put(place, picture);
        } else {
            repeats.add(new Repeat(pictures.get(place), picture));
        }
    }

    private CasePictures ofCase(int index) {
        PromptCase c = plan.suite().cases().get(index);
        return new CasePictures(c, side(index, c, RenderTask.BASE), side(index, c, RenderTask.CANDIDATE));
    }

    private List<Picture> side(int index, PromptCase c, String role) {
        return IntStream.range(0, c.seeds().size())
                .mapToObj(s -> pictures.get(new Place(new Pair(index, s), role)))
                .toList();
    }
}
