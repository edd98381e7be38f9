package dev.assay.harness.nn.diffusion;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The clean latents x0 that a UNet's output stands for. */
final class CleanLatents {
    private CleanLatents() {}

    /** Where latents = alpha * x0 + sigma * epsilon and alpha^2 + sigma^2 = 1 (variance preserving). */
    static Tensor of(Prediction prediction, Tensor output, Tensor latents, float alpha, float sigma) {
        return switch (prediction) {
            case EPSILON -> latents.sub(output.mul(new Scalar(sigma))).div(new Scalar(alpha));
            case V -> latents.mul(new Scalar(alpha)).sub(output.mul(new Scalar(sigma)));
            case SAMPLE -> output;
        };
    }

    /** Where latents = x0 + sigma * epsilon (variance exploding). */
    static Tensor of(Prediction prediction, Tensor output, Tensor latents, float sigma) {
        float square = sigma * sigma + 1;
        return switch (prediction) {
            case EPSILON -> latents.sub(output.mul(new Scalar(sigma)));
            case V -> output.mul(new Scalar(-sigma / (float) Math.sqrt(square))).add(latents.div(new Scalar(square)));
            case SAMPLE -> output;
        };
    }
}
