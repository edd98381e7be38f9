package dev.assay.harness.nn.vision;

import com.fasterxml.jackson.databind.JsonNode;
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

    public VisionConfig {
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
        int hidden = json.path("hidden_size").asInt(768);
        if (dino && json.path("use_swiglu_ffn").asBoolean(false)) {
            throw new ModelFileException(
                    "vision config: DINOv2 giant (use_swiglu_ffn) is not supported; use small, base or large");
        }
        return new VisionConfig(
                kind,
                hidden,
                dino
                        ? hidden * json.path("mlp_ratio").asInt(4)
                        : json.path("intermediate_size").asInt(3072),
                json.path("num_hidden_layers").asInt(12),
                json.path("num_attention_heads").asInt(12),
                json.path("image_size").asInt(224),
                json.path("patch_size").asInt(dino ? 14 : kind == Kind.SIGLIP ? 16 : 32),
                Activation.of(
                        json.path("hidden_act")
                                .asText(dino ? "gelu" : kind == Kind.SIGLIP ? "gelu_pytorch_tanh" : "quick_gelu"),
                        "vision config"),
                json.path("layer_norm_eps").asDouble(kind == Kind.CLIP ? 1e-5 : 1e-6),
                json.path("num_register_tokens").asInt(0));
    }
}
