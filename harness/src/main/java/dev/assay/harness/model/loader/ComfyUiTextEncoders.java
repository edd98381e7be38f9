package dev.assay.harness.model.loader;

import dev.assay.harness.model.family.TextEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How ComfyUI 0.33.0 lets LoRAs name the modules of each family's text encoders ({@code model_lora_keys_clip}). Their files seldom
 * come with the model, but their layers are the same in every one.
 */
final class ComfyUiTextEncoders {
    private static final List<String> CLIP_LAYER = List.of(
            "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2");
    private static final List<String> T5_LAYER = List.of(
            "layer.0.SelfAttention.q",
            "layer.0.SelfAttention.k",
            "layer.0.SelfAttention.v",
            "layer.0.SelfAttention.o",
            "layer.0.layer_norm",
            "layer.1.DenseReluDense.wi_0",
            "layer.1.DenseReluDense.wi_1",
            "layer.1.DenseReluDense.wo",
            "layer.1.layer_norm");
    private static final List<String> LLM_LAYER = List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
            "input_layernorm",
            "post_attention_layernorm");

    private ComfyUiTextEncoders() {}

    /**
     * Names of modules, with whether the layer has a bias.
     *
     * @param all of a model; those whose layers are not known here have no names
     */
    static Map<String, Boolean> of(List<TextEncoder> all) {
        List<TextEncoder> encoders =
                all.stream().filter(e -> !e.comfyui().isEmpty()).toList();
        Map<String, Boolean> names = new LinkedHashMap<>();
        boolean l = encoders.contains(TextEncoder.CLIP_L);
        boolean g = encoders.contains(TextEncoder.CLIP_G);
        for (TextEncoder encoder : encoders) {
            own(encoder).forEach((module, bias) -> {
                names.put("text_encoders." + module, bias);
                if (!module.startsWith("clip_")) {
                    names.put("text_encoders." + module.substring(module.indexOf('.') + 1), bias);
                }
            });
            switch (encoder) {
                case CLIP_L, CLIP_H -> clip(names, encoder, List.of("lora_te_", "lora_te1_"), List.of("text_encoder."));
                case CLIP_G -> clip(names, encoder, List.of("lora_te2_"), List.of("text_encoder_2."));
                case T5_XXL -> {
                    List<Integer> numbers = l && !g ? List.of(2, 3) : List.of(1 + (l ? 1 : 0) + (g ? 1 : 0));
                    own(encoder)
                            .forEach((module, bias) -> numbers.forEach(n -> names.put(
                                    "lora_te" + n + "_" + flat(module.substring("t5xxl.transformer.".length())),
                                    bias)));
                }
                default -> {
                    String inner = encoder.comfyui() + ".transformer.model.";
                    if (encoders.size() == 1) {
                        own(encoder).forEach((module, bias) -> {
                            if (module.startsWith(inner)) {
                                names.put("lora_te_" + flat(module.substring(inner.length())), bias);
                            }
                        });
                    }
                }
            }
        }
        if (g) {
            names.put("lora_te2_text_projection", false);
            names.put("lora_prior_te_text_projection", false);
        }
        if (l) {
            names.put("lora_te1_text_projection", false);
        }
        return names;
    }

    private static void clip(Map<String, Boolean> names, TextEncoder encoder, List<String> flat, List<String> dotted) {
        for (int i = 0; i < encoder.blocks(); i++) {
            for (String layer : CLIP_LAYER) {
                String module = "text_model.encoder.layers." + i + "." + layer;
                flat.forEach(p -> names.put(p + flat(module), true));
                dotted.forEach(p -> names.put(p + module, true));
            }
        }
    }

    /** Modules by ComfyUI's own names, with whether they have a bias. */
    private static Map<String, Boolean> own(TextEncoder encoder) {
        Map<String, Boolean> modules = new LinkedHashMap<>();
        String root = encoder.comfyui() + ".transformer.";
        boolean clip = encoder.isClip();
        boolean t5 = encoder == TextEncoder.T5_XXL;
        String blocks = clip ? "text_model.encoder.layers." : t5 ? "encoder.block." : "model.layers.";
        List<String> inner = new ArrayList<>(clip ? CLIP_LAYER : t5 ? T5_LAYER : LLM_LAYER);
        if (clip) {
            inner.addAll(List.of("layer_norm1", "layer_norm2"));
        }
        if (encoder.comfyui().startsWith("qwen3_")) {
            inner.addAll(List.of("self_attn.q_norm", "self_attn.k_norm"));
        }
        for (int i = 0; i < encoder.blocks(); i++) {
            for (String layer : inner) {
                boolean attention = layer.equals("self_attn.q_proj")
                        || layer.equals("self_attn.k_proj")
                        || layer.equals("self_attn.v_proj");
                modules.put(
                        root + blocks + i + "." + layer, clip || (encoder == TextEncoder.QWEN25_VL_7B && attention));
            }
        }
        if (clip) {
            modules.put(root + "text_model.embeddings.token_embedding", false);
            modules.put(root + "text_model.embeddings.position_embedding", false);
            modules.put(root + "text_model.final_layer_norm", true);
            modules.put(root + "text_projection", false);
        } else if (t5) {
            modules.put(root + blocks + "0.layer.0.SelfAttention.relative_attention_bias", false);
            modules.put(root + "encoder.final_layer_norm", false);
            modules.put(root + "shared", false);
        } else {
            modules.put(root + "model.embed_tokens", false);
            modules.put(root + "model.norm", false);
        }
        return modules;
    }

    private static String flat(String name) {
        return name.replace('.', '_');
    }
}
