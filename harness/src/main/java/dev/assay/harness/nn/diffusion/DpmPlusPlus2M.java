package dev.assay.harness.nn.diffusion;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * DPM-Solver++ 2M (Lu et al. 2022, algorithm 2): second order, midpoint; first order at the first and at the last step. Equal
 * to diffusers' DPMSolverMultistepScheduler with its defaults. Steps must come in order: it remembers the last clean latents.
 */
final class DpmPlusPlus2M implements Sampler {
    private final SchedulerConfig config;
    private final NoiseLevels levels;
    private Tensor previous; // clean latents of step i - 1; outlives the caller's PointerScope

    DpmPlusPlus2M(SchedulerConfig config, NoiseLevels levels) {
        this.config = config;
        this.levels = levels;
    }

    static NoiseLevels normal(SchedulerConfig config, int steps) {
        return NoiseLevels.at(Timesteps.spacedForDpm(config, steps), NoiseLevels.trainSigmas(config));
    }

    /** Over the whole training range, whatever the spacing; timesteps are whole numbers. */
    static NoiseLevels karras(SchedulerConfig config, int steps) {
        float[] train = NoiseLevels.trainSigmas(config);
        double[] sigmas = NoiseLevels.karras(train[train.length - 1], train[0], steps);
        boolean cosine = config.betaSchedule().equals("squaredcos_cap_v2");
        double[] timesteps = new double[sigmas.length];
        for (int i = 0; i < sigmas.length; i++) {
            double t = NoiseLevels.timestepOf(sigmas[i], train);
            timesteps[i] = cosine ? Math.floor(t) : Math.rint(t);
        }
        return new NoiseLevels(NoiseLevels.floats(timesteps), NoiseLevels.withZero(sigmas));
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
    public Tensor step(Tensor modelOutput, int i, Tensor latents, Supplier<Tensor> noise) {
        if (i > 0 && previous == null) {
            throw new IllegalStateException("expected step 0 first, found step " + i);
        }
        float alpha = alpha(levels.sigma(i));
        float sigma = levels.sigma(i) * alpha;
        float alphaNext = alpha(levels.sigma(i + 1));
        float sigmaNext = levels.sigma(i + 1) * alphaNext;
        Tensor clean = CleanLatents.of(config.prediction(), modelOutput, latents, alpha, sigma);
        float h = lambda(i + 1) - lambda(i); // infinite at the last step, where the result is the clean latents
        float weight = alphaNext * ((float) Math.exp(-h) - 1);
        Tensor next = latents.mul(new Scalar(sigmaNext / sigma)).sub(clean.mul(new Scalar(weight)));
        if (i > 0 && i < levels.steps() - 1) {
            float r = (lambda(i) - lambda(i - 1)) / h;
            Tensor slope = clean.sub(previous).mul(new Scalar(1 / r));
            next = next.sub(slope.mul(new Scalar(0.5f * weight)));
        }
        remember(clean);
        return next;
    }

    private void remember(Tensor clean) {
        clean.retainReference();
        if (previous != null) {
            previous.releaseReference();
        }
        previous = clean;
    }

    private static float alpha(float sigma) {
        return 1 / (float) Math.sqrt(sigma * sigma + 1);
    }

    /** Half the log of signal per noise, in the float32 steps of diffusers: differences cancel, so rounding matters. */
    private float lambda(int i) {
        float alpha = alpha(levels.sigma(i));
        return (float) Math.log(alpha) - (float) Math.log(levels.sigma(i) * alpha);
    }
}
