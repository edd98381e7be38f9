package dev.assay.harness.nn.diffusion;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** One run of a sampling algorithm over one noise schedule; latents are float32. */
public interface Sampler {
    int steps();

    /** The value that the UNet's timestep embedding gets at step {@code i}; may be fractional. */
    double timestep(int i);

    /** The first latents are unit noise times this. */
    default double initNoiseSigma() {
        return 1;
    }

    /** What the UNet sees at step {@code i}. */
    default Tensor scaleModelInput(Tensor latents, int i) {
        return latents;
    }

    /**
     * One step.
     *
     * @param modelOutput of the UNet after guidance, float32, shape of the latents
     * @param noise draws unit noise of the latents' shape from the picture's generator
     */
    Tensor step(Tensor modelOutput, int i, Tensor latents, Supplier<Tensor> noise);
}
