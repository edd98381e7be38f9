package dev.assay.harness.model.lora;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * DoRA (Liu et al. 2024), on a change of any kind that is a sum: W' = m V / ||V|| with V = W + scale dW, by output or by input channel, as
 * LyCORIS and PEFT compute it. ComfyUI 0.33.0 divides by ||W|| where the magnitudes are by output.
 */
final class Dora {
    private Dora() {}

    /** @param sum scale dW; empty where its shape, or that of the magnitudes, is not the layer's */
    static Optional<Delta> of(ModuleTensors t, Delta sum, double[] base, int rows) {
        double[] magnitudes = t.get(LoraRole.DORA_SCALE);
        int columns = base.length / rows;
        boolean byOutput = isByOutput(t.module(), magnitudes.length, rows);
        int kernel = byOutput ? columns : columns / magnitudes.length; // neighbours in a row that share a magnitude
        if ((!byOutput && kernel * magnitudes.length != columns) || sum.rows() != rows || sum.columns() != columns) {
            return Optional.empty();
        }
        double[] v = new double[base.length];
        IntStream.range(0, rows).parallel().forEach(i -> {
            double[] row = sum.row(i);
            for (int j = 0; j < columns; j++) {
                v[i * columns + j] = base[i * columns + j] + row[j];
            }
        });
        double[] factors = new double[magnitudes.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                factors[byOutput ? i : j / kernel] += v[i * columns + j] * v[i * columns + j];
            }
        }
        for (int c = 0; c < factors.length; c++) {
            factors[c] = magnitudes[c] / Math.max(Math.sqrt(factors[c]), Double.MIN_NORMAL);
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                v[i * columns + j] = v[i * columns + j] * factors[byOutput ? i : j / kernel] - base[i * columns + j];
            }
        }
        return Optional.of(new Dense(v, rows));
    }

    /** PEFT's always are, of a convolution as (1, out, 1, 1). */
    private static boolean isByOutput(LoraModule module, int magnitudes, int rows) {
        boolean peft = !module.keys().get(LoraRole.DORA_SCALE).endsWith(".dora_scale");
        return magnitudes == rows
                && (peft || module.dimension(LoraRole.DORA_SCALE, 0).orElse(1) == rows);
    }
}
