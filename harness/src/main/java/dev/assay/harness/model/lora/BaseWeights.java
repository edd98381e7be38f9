package dev.assay.harness.model.lora;

import dev.assay.harness.model.SafetensorsFile;
import java.util.List;

/** Numbers of a base's layers. A scale beside a weight (scaled FP8) is applied. */
final class BaseWeights {
    private static final List<String> SCALES = List.of(".scale_weight", ".weight_scale");

    private final SafetensorsFile file;

    BaseWeights(SafetensorsFile file) {
        this.file = file;
    }

    /** Whether the layer's tensors are of a type and size that can be read as numbers. */
    boolean canRead(BaseLayer layer) {
        return !layer.packed()
                && layer.slices().stream()
                        .map(s -> file.tensors().get(s.tensor()))
                        .allMatch(t -> TensorValues.canRead(t.dtype())
                                && t.end() > t.begin()
                                && t.end() - t.begin() <= Integer.MAX_VALUE);
    }

    /** Square of the Frobenius norm of the rows that a module changes, streamed. */
    double squaredNorm(BaseLayer layer) {
        double[] sum = new double[1];
        for (BaseLayer.Slice slice : layer.slices()) {
            double scale = scale(slice.tensor());
            long columns = columns(slice);
            TensorValues.stream(file, slice.tensor(), slice.firstRow() * columns, slice.rows() * columns, (v, n) -> {
                double part = 0;
                for (int i = 0; i < n; i++) {
                    part += v[i] * v[i];
                }
                sum[0] += scale * scale * part;
            });
        }
        return sum[0];
    }

    /** The rows that a module changes, (rows, everything else). */
    double[] matrix(BaseLayer layer) {
        long columns = columns(layer.slices().get(0));
        double[] all = new double[Math.toIntExact(layer.rows() * columns)];
        int at = 0;
        for (BaseLayer.Slice slice : layer.slices()) {
            double scale = scale(slice.tensor());
            double[] part =
                    TensorValues.range(file, slice.tensor(), slice.firstRow() * columns, slice.rows() * columns);
            for (double value : part) {
                all[at++] = scale * value;
            }
        }
        return all;
    }

    private static long columns(BaseLayer.Slice slice) {
        return slice.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
    }

    private double scale(String tensor) {
        if (tensor.endsWith(".weight")) {
            String module = tensor.substring(0, tensor.length() - ".weight".length());
            for (String suffix : SCALES) {
                if (file.tensors().containsKey(module + suffix)
                        && file.tensors().get(module + suffix).elements() == 1) {
                    return TensorValues.all(file, module + suffix)[0];
                }
            }
        }
        return 1;
    }
}
