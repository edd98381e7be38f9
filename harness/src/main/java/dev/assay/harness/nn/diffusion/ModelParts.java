package dev.assay.harness.nn.diffusion;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.nn.weights.StateDict;

/** Stand-in until the pipeline is merged. */
@SuppressWarnings("DoNotCallSuggester")
public final class ModelParts implements AutoCloseable {
    private ModelParts() {}

    public static ModelParts open(Checkpoint checkpoint) {
        throw new UnsupportedOperationException("the pipeline is not merged yet: " + checkpoint);
    }

    public StateDict unet() {
        throw new UnsupportedOperationException();
    }

    public StateDict text() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
