package dev.assay.harness.nn.ops;

import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Layer normalisation over the last axis. */
public final class LayerNorm {
    private final TensorOptional weight; // (size)
    private final TensorOptional bias; // (size)
    private final long[] shape;
    private final double eps;

    public LayerNorm(WeightReader w, String name, long size, double eps) {
        this.weight = new TensorOptional(w.take(name + ".weight", size));
        this.bias = new TensorOptional(w.take(name + ".bias", size));
        this.shape = new long[] {size};
        this.eps = eps;
    }

    public Tensor forward(Tensor x) {
        return torch.layer_norm(x, shape, weight, bias, eps, false);
    }
}
