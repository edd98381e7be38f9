package dev.assay.harness.nn.diffusion;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** DDIM (Song et al. 2021) with eta 0. */
final class DdimSampler implements Sampler {
    private final SchedulerConfig config;
    private final float[] alphas; // cumulative products, one per training timestep
    private final int[] timesteps;

    DdimSampler(SchedulerConfig config, int steps) {
        this.config = config;
        this.alphas = alphas(config);
        this.timesteps = timesteps(config, steps);
    }

    private static float[] alphas(SchedulerConfig c) {
        int n = c.trainTimesteps();
        boolean scaled = c.betaSchedule().equals("scaled_linear");
        double from = scaled ? Math.sqrt(c.betaStart()) : c.betaStart();
        double to = scaled ? Math.sqrt(c.betaEnd()) : c.betaEnd();
        float[] alphas = new float[n];
        float product = 1;
        for (int i = 0; i < n; i++) {
            float b = (float) (from + (to - from) * i / (n - 1));
            product *= 1 - (scaled ? b * b : b);
            alphas[i] = product;
        }
        return alphas;
    }

    private static int[] timesteps(SchedulerConfig c, int steps) {
        int n = c.trainTimesteps();
        int[] t = new int[steps];
        for (int i = 0; i < steps; i++) {
            t[i] = switch (c.timestepSpacing()) {
                case "trailing" -> (int) Math.rint(n - i * (double) n / steps) - 1;
                case "linspace" -> (int) Math.rint((n - 1.0) * (steps - 1 - i) / (steps - 1));
                case "leading" -> (steps - 1 - i) * (n / steps) + c.stepsOffset();
                default -> throw new IllegalArgumentException("timestep_spacing " + c.timestepSpacing());
            };
        }
        return t;
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
    public double initNoiseSigma() {
        return 1;
    }

    @Override
    public Tensor scaleModelInput(Tensor latents, int i) {
        return latents;
    }

    @Override
    public Tensor step(Tensor modelOutput, int i, Tensor latents, Supplier<Tensor> noise) {
        int previous = timesteps[i] - config.trainTimesteps() / timesteps.length;
        double alpha = alphas[timesteps[i]];
        double alphaPrevious = previous >= 0 ? alphas[previous] : config.setAlphaToOne() ? 1 : alphas[0];
        double a = Math.sqrt(alpha);
        double b = Math.sqrt(1 - alpha);
        Tensor x0;
        Tensor eps;
        if (config.predictionType().equals("v_prediction")) {
            x0 = latents.mul(new Scalar(a)).sub(modelOutput.mul(new Scalar(b)));
            eps = modelOutput.mul(new Scalar(a)).add(latents.mul(new Scalar(b)));
        } else {
            x0 = latents.sub(modelOutput.mul(new Scalar(b))).div(new Scalar(a));
            eps = modelOutput;
        }
        return x0.mul(new Scalar(Math.sqrt(alphaPrevious))).add(eps.mul(new Scalar(Math.sqrt(1 - alphaPrevious))));
    }
}
