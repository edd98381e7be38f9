package dev.assay.harness.nn.text;

import com.fasterxml.jackson.databind.JsonNode;
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

    public ClipTextConfig {
        if (attentionHeads < 1 || hiddenSize % attentionHeads != 0) {
            throw new ModelFileException("text encoder config: num_attention_heads: " + attentionHeads
                    + " does not divide hidden_size " + hiddenSize);
        }
    }

    /** Reads {@code config.json}. */
    public static ClipTextConfig of(JsonNode json) {
        return new ClipTextConfig(
                json.path("vocab_size").asInt(49408),
                json.path("hidden_size").asInt(512),
                json.path("intermediate_size").asInt(2048),
                json.path("num_hidden_layers").asInt(12),
                json.path("num_attention_heads").asInt(8),
                json.path("max_position_embeddings").asInt(77),
                Activation.of(json.path("hidden_act").asText("quick_gelu"), "text encoder config"),
                json.path("layer_norm_eps").asDouble(1e-5),
                json.path("eos_token_id").asInt(49407),
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
                json.path("hidden_size").asInt(768),
                json.path("intermediate_size").asInt(3072),
                json.path("num_hidden_layers").asInt(12),
                json.path("num_attention_heads").asInt(12),
                json.path("max_position_embeddings").asInt(64),
                Activation.of(json.path("hidden_act").asText("gelu_pytorch_tanh"), "text encoder config"),
                json.path("layer_norm_eps").asDouble(1e-6),
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
