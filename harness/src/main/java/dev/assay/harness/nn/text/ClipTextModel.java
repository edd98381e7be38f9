package dev.assay.harness.nn.text;

import dev.assay.harness.nn.ops.Attention;
import dev.assay.harness.nn.ops.LayerNorm;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The text half of CLIP (Radford et al. 2021) as in transformers' {@code CLIPTextModel}: pre-norm transformer, causal, pad
 * tokens attend. Weights and results belong to the scopes of whoever calls.
 */
public final class ClipTextModel {
    private static final String PREFIX = "text_model.";

    private final ClipTextConfig config;
    private final Tensor tokens; // (vocab, hidden)
    private final Tensor positions; // (positions, hidden)
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm finalNorm;

    /** @param weights with or without the prefix {@code text_model.} */
    public ClipTextModel(ClipTextConfig config, StateDict weights, String where) {
        this.config = config;
        int c = config.hiddenSize();
        WeightReader w = new WeightReader(where, withoutPrefix(weights));
        tokens = w.take("embeddings.token_embedding.weight", config.vocabSize(), c);
        positions = w.take("embeddings.position_embedding.weight", config.maxPositions(), c);
        for (int i = 0; i < config.hiddenLayers(); i++) {
            layers.add(new Layer(w, "encoder.layers." + i + ".", config));
        }
        finalNorm = new LayerNorm(w, "final_layer_norm", c, config.layerNormEps());
        w.finish();
    }

    static StateDict withoutPrefix(StateDict weights) {
        return weights.rename(name -> name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
    }

    public ClipTextConfig config() {
        return config;
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
        for (Layer layer : layers.subList(0, layers.size() - skip)) {
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

    private static final class Layer {
        private final LayerNorm norm1;
        private final Linear qkv;
        private final Linear out;
        private final LayerNorm norm2;
        private final Linear fc1;
        private final Linear fc2;
        private final long heads;
        private final boolean quick;

        Layer(WeightReader w, String name, ClipTextConfig config) {
            long c = config.hiddenSize();
            heads = config.attentionHeads();
            quick = config.hiddenAct().equals("quick_gelu");
            norm1 = new LayerNorm(w, name + "layer_norm1", c, config.layerNormEps());
            String a = name + "self_attn.";
            qkv = Linear.stacked(w, true, c, new long[] {c, c, c}, a + "q_proj", a + "k_proj", a + "v_proj");
            out = Linear.of(w, a + "out_proj", c, c);
            norm2 = new LayerNorm(w, name + "layer_norm2", c, config.layerNormEps());
            fc1 = Linear.of(w, name + "mlp.fc1", c, config.intermediateSize());
            fc2 = Linear.of(w, name + "mlp.fc2", config.intermediateSize(), c);
        }

        Tensor forward(Tensor x) {
            Tensor[] t = Attention.parts(qkv.forward(norm1.forward(x)), 3);
            x = out.forward(Attention.attend(t[0], t[1], t[2], heads, true)).add_(x);
            Tensor h = fc1.forward(norm2.forward(x));
            h = quick ? h.mul(torch.sigmoid(h.mul(new Scalar(1.702)))) : torch.gelu(h);
            return fc2.forward(h).add_(x);
        }
    }
}
