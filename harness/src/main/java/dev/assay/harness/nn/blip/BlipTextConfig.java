package dev.assay.harness.nn.blip;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.ops.Activation;
import java.nio.file.Path;

/**
 * Sizes of BLIP's text encoder, a BERT with cross-attention, from its {@code med_config.json}. The width of the picture's tokens is not
 * among them: the file says 768 whatever vision transformer it is used with, so the weights say it.
 *
 * @param maxPositions tokens that there are positions for
 */
record BlipTextConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int hiddenLayers,
        int attentionHeads,
        int maxPositions,
        Activation hiddenAct,
        double layerNormEps) {
    private static final int MAX_SIZE = 1 << 20; // of any size; BERT large has 1024 and 30,524
    private static final int MAX_LAYERS = 1000;

    static BlipTextConfig read(Path file) {
        JsonNode json = JsonFile.config(file, "BLIP's text encoder");
        require(file, json.isObject(), "an object", json);
        require(file, json.path("model_type").asText("bert").equals("bert"), "model_type bert", json.get("model_type"));
        require(
                file,
                json.path("add_cross_attention").asBoolean(false),
                "add_cross_attention true",
                json.get("add_cross_attention"));
        require(
                file,
                json.path("position_embedding_type").asText("absolute").equals("absolute"),
                "position_embedding_type absolute",
                json.get("position_embedding_type"));
        int hidden = size(file, json, "hidden_size");
        int heads = size(file, json, "num_attention_heads");
        require(file, hidden % heads == 0, "num_attention_heads that divide hidden_size " + hidden, heads);
        return new BlipTextConfig(
                size(file, json, "vocab_size"),
                hidden,
                size(file, json, "intermediate_size"),
                JsonFile.within(file + ": ", "num_hidden_layers", size(file, json, "num_hidden_layers"), 1, MAX_LAYERS),
                heads,
                size(file, json, "max_position_embeddings"),
                Activation.of(json.path("hidden_act").asText("gelu"), file.toString()),
                JsonFile.real(file + ": ", json, "layer_norm_eps", 1e-12, 0, 1));
    }

    private static int size(Path file, JsonNode json, String key) {
        int value = json.path(key).asInt();
        require(file, value >= 1 && value <= MAX_SIZE, key + " as a whole number from 1 to " + MAX_SIZE, json.get(key));
        return value;
    }

    private static void require(Path file, boolean holds, String expected, Object found) {
        if (!holds) {
            throw new ModelFileException(
                    file,
                    "expected BLIP's text encoder with " + expected + ", found " + (found == null ? "none" : found));
        }
    }
}
