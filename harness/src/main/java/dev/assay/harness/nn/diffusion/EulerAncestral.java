package dev.assay.harness.nn.diffusion;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Euler steps to below the next level, then fresh noise up to it. Equal to diffusers' EulerAncestralDiscreteScheduler. Draws
 * noise at every step, also at the last, where its scale is 0.
 */
final class EulerAncestral extends Euler {
    EulerAncestral(SchedulerConfig config, NoiseLevels levels) {
        super(config, levels);
    }

    @Override
    public Tensor step(Tensor modelOutput, int i, Tensor latents, Supplier<Tensor> noise) {
        float from = levels.sigma(i);
        float to = levels.sigma(i + 1);
        float up = (float) Math.sqrt(to * to * (from * from - to * to) / (from * from));
        float down = (float) Math.sqrt(to * to - up * up);
        return towards(down, modelOutput, i, latents).add(noise.get().mul(new Scalar(up)));
    }
}
