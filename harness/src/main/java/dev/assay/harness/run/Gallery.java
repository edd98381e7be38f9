package dev.assay.harness.run;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Fingerprint;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Provenance;
import dev.assay.harness.render.RenderRequest;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Renderer;
import dev.assay.harness.render.Rendering;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gets the pictures of a run, from the store or from the renderer, one model after the other. */
final class Gallery {
    /** How many base pictures are rendered twice to measure how much the renderer differs from itself. */
    private static final int REPEATS = 4;

    private final Plan plan;
    private final Renderer renderer;
    private final RenderStore store;
    private final Progress progress;
    private final int total;
    private int done;
    private int made;
    private double seconds;

    Gallery(Plan plan, Renderer renderer, RenderStore store, Progress progress) {
        this.plan = plan;
        this.renderer = renderer;
        this.store = store;
        this.progress = progress;
        this.total = 2 * pictures(plan.suite())
                + Math.min(REPEATS, plan.suite().cases().size());
    }

    static int pictures(Suite suite) {
        return suite.cases().stream().mapToInt(c -> c.seeds().size()).sum();
    }

    int made() {
        return made;
    }

    int reused() {
        return done - made;
    }

    double seconds() {
        return seconds;
    }

    /**
     * All pictures.
     *
     * @param repeats pairs of the same base request rendered twice
     */
    record Pictures(List<Picture.Pairs> cases, List<Repeat> repeats) {}

    /** One request, rendered twice. */
    record Repeat(Picture first, Picture second) {}

    Pictures get(Fingerprint base, Fingerprint candidate) {
        List<List<Picture>> bases = new ArrayList<>();
        for (PromptCase c : plan.suite().cases()) {
            bases.add(pictures(c, Picture.BASE, plan.base(), base.hash(), 0));
        }
        List<Repeat> repeats = new ArrayList<>();
        for (int i = 0; i < Math.min(REPEATS, bases.size()); i++) {
            PromptCase c = plan.suite().cases().get(i);
            Picture again = picture(c, c.seeds().get(0), Picture.BASE, plan.base(), base.hash(), 1);
            repeats.add(new Repeat(bases.get(i).get(0), again));
        }
        List<Picture.Pairs> pairs = new ArrayList<>();
        for (int i = 0; i < bases.size(); i++) {
            PromptCase c = plan.suite().cases().get(i);
            pairs.add(new Picture.Pairs(
                    c,
                    bases.get(i),
                    pictures(c, Picture.CANDIDATE, plan.candidate(), candidate.hash(), plan.seedOffset())));
        }
        return new Pictures(pairs, repeats);
    }

    private List<Picture> pictures(PromptCase c, String role, ModelUnderTest model, String hash, long offset) {
        return c.seeds().stream()
                .map(seed -> picture(c, seed + offset, role, model, hash, 0))
                .toList();
    }

    private Picture picture(PromptCase c, long seed, String role, ModelUnderTest model, String hash, int repeat) {
        RenderRequest request = new RenderRequest(
                model, c.prompt(), c.negativePrompt(), seed, plan.suite().settings(), repeat);
        String key = RenderStore.key(request, hash, renderer);
        Optional<RenderStore.Stored> found = store.find(key);
        RenderStore.Stored stored = found.orElseGet(() -> render(request, key, hash));
        done++;
        progress.rendered(role, done, total, made, made == 0 ? 0 : seconds / made);
        return new Picture(seed, role, stored.file(), stored.image(), stored.seconds(), found.isPresent());
    }

    private RenderStore.Stored render(RenderRequest request, String key, String hash) {
        long start = System.nanoTime();
        Image image = renderer.render(request);
        double took = (System.nanoTime() - start) / 1e9;
        made++;
        seconds += took;
        Provenance provenance = new Provenance(
                hash, renderer.name(), renderer.version(), renderer.device(), took, renderer.peakVramBytes());
        return store.put(key, new Rendering(request, image, provenance), renderer);
    }
}
