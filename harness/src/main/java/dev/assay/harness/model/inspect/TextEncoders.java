package dev.assay.harness.model.inspect;

import dev.assay.harness.model.family.Layers;
import java.util.Map;
import java.util.Optional;

/** Names a text encoder by its layers, alone in a file or under a prefix; after ComfyUI's detect_te_model. */
final class TextEncoders {
    private static final Map<String, String> GGUF = Map.of(
            "t5", "t5-xxl",
            "t5encoder", "t5-xxl",
            "llama", "llama",
            "qwen2vl", "qwen2.5-vl-7b",
            "qwen3", "qwen3-4b",
            "gemma2", "gemma-2-2b",
            "mistral3", "mistral-3-small");

    private TextEncoders() {}

    /** By the architecture that a GGUF file states, if it is one of a language model. */
    static Optional<String> ofGguf(String architecture) {
        return Optional.ofNullable(GGUF.get(architecture));
    }

    static Optional<String> name(Layers layers) {
        if (layers.hasUnder("transformer.text_model.") || layers.hasUnder("transformer.encoder.")) {
            return name(layers.under("transformer."));
        }
        for (String clip : new String[] {"text_model.encoder.layers.", "encoder.layers."}) {
            if (layers.has(clip + "0.mlp.fc1.weight")) {
                return Optional.of(
                        layers.hasUnder(clip + "30.") ? "clip-g" : layers.hasUnder(clip + "22.") ? "clip-h" : "clip-l");
            }
        }
        if (layers.hasUnder("transformer.resblocks.") && layers.has("token_embedding.weight")) {
            return Optional.of(layers.hasUnder("transformer.resblocks.30.") ? "clip-g" : "clip-h");
        }
        if (layers.hasUnder("encoder.block.0.layer.0.SelfAttention.")) {
            long wide = layers.dimension("encoder.block.23.layer.1.DenseReluDense.wi_1.weight", 0);
            long words = layers.dimension("shared.weight", 0);
            return Optional.of(wide != 10_240 ? "t5" : words > 200_000 ? "umt5-xxl" : "t5-xxl");
        }
        return language(layers.hasUnder("model.layers.0.") ? layers.under("model.") : layers);
    }

    private static Optional<String> language(Layers layers) {
        String block = "layers.0.";
        if (!layers.hasUnder(block + "self_attn.")) {
            return layers.hasUnder("language_model.layers.0.self_attn.")
                    ? language(layers.under("language_model."))
                    : Optional.empty();
        }
        long bias = layers.dimension(block + "self_attn.k_proj.bias", 0);
        long width = layers.dimension(block + "post_attention_layernorm.weight", 0);
        if (bias == 512) {
            return Optional.of("qwen2.5-vl-7b");
        }
        if (bias == 256) {
            return Optional.of("qwen2.5-vl-3b");
        }
        if (layers.has(block + "post_feedforward_layernorm.weight")) {
            return Optional.of(width == 2304 ? "gemma-2-2b" : "gemma");
        }
        if (layers.has(block + "self_attn.q_norm.weight")) {
            return Optional.of(width == 2560 ? "qwen3-4b" : width == 1024 ? "qwen3-0.6b" : "qwen3");
        }
        return Optional.of(width == 4096 ? "llama-3.1-8b" : width == 5120 ? "mistral-3-small" : "language model");
    }
}
