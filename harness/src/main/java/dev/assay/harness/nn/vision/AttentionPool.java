package dev.assay.harness.nn.vision;

import dev.assay.harness.nn.ops.Attention;
import dev.assay.harness.nn.ops.FeedForward;
import dev.assay.harness.nn.ops.LayerNorm;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;

/** SigLIP's head: a learned probe attends to all tokens, then two fully connected layers beside a shortcut. */
final class AttentionPool {
    private final Tensor probe; // (1, 1, width)
    private final Linear query;
    private final Linear keyValue;
    private final Linear out;
    private final LayerNorm norm;
    private final FeedForward mlp;
    private final long heads;

    AttentionPool(WeightReader w, VisionConfig config) {
        long c = config.hiddenSize();
        heads = config.attentionHeads();
        probe = w.take("head.probe", 1, 1, c);
        Tensor weight = w.take("head.attention.in_proj.weight", 3 * c, c);
        Tensor bias = w.take("head.attention.in_proj.bias", 3 * c);
        query = Linear.rows(weight, bias, 0, c);
        keyValue = Linear.rows(weight, bias, c, 2 * c);
        out = Linear.of(w, "head.attention.out_proj", c, c);
        norm = new LayerNorm(w, "head.layernorm", c, config.layerNormEps());
        mlp = new FeedForward(w, "head.mlp.", c, config.intermediateSize(), config.hiddenAct());
    }

    /** @param x (n, tokens, width) */
    Tensor forward(Tensor x) {
        Tensor q = query.forward(probe).expand(x.size(0), 1, x.size(2));
        Tensor[] kv = Attention.parts(keyValue.forward(x), 2);
        Tensor pooled = out.forward(Attention.attend(q, kv[0], kv[1], heads, false));
        return mlp.forward(norm.forward(pooled)).add_(pooled).select(1, 0);
    }
}
