package dev.assay.harness.nn.diffusion;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The noise process and the levels of one run through it, in the types that diffusers computes in: float32 tables, float64
 * interpolation.
 */
final class NoiseLevels {
    private static final double RHO = 7; // Karras et al. 2022, equation 5

    private final float[] timesteps; // (N), falling, may be fractional
    private final float[] sigmas; // (N + 1), falling, the last is 0; noise per signal, sqrt((1 - abar) / abar)

    NoiseLevels(float[] timesteps, float[] sigmas) {
        this.timesteps = timesteps;
        this.sigmas = sigmas;
    }

    int steps() {
        return timesteps.length;
    }

    float timestep(int i) {
        return timesteps[i];
    }

    float sigma(int i) {
        return sigmas[i];
    }

    float maxSigma() {
        float max = 0;
        for (float sigma : sigmas) {
            max = Math.max(max, sigma);
        }
        return max;
    }

    /** Levels at the given timesteps, interpolated linearly between the training levels. */
    static NoiseLevels at(double[] timesteps, float[] trainSigmas) {
        return new NoiseLevels(floats(timesteps), withZero(interpolate(timesteps, trainSigmas)));
    }

    /** Levels of Karras et al. 2022 from {@code max} to {@code min}; {@code timesteps} belong to {@code sigmas}. */
    static double[] karras(double max, double min, int steps) {
        double high = Math.pow(max, 1 / RHO);
        double low = Math.pow(min, 1 / RHO);
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            double ramp = steps == 1 ? 0 : i == steps - 1 ? 1 : i * (1.0 / (steps - 1));
            sigmas[i] = Math.pow(high + ramp * (low - high), RHO);
        }
        return sigmas;
    }

    /** The fractional training timestep whose level is {@code sigma}, interpolated in log sigma. */
    static double timestepOf(double sigma, float[] trainSigmas) {
        double logSigma = Math.log(Math.max(sigma, 1e-10));
        int low = 0;
        for (int i = 0; i < trainSigmas.length; i++) {
            if (logSigma >= (float) Math.log(trainSigmas[i])) {
                low = i;
            }
        }
        low = Math.min(low, trainSigmas.length - 2);
        float below = (float) Math.log(trainSigmas[low]);
        float above = (float) Math.log(trainSigmas[low + 1]);
        double w = Math.min(Math.max((below - logSigma) / (below - above), 0), 1);
        return (1 - w) * low + w * (low + 1);
    }

    static double[] interpolate(double[] timesteps, float[] table) {
        return Arrays.stream(timesteps)
                .map(t -> {
                    int low = (int) Math.floor(t);
                    if (low >= table.length - 1) {
                        return table[table.length - 1];
                    }
                    double slope = (double) table[low + 1] - table[low];
                    return slope * (t - low) + table[low];
                })
                .toArray();
    }

    static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }

    static float[] withZero(double[] sigmas) {
        return Arrays.copyOf(floats(sigmas), sigmas.length + 1);
    }

    /** Noise per signal at every training timestep, rising; the last is 4096 where the terminal SNR is zero. */
    static float[] trainSigmas(SchedulerConfig config) {
        float[] bar = alphaBars(config);
        if (config.zeroTerminalSnr()) {
            bar[bar.length - 1] = 0x1p-24f; // as diffusers, so that the first sigma stays finite
        }
        float[] sigmas = new float[bar.length];
        for (int i = 0; i < bar.length; i++) {
            sigmas[i] = (float) Math.sqrt((1 - bar[i]) / bar[i]);
        }
        return sigmas;
    }

    /** Products of 1 - beta at every training timestep, falling from almost 1. */
    @SuppressWarnings("try") // the scope frees the tensors by closing
    static float[] alphaBars(SchedulerConfig config) {
        try (PointerScope scope = new PointerScope()) {
            Tensor bars = torch.cumprod(alphas(config), 0);
            float[] bar = read(bars);
            return config.zeroTerminalSnr() ? rescaled(bar) : bar;
        }
    }

    private static Tensor alphas(SchedulerConfig config) {
        int n = config.trainTimesteps();
        Tensor betas = switch (config.betaSchedule()) {
            case "linear" -> torch.linspace(new Scalar(config.betaStart()), new Scalar(config.betaEnd()), n);
            case "scaled_linear" ->
                torch.linspace(new Scalar(Math.sqrt(config.betaStart())), new Scalar(Math.sqrt(config.betaEnd())), n)
                        .square();
            default -> Tensor.create(cosineBetas(n));
        };
        return betas.neg().add(new Scalar(1.0f));
    }

    private static float[] cosineBetas(int n) {
        float[] betas = new float[n];
        for (int i = 0; i < n; i++) {
            betas[i] = (float) Math.min(1 - cosineBar((i + 1.0) / n) / cosineBar((double) i / n), 0.999);
        }
        return betas;
    }

    private static double cosineBar(double t) {
        double cos = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
        return cos * cos;
    }

    /** After Lin et al. 2023, algorithm 1: shifts and scales sqrt(abar) so that it ends at zero and starts unchanged. */
    private static float[] rescaled(float[] bar) {
        float first = (float) Math.sqrt(bar[0]);
        float last = (float) Math.sqrt(bar[bar.length - 1]);
        float scale = first / (first - last);
        float[] squares = new float[bar.length];
        for (int i = 0; i < bar.length; i++) {
            float root = ((float) Math.sqrt(bar[i]) - last) * scale;
            squares[i] = root * root;
        }
        float[] result = new float[bar.length];
        double product = 1; // torch's cumprod accumulates float32 in float64
        for (int i = 0; i < bar.length; i++) {
            float beta = 1 - (i == 0 ? squares[0] : squares[i] / squares[i - 1]);
            product *= 1 - beta;
            result[i] = (float) product;
        }
        return result;
    }

    private static float[] read(Tensor tensor) {
        float[] values = new float[(int) tensor.numel()];
        new FloatPointer(tensor.contiguous().data_ptr_float()).get(values);
        return values;
    }
}
