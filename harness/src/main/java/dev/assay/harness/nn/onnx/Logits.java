package dev.assay.harness.nn.onnx;

/** Numbers of a network as probabilities. */
final class Logits {
    private static final double MOST = 100; // beyond it the exponential says no more

    private Logits() {}

    static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-Math.max(-MOST, Math.min(MOST, logit))));
    }
}
