package dev.assay.harness.nn.text;

import dev.assay.harness.nn.ops.LayerNorm;
import dev.assay.harness.nn.ops.TransformerLayer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The text half of CLIP (Radford et al. 2021) as in transformers' {@code CLIPTextModel}: pre-norm transformer, causal, pad
 * tokens attend; and of SigLIP, which is not causal. Weights and results belong to the scopes of whoever calls.
 */
public final class ClipTextModel {
    private static final String PREFIX = "text_model.";

    private final ClipTextConfig config;
    private final Tensor tokens; // (vocab, hidden)
    private final Tensor positions; // (positions, hidden)
    private final List<TransformerLayer> layers = new ArrayList<>();
    private final LayerNorm finalNorm;

    /** @param weights with or without the prefix {@code text_model.} */
    public ClipTextModel(ClipTextConfig config, StateDict weights, String where) {
        this.config = config;
        int c = config.hiddenSize();
        WeightReader w = new WeightReader(where, withoutPrefix(weights));
        tokens = w.take("embeddings.token_embedding.weight", config.vocabSize(), c);
        positions = w.take("embeddings.position_embedding.weight", config.maxPositions(), c);
        for (int i = 0; i < config.hiddenLayers(); i++) {
            layers.add(new TransformerLayer(
                    w,
                    "encoder.layers." + i + ".",
                    c,
                    config.intermediateSize(),
                    config.attentionHeads(),
                    config.hiddenAct(),
                    config.layerNormEps(),
                    config.causal()));
        }
        finalNorm = new LayerNorm(w, "final_layer_norm", c, config.layerNormEps());
        w.finish();
    }

    static StateDict withoutPrefix(StateDict weights) {
        return weights.rename(name -> name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
    }

    /**
     * What a diffusion model attends to.
     *
     * @param ids token ids of one prompt, at most as many as the model has positions
     * @param skip how many of the last layers to leave out; the final layer norm is always applied
     * @return (1, ids, hidden)
     */
    public Tensor forward(long[] ids, int skip) {
        if (skip < 0 || skip >= layers.size()) {
            throw new IllegalArgumentException("expected to skip 0 to " + (layers.size() - 1)
                    + " layers of the text encoder, found " + skip + "; lower the clip skip");
        }
        if (ids.length > config.maxPositions()) {
            throw new IllegalArgumentException(
                    "expected at most " + config.maxPositions() + " tokens, found " + ids.length);
        }
        Tensor index = torch.tensor(ids).to(tokens.device(), ScalarType.Long);
        Tensor x = torch.embedding(tokens, index)
                .add(positions.narrow(0, 0, ids.length))
                .unsqueeze(0);
        for (TransformerLayer layer : layers.subList(0, layers.size() - skip)) {
            x = layer.forward(x);
        }
        return finalNorm.forward(x);
    }

    /** Where the pooled embedding is read: the end of the text in {@code ids}. */
    public int endOfText(long[] ids) {
        int highest = 0;
        for (int i = 0; i < ids.length; i++) {
            if (config.eosTokenId() != 2 && ids[i] == config.eosTokenId()) {
                return i;
            }
            highest = ids[i] > ids[highest] ? i : highest;
        }
        return config.eosTokenId() == 2 ? highest : 0;
    }
}
