package dev.assay.harness.nn.ops;

import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Group normalisation over (n, channels, ...), after Wu and He 2018. */
public final class GroupNorm {
    private final TensorOptional weight; // (channels)
    private final TensorOptional bias; // (channels)
    private final long groups;
    private final double eps;

    public GroupNorm(WeightReader w, String name, long groups, long channels, double eps) {
        this.weight = new TensorOptional(w.take(name + ".weight", channels));
        this.bias = new TensorOptional(w.take(name + ".bias", channels));
        this.groups = groups;
        this.eps = eps;
    }

    public Tensor forward(Tensor x) {
        return torch.group_norm(x, groups, weight, bias, eps, false);
    }

    /** Followed by SiLU, x times sigmoid(x). */
    public Tensor silu(Tensor x) {
        return torch.silu_(forward(x));
    }
}
