package dev.assay.harness.nn.ops;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Scaled dot-product attention with several heads; the scale is 1 / sqrt(head size). */
public final class Attention {
    static {
        Blas.oneThread();
    }

    private Attention() {}

    /**
     * @param q (n, length, channels)
     * @param k (n, context, channels)
     * @param v (n, context, channels)
     * @param causal a token sees itself and those before it
     * @return (n, length, channels)
     */
    public static Tensor attend(Tensor q, Tensor k, Tensor v, long heads, boolean causal) {
        try (TensorOptional noMask = new TensorOptional();
                DoubleOptional defaultScale = new DoubleOptional()) {
            return torch.scaled_dot_product_attention(
                            split(q, heads), split(k, heads), split(v, heads), noMask, 0, causal, defaultScale, false)
                    .transpose(1, 2)
                    .reshape(q.size(0), q.size(1), q.size(2));
        }
    }

    /** Equal parts of the last axis, which are views. */
    public static Tensor[] parts(Tensor x, int n) {
        long size = x.size(2) / n;
        Tensor[] parts = new Tensor[n];
        for (int i = 0; i < n; i++) {
            parts[i] = x.narrow(2, i * size, size);
        }
        return parts;
    }

    private static Tensor split(Tensor x, long heads) {
        return x.unflatten(2, heads, x.size(2) / heads).transpose(1, 2);
    }
}
