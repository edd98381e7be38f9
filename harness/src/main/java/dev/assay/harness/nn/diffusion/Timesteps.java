package dev.assay.harness.nn.diffusion;

import java.util.stream.IntStream;

/** N timesteps among the T of the training, falling. Rounding is half to even, as in numpy. */
final class Timesteps {
    private Timesteps() {}

    /** As DDIM and Euler choose them; linspace is left fractional. */
    static double[] spaced(SchedulerConfig config, int steps) {
        int train = config.trainTimesteps();
        return checked(
                config,
                steps,
                switch (config.spacing()) {
                    case LEADING -> leading(steps, train / steps, config.stepsOffset(), steps);
                    case TRAILING -> trailing(steps, train);
                    case LINSPACE -> linspace(train - 1, steps, steps);
                });
    }

    /** As DPM-Solver chooses them: one more point, the last left out. */
    static double[] spacedForDpm(SchedulerConfig config, int steps) {
        int train = config.trainTimesteps();
        return checked(
                config,
                steps,
                switch (config.spacing()) {
                    case LEADING -> leading(steps + 1, train / (steps + 1), config.stepsOffset(), steps);
                    case TRAILING -> trailing(steps, train);
                    case LINSPACE -> rounded(linspace(train - 1, steps + 1, steps));
                });
    }

    static double[] rounded(double[] timesteps) {
        double[] result = new double[timesteps.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = Math.rint(timesteps[i]);
        }
        return result;
    }

    private static double[] leading(int points, int ratio, int offset, int kept) {
        return IntStream.range(0, kept)
                .mapToDouble(i -> (double) (points - 1 - i) * ratio + offset)
                .toArray();
    }

    private static double[] linspace(int last, int points, int kept) {
        double step = points == 1 ? 0 : (double) last / (points - 1);
        return IntStream.range(0, kept)
                .mapToDouble(i -> i == 0 && points > 1 ? last : (points - 1 - i) * step)
                .toArray();
    }

    private static double[] trailing(int steps, int train) {
        double ratio = (double) train / steps;
        int count = (int) Math.ceil(train / ratio); // numpy's arange; may be N + 1 through rounding
        double delta = (train - ratio) - train;
        return IntStream.range(0, count)
                .mapToDouble(i -> Math.rint(train + i * delta) - 1)
                .toArray();
    }

    private static double[] checked(SchedulerConfig config, int steps, double[] timesteps) {
        for (int i = 0; i < timesteps.length; i++) {
            boolean inside = timesteps[i] >= 0 && timesteps[i] <= config.trainTimesteps() - 1;
            if (!inside || (i > 0 && timesteps[i] >= timesteps[i - 1])) {
                throw new IllegalArgumentException(steps + " steps do not fit into " + config.trainTimesteps()
                        + " training timesteps with " + config.spacing().configName() + " spacing and offset "
                        + config.stepsOffset() + "; use fewer steps");
            }
        }
        return timesteps;
    }
}
