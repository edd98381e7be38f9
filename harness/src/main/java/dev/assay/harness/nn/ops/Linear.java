package dev.assay.harness.nn.ops;

import dev.assay.harness.nn.weights.Scopes;
import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A fully connected layer: (..., in) to (..., out). */
public final class Linear {
    private final Tensor weight; // (out, in)
    private final TensorOptional bias; // (out)

    private Linear(Tensor weight, TensorOptional bias) {
        this.weight = weight;
        this.bias = bias;
    }

    public static Linear of(WeightReader w, String name, long in, long out) {
        return new Linear(w.take(name + ".weight", out, in), new TensorOptional(w.take(name + ".bias", out)));
    }

    public static Linear withoutBias(WeightReader w, String name, long in, long out) {
        return new Linear(w.take(name + ".weight", out, in), new TensorOptional());
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
            return new Linear(Scopes.handOut(weight, parts), Scopes.handOut(b, parts));
        }
    }

    public Tensor forward(Tensor x) {
        return torch.linear(x, weight, bias);
    }
}
