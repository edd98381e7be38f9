package dev.assay.harness.nn.vision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.ops.Activation;

/**
 * Sizes of a vision transformer; names and defaults of transformers' configurations.
 *
 * @param imageSize edge of the square that the positions were trained on, in pixels
 * @param registers extra tokens of DINOv2 with registers; 0 for others
 */
public record VisionConfig(
        Kind kind,
        int hiddenSize,
        int intermediateSize,
        int hiddenLayers,
        int attentionHeads,
        int imageSize,
        int patchSize,
        Activation hiddenAct,
        double layerNormEps,
        int registers) {
    /** How tokens are made and which of them is the picture's. */
    public enum Kind {
        /** A class token, a layer norm before the layers; the class token after a layer norm. Radford et al. 2021. */
        CLIP,
        /** No class token; attention pooling over all tokens. Zhai et al. 2023. */
        SIGLIP,
        /** A class token, scaled layers; the class token after a layer norm. Oquab et al. 2023. */
        DINOV2,
        /** A class token and nothing else; the same with layers unscaled. Dosovitskiy et al. 2021, as BLIP has it. */
        PLAIN
    }

    private static final String WHERE = "vision config: ";
    private static final int MAX_WIDTH = 65_536;
    private static final int MAX_EDGE = 4096; // pixels
    private static final int MAX_LAYERS = 1000;

    public VisionConfig {
        JsonFile.within(WHERE, "hidden_size", hiddenSize, 1, MAX_WIDTH);
        JsonFile.within(WHERE, "intermediate_size", intermediateSize, 1, 8 * MAX_WIDTH);
        JsonFile.within(WHERE, "num_hidden_layers", hiddenLayers, 1, MAX_LAYERS);
        JsonFile.within(WHERE, "image_size", imageSize, 1, MAX_EDGE);
        JsonFile.within(WHERE, "num_register_tokens", registers, 0, MAX_LAYERS);
        if (attentionHeads < 1 || hiddenSize % attentionHeads != 0) {
            throw new ModelFileException("vision config: num_attention_heads: " + attentionHeads
                    + " does not divide hidden_size " + hiddenSize);
        }
        if (patchSize < 1 || imageSize < patchSize || hiddenLayers < 1) {
            throw new ModelFileException(
                    "vision config: expected an image of at least one patch and a layer, found image_size " + imageSize
                            + ", patch_size " + patchSize + ", " + hiddenLayers + " layers");
        }
    }

    /** Patches along one edge. */
    public int grid() {
        return imageSize / patchSize;
    }

    /** Tokens of the positions' table: patches, and the class token where there is one. */
    int positions() {
        return grid() * grid() + (kind == Kind.SIGLIP ? 0 : 1);
    }

    /** Reads {@code config.json} of an image encoder, or its part {@code vision_config}. */
    public static VisionConfig of(Kind kind, JsonNode json) {
        boolean dino = kind == Kind.DINOV2;
        int hidden = JsonFile.whole(WHERE, json, "hidden_size", 768, 1, MAX_WIDTH);
        if (dino && json.path("use_swiglu_ffn").asBoolean(false)) {
            throw new ModelFileException(
                    "vision config: DINOv2 giant (use_swiglu_ffn) is not supported; use small, base or large");
        }
        return new VisionConfig(
                kind,
                hidden,
                dino
                        ? hidden * JsonFile.whole(WHERE, json, "mlp_ratio", 4, 1, 8)
                        : JsonFile.whole(WHERE, json, "intermediate_size", 3072, 1, 8 * MAX_WIDTH),
                JsonFile.whole(WHERE, json, "num_hidden_layers", 12, 1, MAX_LAYERS),
                JsonFile.whole(WHERE, json, "num_attention_heads", 12, 1, MAX_WIDTH),
                JsonFile.whole(WHERE, json, "image_size", 224, 1, MAX_EDGE),
                JsonFile.whole(WHERE, json, "patch_size", dino ? 14 : kind == Kind.SIGLIP ? 16 : 32, 1, MAX_EDGE),
                Activation.of(
                        json.path("hidden_act")
                                .asText(dino ? "gelu" : kind == Kind.SIGLIP ? "gelu_pytorch_tanh" : "quick_gelu"),
                        "vision config"),
                JsonFile.real(WHERE, json, "layer_norm_eps", kind == Kind.CLIP ? 1e-5 : 1e-6, 0, 1),
                JsonFile.whole(WHERE, json, "num_register_tokens", 0, 0, MAX_LAYERS));
    }
}
