package dev.assay.harness.nn.blip;

import dev.assay.harness.nn.ops.Attention;
import dev.assay.harness.nn.ops.FeedForward;
import dev.assay.harness.nn.ops.LayerNorm;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.weights.WeightReader;
import org.bytedeco.pytorch.Tensor;

/**
 * A post-norm transformer layer of BERT (Devlin et al. 2019) in BLIP's mode {@code multimodal}: the text attends to itself, then to the
 * picture, then two fully connected layers; a layer norm after each sum.
 */
final class BlipTextLayer {
    private final Linear selfQkv;
    private final Linear selfOut;
    private final LayerNorm selfNorm;
    private final Linear crossQuery;
    private final Linear crossKeyValue;
    private final Linear crossOut;
    private final LayerNorm crossNorm;
    private final FeedForward mlp;
    private final LayerNorm mlpNorm;
    private final long heads;

    /**
     * @param name ends with a dot
     * @param pictureWidth of the picture's tokens
     */
    BlipTextLayer(WeightReader w, String name, BlipTextConfig config, long pictureWidth) {
        long c = config.hiddenSize();
        heads = config.attentionHeads();
        String self = name + "attention.";
        selfQkv = Linear.stacked(
                w, true, c, new long[] {c, c, c}, self + "self.query", self + "self.key", self + "self.value");
        selfOut = Linear.of(w, self + "output.dense", c, c);
        selfNorm = new LayerNorm(w, self + "output.LayerNorm", c, config.layerNormEps());
        String cross = name + "crossattention.";
        crossQuery = Linear.of(w, cross + "self.query", c, c);
        crossKeyValue =
                Linear.stacked(w, true, pictureWidth, new long[] {c, c}, cross + "self.key", cross + "self.value");
        crossOut = Linear.of(w, cross + "output.dense", c, c);
        crossNorm = new LayerNorm(w, cross + "output.LayerNorm", c, config.layerNormEps());
        mlp = new FeedForward(
                w,
                name + "intermediate.dense",
                name + "output.dense",
                c,
                config.intermediateSize(),
                config.hiddenAct());
        mlpNorm = new LayerNorm(w, name + "output.LayerNorm", c, config.layerNormEps());
    }

    /**
     * @param x (n, ids, hidden)
     * @param picture (n, tokens, picture's width)
     * @return as {@code x}
     */
    Tensor forward(Tensor x, Tensor picture) {
        Tensor[] t = Attention.parts(selfQkv.forward(x), 3);
        x = selfNorm.forward(selfOut.forward(Attention.attend(t[0], t[1], t[2], heads, false))
                .add_(x));
        Tensor[] p = Attention.parts(crossKeyValue.forward(picture), 2);
        x = crossNorm.forward(crossOut.forward(Attention.attend(crossQuery.forward(x), p[0], p[1], heads, false))
                .add_(x));
        return mlpNorm.forward(mlp.forward(x).add_(x));
    }
}
