package dev.assay.harness.nn.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.ops.Activation;
import dev.assay.harness.nn.weights.StateDict;
import java.util.List;

/**
 * Sizes of a CLIP text encoder; names and defaults of transformers' {@code CLIPTextConfig}.
 *
 * @param eosTokenId 2 in old files, where it is wrong: the end is then the highest id
 * @param causal a token sees itself and those before it; SigLIP's see all
 */
public record ClipTextConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int hiddenLayers,
        int attentionHeads,
        int maxPositions,
        Activation hiddenAct,
        double layerNormEps,
        int eosTokenId,
        boolean causal) {

    private static final String WHERE = "text encoder config: ";
    private static final int MAX_TOKENS = 1 << 22; // of a vocabulary; CLIP has 49,408
    private static final int MAX_WIDTH = 65_536;
    private static final int MAX_LAYERS = 1000;

    public ClipTextConfig {
        JsonFile.within(WHERE, "vocab_size", vocabSize, 1, MAX_TOKENS);
        JsonFile.within(WHERE, "hidden_size", hiddenSize, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "intermediate_size", intermediateSize, 1, 8 * MAX_WIDTH);
        JsonFile.within(WHERE, "num_hidden_layers", hiddenLayers, 1, MAX_LAYERS);
        JsonFile.within(WHERE, "max_position_embeddings", maxPositions, 1, MAX_WIDTH);
        if (attentionHeads < 1 || hiddenSize % attentionHeads != 0) {
            throw new ModelFileException("text encoder config: num_attention_heads: " + attentionHeads
                    + " does not divide hidden_size " + hiddenSize);
        }
    }

    /** Reads {@code config.json}. */
    public static ClipTextConfig of(JsonNode json) {
        return new ClipTextConfig(
                JsonFile.whole(WHERE, json, "vocab_size", 49408, 1, MAX_TOKENS),
                JsonFile.whole(WHERE, json, "hidden_size", 512, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "intermediate_size", 2048, 1, 8 * MAX_WIDTH),
                JsonFile.whole(WHERE, json, "num_hidden_layers", 12, 1, MAX_LAYERS),
                JsonFile.whole(WHERE, json, "num_attention_heads", 8, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "max_position_embeddings", 77, 1, MAX_WIDTH),
                Activation.of(json.path("hidden_act").asText("quick_gelu"), "text encoder config"),
                JsonFile.real(WHERE, json, "layer_norm_eps", 1e-5, 0, 1),
                JsonFile.whole(WHERE, json, "eos_token_id", 49407, 0, MAX_TOKENS),
                true);
    }

    /**
     * Reads {@code text_config} of SigLIP; defaults of transformers' {@code SiglipTextConfig}.
     *
     * @param tokens shape of the token embedding: (vocabulary, hidden)
     */
    public static ClipTextConfig siglip(JsonNode json, List<Long> tokens) {
        return new ClipTextConfig(
                Math.toIntExact(tokens.get(0)), // SigLIP 2 has another vocabulary, which not every file states
                JsonFile.whole(WHERE, json, "hidden_size", 768, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "intermediate_size", 3072, 1, 8 * MAX_WIDTH),
                JsonFile.whole(WHERE, json, "num_hidden_layers", 12, 1, MAX_LAYERS),
                JsonFile.whole(WHERE, json, "num_attention_heads", 12, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "max_position_embeddings", 64, 1, MAX_WIDTH),
                Activation.of(json.path("hidden_act").asText("gelu_pytorch_tanh"), "text encoder config"),
                JsonFile.real(WHERE, json, "layer_norm_eps", 1e-6, 0, 1),
                0, // not used: the vector is read from the last token
                false);
    }

    /** For single files: the CLIP encoder of Stable Diffusion 1 with sizes from the weights; heads are 64 wide. */
    public static ClipTextConfig fromShapes(StateDict weights) {
        StateDict w = ClipTextModel.withoutPrefix(weights);
        int layers = 0;
        while (w.has("encoder.layers." + layers + ".layer_norm1.weight")) {
            layers++;
        }
        int hidden = w.shape("embeddings.token_embedding.weight").get(1).intValue();
        return new ClipTextConfig(
                w.shape("embeddings.token_embedding.weight").get(0).intValue(),
                hidden,
                w.shape("encoder.layers.0.mlp.fc1.weight").get(0).intValue(),
                layers,
                Math.max(1, hidden / 64),
                w.shape("embeddings.position_embedding.weight").get(0).intValue(),
                Activation.QUICK_GELU,
                1e-5,
                2,
                true);
    }
}
