package dev.assay.harness.nn.ops;

import dev.assay.harness.nn.weights.Scopes;
import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A fully connected layer: (..., in) to (..., out). */
public final class Linear {
    /** Weights from which on oneDNN is used on a CPU; below, its conversions cost more than the product. */
    private static final long LARGE = 1 << 20;

    static {
        Blas.oneThread();
    }

    private final Tensor weight; // (out, in)
    private final TensorOptional bias; // (out)
    private final boolean oneDnn;

    private Linear(Tensor weight, TensorOptional bias) {
        oneDnn = weight.numel() >= LARGE
                && weight.is_cpu()
                && weight.scalar_type().intern() == ScalarType.Float;
        this.weight = oneDnn ? weight.to_mkldnn() : weight;
        this.bias = bias;
    }

    public static Linear of(WeightReader w, String name, long in, long out) {
        return stacked(w, true, in, new long[] {out}, name);
    }

    public static Linear withoutBias(WeightReader w, String name, long in, long out) {
        return stacked(w, false, in, new long[] {out}, name);
    }

    /** A layer of its own from some rows of a stacked one; copies them. */
    public static Linear rows(Tensor weight, Tensor bias, long start, long count) {
        return weight.numel() == 0 || bias.numel() == 0
                ? new Linear(torch.empty(0), new TensorOptional()) // reported by the reader
                : new Linear(
                        weight.narrow(0, start, count).contiguous(),
                        new TensorOptional(bias.narrow(0, start, count).contiguous()));
    }

    /** Several layers on the same input as one; their outputs stand one after the other. */
    public static Linear stacked(WeightReader w, boolean bias, long in, long[] outs, String... names) {
        try (PointerScope parts = new PointerScope()) {
            TensorVector weights = new TensorVector();
            TensorVector biases = new TensorVector();
            boolean complete = true;
            for (int i = 0; i < names.length; i++) {
                weights.push_back(w.take(names[i] + ".weight", outs[i], in));
                complete &= weights.back().numel() > 0;
                if (bias) {
                    biases.push_back(w.take(names[i] + ".bias", outs[i]));
                    complete &= biases.back().numel() > 0;
                }
            }
            Tensor weight = complete ? torch.cat(weights, 0) : torch.empty(0);
            TensorOptional b = complete && bias ? new TensorOptional(torch.cat(biases, 0)) : new TensorOptional();
            Linear linear = new Linear(weight, b);
            Scopes.handOut(linear.weight, parts);
            Scopes.handOut(b, parts);
            return linear;
        }
    }

    boolean usesOneDnn() {
        return oneDnn;
    }

    public Tensor forward(Tensor x) {
        return oneDnn ? torch.mkldnn_linear(x.to_mkldnn(), weight, bias).to_dense() : torch.linear(x, weight, bias);
    }
}
