package dev.assay.harness.nn.ops;

import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;

/** Two fully connected layers with an activation between: (..., width) to the same. */
public final class FeedForward {
    private final Linear fc1;
    private final Linear fc2;
    private final Activation activation;

    /** @param name ends with a dot */
    public FeedForward(WeightReader w, String name, long width, long intermediate, Activation activation) {
        this(w, name + "fc1", name + "fc2", width, intermediate, activation);
    }

    /** Under the names of its two layers. */
    public FeedForward(
            WeightReader w, String first, String second, long width, long intermediate, Activation activation) {
        fc1 = Linear.of(w, first, width, intermediate);
        fc2 = Linear.of(w, second, intermediate, width);
        this.activation = activation;
    }

    public Tensor forward(Tensor x) {
        return fc2.forward(activation.of(fc1.forward(x)));
    }
}
