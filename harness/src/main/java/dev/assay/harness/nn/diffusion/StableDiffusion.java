package dev.assay.harness.nn.diffusion;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.nn.weights.WeightChange;

/** Stand-in until the pipeline is merged. */
@SuppressWarnings("DoNotCallSuggester")
public final class StableDiffusion implements AutoCloseable {
    private StableDiffusion() {}

    public static StableDiffusion load(Checkpoint checkpoint, WeightChange change) {
        throw new UnsupportedOperationException("the pipeline is not merged yet: " + checkpoint + change);
    }

    public Image render(
            String prompt,
            String negative,
            long seed,
            int width,
            int height,
            int steps,
            double guidance,
            String sampler,
            String schedule,
            int clipSkip) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
