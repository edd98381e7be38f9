package dev.assay.harness.nn.ops;

import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A pre-norm transformer layer, (n, tokens, width) to the same: self-attention, then two fully connected layers. Names are those of
 * transformers' CLIP; other layouts are renamed before. With {@code layer_scale1.lambda1} beside it, as in DINOv2, each half is scaled by
 * channel before it is added.
 */
public final class TransformerLayer {
    private final LayerNorm norm1;
    private final Linear qkv;
    private final Linear out;
    private final @Nullable Tensor scale1; // (width)
    private final LayerNorm norm2;
    private final FeedForward mlp;
    private final @Nullable Tensor scale2;
    private final long heads;
    private final boolean causal;

    /**
     * @param name ends with a dot
     * @param causal a token sees itself and those before it
     */
    public TransformerLayer(
            WeightReader w,
            String name,
            long width,
            long intermediate,
            long heads,
            Activation activation,
            double eps,
            boolean causal) {
        this.heads = heads;
        this.causal = causal;
        norm1 = new LayerNorm(w, name + "layer_norm1", width, eps);
        String a = name + "self_attn.";
        qkv = w.has(a + "in_proj.weight")
                ? Linear.of(w, a + "in_proj", width, 3 * width)
                : Linear.stacked(
                        w, true, width, new long[] {width, width, width}, a + "q_proj", a + "k_proj", a + "v_proj");
        out = Linear.of(w, a + "out_proj", width, width);
        scale1 = scale(w, name + "layer_scale1.lambda1", width);
        norm2 = new LayerNorm(w, name + "layer_norm2", width, eps);
        mlp = new FeedForward(w, name + "mlp.", width, intermediate, activation);
        scale2 = scale(w, name + "layer_scale2.lambda1", width);
    }

    private static @Nullable Tensor scale(WeightReader w, String name, long width) {
        return w.has(name) ? w.take(name, width) : null;
    }

    public Tensor forward(Tensor x) {
        Tensor[] t = Attention.parts(qkv.forward(norm1.forward(x)), 3);
        Tensor attended = out.forward(Attention.attend(t[0], t[1], t[2], heads, causal));
        x = scaled(attended, scale1).add_(x);
        return scaled(mlp.forward(norm2.forward(x)), scale2).add_(x);
    }

    private static Tensor scaled(Tensor x, @Nullable Tensor scale) {
        return scale == null ? x : x.mul_(scale);
    }
}
