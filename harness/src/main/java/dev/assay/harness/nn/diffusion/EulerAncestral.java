package dev.assay.harness.nn.diffusion;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Euler steps to below the next level, then fresh noise up to it. Equal to diffusers' EulerAncestralDiscreteScheduler. Draws
 * noise at every step, also at the last, where its scale is 0.
 */
final class EulerAncestral implements Sampler {
    private final SchedulerConfig config;
    private final NoiseLevels levels;

    EulerAncestral(SchedulerConfig config, NoiseLevels levels) {
        this.config = config;
        this.levels = levels;
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
        return Euler.initNoiseSigma(config, levels);
    }

    @Override
    public Tensor scaleModelInput(Tensor latents, int i) {
        return Euler.scaled(latents, levels.sigma(i));
    }

    @Override
    public Tensor step(Tensor modelOutput, int i, Tensor latents, Supplier<Tensor> noise) {
        float from = levels.sigma(i);
        float to = levels.sigma(i + 1);
        float up = (float) Math.sqrt(to * to * (from * from - to * to) / (from * from));
        float down = (float) Math.sqrt(to * to - up * up);
        Tensor clean = CleanLatents.of(config.prediction(), modelOutput, latents, from);
        Tensor slope = latents.sub(clean).div(new Scalar(from));
        return latents.add(slope.mul(new Scalar(down - from))).add(noise.get().mul(new Scalar(up)));
    }
}
