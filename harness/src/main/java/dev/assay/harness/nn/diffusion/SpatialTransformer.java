package dev.assay.harness.nn.diffusion;

import dev.assay.harness.nn.ops.Attention;
import dev.assay.harness.nn.ops.Conv2d;
import dev.assay.harness.nn.ops.GroupNorm;
import dev.assay.harness.nn.ops.LayerNorm;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Pixels attend to each other and to the text; diffusers' {@code Transformer2DModel}. */
final class SpatialTransformer {
    private static final double NORM_EPS = 1e-6; // whatever the UNet's is

    private final GroupNorm norm;
    private final UnaryOperator<Tensor> in; // (n, c, h, w) to (n, h w, c)
    private final Linear linearOut; // either this
    private final Conv2d convOut; // or this
    private final List<Block> blocks = new ArrayList<>();

    SpatialTransformer(WeightReader w, String name, long channels, long heads, int depth, UnetConfig config) {
        norm = new GroupNorm(w, name + "norm", config.normGroups(), channels, NORM_EPS);
        if (config.linearProjection()) {
            Linear linear = Linear.of(w, name + "proj_in", channels, channels);
            in = x -> linear.forward(x.flatten(2, 3).transpose(1, 2));
            linearOut = Linear.of(w, name + "proj_out", channels, channels);
            convOut = null;
        } else {
            Conv2d conv = Conv2d.same(w, name + "proj_in", channels, channels, 1);
            in = x -> conv.forward(x).flatten(2, 3).transpose(1, 2).contiguous();
            linearOut = null;
            convOut = Conv2d.same(w, name + "proj_out", channels, channels, 1);
        }
        for (int i = 0; i < depth; i++) {
            blocks.add(
                    new Block(w, name + "transformer_blocks." + i + ".", channels, heads, config.crossAttentionDim()));
        }
    }

    /** Appends what the text gives to every block: keys and values, each (n, tokens, channels). */
    void prepare(Tensor text, List<Tensor[]> keysAndValues) {
        blocks.forEach(b -> keysAndValues.add(Attention.parts(b.textKv.forward(text), 2)));
    }

    /** @param text keys and values of each block, as {@link #prepare} made them */
    Tensor forward(Tensor x, List<Tensor[]> text) {
        Tensor h = in.apply(norm.forward(x));
        for (int i = 0; i < blocks.size(); i++) {
            h = blocks.get(i).forward(h, text.get(i));
        }
        if (linearOut != null) {
            h = linearOut.forward(h);
        }
        h = h.transpose(1, 2).contiguous().view(x.shape());
        return (convOut == null ? h : convOut.forward(h)).add_(x);
    }

    int depth() {
        return blocks.size();
    }

    private static final class Block {
        private final LayerNorm norm1;
        private final Linear qkv;
        private final Linear out1;
        private final LayerNorm norm2;
        private final Linear query;
        private final Linear textKv;
        private final Linear out2;
        private final LayerNorm norm3;
        private final Linear ffIn;
        private final Linear ffOut;
        private final long heads;

        Block(WeightReader w, String name, long c, long heads, long context) {
            this.heads = heads;
            norm1 = new LayerNorm(w, name + "norm1", c, 1e-5);
            String a = name + "attn1.";
            qkv = Linear.stacked(w, false, c, new long[] {c, c, c}, a + "to_q", a + "to_k", a + "to_v");
            out1 = Linear.of(w, a + "to_out.0", c, c);
            norm2 = new LayerNorm(w, name + "norm2", c, 1e-5);
            String b = name + "attn2.";
            query = Linear.withoutBias(w, b + "to_q", c, c);
            textKv = Linear.stacked(w, false, context, new long[] {c, c}, b + "to_k", b + "to_v");
            out2 = Linear.of(w, b + "to_out.0", c, c);
            norm3 = new LayerNorm(w, name + "norm3", c, 1e-5);
            ffIn = Linear.of(w, name + "ff.net.0.proj", c, 8 * c);
            ffOut = Linear.of(w, name + "ff.net.2", 4 * c, c);
        }

        Tensor forward(Tensor x, Tensor[] text) {
            Tensor[] t = Attention.parts(qkv.forward(norm1.forward(x)), 3);
            x = out1.forward(Attention.attend(t[0], t[1], t[2], heads, false)).add_(x);
            Tensor q = query.forward(norm2.forward(x));
            x = out2.forward(Attention.attend(q, text[0], text[1], heads, false))
                    .add_(x);
            Tensor[] valueAndGate = Attention.parts(ffIn.forward(norm3.forward(x)), 2);
            return ffOut.forward(torch.gelu(valueAndGate[1]).mul_(valueAndGate[0]))
                    .add_(x);
        }
    }
}
