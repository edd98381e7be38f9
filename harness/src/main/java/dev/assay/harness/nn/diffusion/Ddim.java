package dev.assay.harness.nn.diffusion;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** Song et al. 2021, equation 12, with eta 0: deterministic. Equal to diffusers' DDIMScheduler. */
final class Ddim implements Sampler {
    private final SchedulerConfig config;
    private final double[] timesteps; // (N), whole numbers
    private final float[] alphaBars; // (T)

    Ddim(SchedulerConfig config, int steps) {
        this.config = config;
        this.timesteps = Timesteps.rounded(Timesteps.spaced(config, steps));
        this.alphaBars = NoiseLevels.alphaBars(config);
        if (config.zeroTerminalSnr() && config.prediction() == Prediction.EPSILON) {
            throw new IllegalArgumentException("rescale_betas_zero_snr with prediction_type epsilon has no first step:"
                    + " the first latents hold no signal; use v_prediction or sample");
        }
    }

    @Override
    public int steps() {
        return timesteps.length;
    }

    @Override
    public double timestep(int i) {
        return timesteps[i];
    }

    @Override
    public Tensor step(Tensor modelOutput, int i, Tensor latents, Supplier<Tensor> noise) {
        int t = (int) timesteps[i];
        int previous = t - config.trainTimesteps() / timesteps.length;
        float bar = alphaBars[t];
        float barPrevious = previous >= 0 ? alphaBars[previous] : config.alphaToOne() ? 1 : alphaBars[0];
        float alpha = root(bar);
        float sigma = root(1 - bar);
        Tensor clean = CleanLatents.of(config.prediction(), modelOutput, latents, alpha, sigma);
        Tensor epsilon = switch (config.prediction()) {
            case EPSILON -> modelOutput;
            case V -> modelOutput.mul(new Scalar(alpha)).add(latents.mul(new Scalar(sigma)));
            case SAMPLE -> latents.sub(clean.mul(new Scalar(alpha))).div(new Scalar(sigma));
        };
        if (Double.isFinite(config.clipSampleRange())) {
            clean = clean.clamp(
                    new ScalarOptional(new Scalar(-config.clipSampleRange())),
                    new ScalarOptional(new Scalar(config.clipSampleRange())));
        }
        return clean.mul(new Scalar(root(barPrevious))).add(epsilon.mul(new Scalar(root(1 - barPrevious))));
    }

    private static float root(float x) {
        return (float) Math.sqrt(x);
    }
}
