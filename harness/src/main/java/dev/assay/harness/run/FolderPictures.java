package dev.assay.harness.run;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.model.Finding;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.Cost;
import dev.assay.harness.render.Picture;
import dev.assay.harness.render.PictureOrigin;
import dev.assay.harness.render.RenderStore;
import dev.assay.harness.render.Rendered;
import dev.assay.harness.render.folder.FinishedPictures;
import dev.assay.harness.suite.PromptCase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Pictures that were finished before the run. The store keeps copies, so that record and report stay whole when the folders go. */
record FolderPictures(Plan plan, FinishedPictures finished, RenderStore store, FileHashes hashes, RenderStats stats)
        implements PictureSource {
    private static final String ELSEWHERE = "rendered elsewhere"; // in place of a device

    @Override
    public RunRecord.RendererInfo info() {
        return new RunRecord.RendererInfo("folder", "1", ELSEWHERE, finished.facts());
    }

    @Override
    public RunRecord.Settings settings() {
        return RunRecord.Settings.UNKNOWN;
    }

    /** No model file is at hand. */
    @Override
    public List<Finding> preflight() {
        return List.of();
    }

    @Override
    public Models models() {
        return new Models(
                finished.fingerprint(folder(plan.base()), hashes),
                finished.fingerprint(folder(plan.candidate()), hashes));
    }

    private static Path folder(ModelUnderTest model) {
        return model.checkpoint().path();
    }

    /** The folders were read when the run was planned. */
    @Override
    public void check() {}

    @Override
    public Forecast forecast() {
        return new Forecast(2 * RenderQueue.pictures(plan.suite()), 0, 0, store.folder(), ELSEWHERE);
    }

    @Override
    public Pictures get() {
        stats.expect(forecast().pictures(), 0);
        String base = models().base().hash();
        String candidate = models().candidate().hash();
        return new Pictures(
                CasePictures.all(
                        plan.suite(),
                        (pair, role) -> role.equals(RenderTask.BASE)
                                ? picture(pair, role, folder(plan.base()), base)
                                : picture(pair, role, folder(plan.candidate()), candidate)),
                List.of(),
                List.of());
    }

    private Picture picture(RenderQueue.Pair pair, String role, Path folder, String hash) {
        PromptCase c = plan.suite().cases().get(pair.prompt());
        long seed = c.seeds().get(pair.seed());
        PictureOrigin origin = PictureOrigin.found(
                hash, finished.sha256(folder, c.prompt(), seed), c.prompt(), c.negativePrompt(), seed);
        Picture picture = store.find(origin.key())
                .orElseGet(() -> store.put(
                        origin, new Rendered(finished.image(folder, c.prompt(), seed), Cost.UNKNOWN), Map.of()));
        stats.reused(role);
        return picture.again();
    }

    @Override
    public List<Finding> findings() {
        return finished.findings();
    }
}
