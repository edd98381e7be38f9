package dev.assay.harness.nn.diffusion;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Euler's method on the probability flow of Karras et al. 2022. Equal to diffusers' EulerDiscreteScheduler. */
class Euler implements Sampler {
    private final SchedulerConfig config;
    final NoiseLevels levels;

    Euler(SchedulerConfig config, NoiseLevels levels) {
        this.config = config;
        this.levels = levels;
    }

    /** Levels at the spaced timesteps. */
    static NoiseLevels normal(SchedulerConfig config, int steps) {
        return NoiseLevels.at(timesteps(config, steps), NoiseLevels.trainSigmas(config));
    }

    /** Levels of Karras between the first and the last spaced one: with leading spacing they start below sigma max. */
    static NoiseLevels karras(SchedulerConfig config, int steps) {
        float[] train = NoiseLevels.trainSigmas(config);
        double[] spaced = NoiseLevels.interpolate(timesteps(config, steps), train);
        double[] sigmas = NoiseLevels.karras(spaced[0], spaced[spaced.length - 1], steps);
        double[] timesteps = new double[sigmas.length];
        for (int i = 0; i < sigmas.length; i++) {
            timesteps[i] = NoiseLevels.timestepOf(sigmas[i], train);
        }
        return new NoiseLevels(NoiseLevels.floats(timesteps), NoiseLevels.withZero(sigmas));
    }

    private static double[] timesteps(SchedulerConfig config, int steps) {
        double[] timesteps = Timesteps.spaced(config, steps);
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = (float) timesteps[i]; // diffusers interpolates at float32 timesteps
        }
        return timesteps;
    }

    @Override
    public int steps() {
        return levels.steps();
    }

    @Override
    public double timestep(int i) {
        return levels.timestep(i);
    }

    @Override
    public double initNoiseSigma() {
        float max = levels.maxSigma();
        return config.spacing() == TimestepSpacing.LEADING ? (float) Math.sqrt(max * max + 1) : max;
    }

    /** To the unit variance that the UNet was trained on. */
    @Override
    public Tensor scaleModelInput(Tensor latents, int i) {
        float sigma = levels.sigma(i);
        return latents.div(new Scalar((float) Math.sqrt(sigma * sigma + 1)));
    }

    @Override
    public Tensor step(Tensor modelOutput, int i, Tensor latents, Supplier<Tensor> noise) {
        return towards(levels.sigma(i + 1), modelOutput, i, latents);
    }

    /** Along the slope at step {@code i} to a level. */
    Tensor towards(float next, Tensor modelOutput, int i, Tensor latents) {
        float sigma = levels.sigma(i);
        Tensor clean = CleanLatents.of(config.prediction(), modelOutput, latents, sigma);
        Tensor slope = latents.sub(clean).div(new Scalar(sigma));
        return latents.add(slope.mul(new Scalar(next - sigma)));
    }
}
