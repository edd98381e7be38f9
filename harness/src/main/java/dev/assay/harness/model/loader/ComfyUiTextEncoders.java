package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
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

    /** @param layers number of blocks; {@code word} is what ComfyUI's own names begin with */
    private record Encoder(String word, int layers) {}

    private static final Encoder CLIP_L = new Encoder("clip_l", 12);
    private static final Encoder CLIP_G = new Encoder("clip_g", 32);
    private static final Encoder CLIP_H = new Encoder("clip_h", 24);
    private static final Encoder T5 = new Encoder("t5xxl", 24);

    private static final Map<String, List<Encoder>> FAMILIES = Map.ofEntries(
            Map.entry("sd15", List.of(CLIP_L)),
            Map.entry("sd2", List.of(CLIP_H)),
            Map.entry("sdxl", List.of(CLIP_L, CLIP_G)),
            Map.entry("sd3", List.of(CLIP_L, CLIP_G, T5)),
            Map.entry("flux1", List.of(CLIP_L, T5)),
            Map.entry("flux1-schnell", List.of(CLIP_L, T5)),
            Map.entry("chroma", List.of(T5)),
            Map.entry("qwen-image", List.of(new Encoder("qwen25_7b", 28))),
            Map.entry("z-image", List.of(new Encoder("qwen3_4b", 36))),
            Map.entry("flux2 3072", List.of(new Encoder("qwen3_4b", 36))), // klein 4B
            Map.entry("flux2 4096", List.of(new Encoder("qwen3_8b", 36))), // klein 9B
            Map.entry("flux2 6144", List.of(new Encoder("mistral3_24b", 40))), // dev
            Map.entry("hidream-i1", List.of(CLIP_L, CLIP_G, T5, new Encoder("llama", 32))));

    private ComfyUiTextEncoders() {}

    /** The family, and for Flux.2, whose sizes have a text encoder each, its width: {@code flux2 3072}. */
    static String word(String family, BaseModules base) {
        BaseLayer input = base.original().get("img_in");
        return family.equals("flux2") && input != null ? family + " " + input.rows() : family;
    }

    /**
     * Names of modules, with whether the layer has a bias; empty for a family whose text encoders are not known.
     *
     * @param family as {@link #word} has it
     */
    static Map<String, Boolean> of(String family) {
        List<Encoder> encoders = FAMILIES.getOrDefault(family, List.of());
        Map<String, Boolean> names = new LinkedHashMap<>();
        boolean l = encoders.contains(CLIP_L);
        boolean g = encoders.contains(CLIP_G);
        for (Encoder encoder : encoders) {
            own(encoder).forEach((module, bias) -> {
                names.put("text_encoders." + module, bias);
                if (!module.startsWith("clip_")) {
                    names.put("text_encoders." + module.substring(module.indexOf('.') + 1), bias);
                }
            });
            switch (encoder.word) {
                case "clip_l", "clip_h" ->
                    clip(names, encoder, List.of("lora_te_", "lora_te1_"), List.of("text_encoder."));
                case "clip_g" -> clip(names, encoder, List.of("lora_te2_"), List.of("text_encoder_2."));
                case "t5xxl" -> {
                    List<Integer> numbers = l && !g ? List.of(2, 3) : List.of(1 + (l ? 1 : 0) + (g ? 1 : 0));
                    own(encoder)
                            .forEach((module, bias) -> numbers.forEach(n -> names.put(
                                    "lora_te" + n + "_" + flat(module.substring("t5xxl.transformer.".length())),
                                    bias)));
                }
                default -> {
                    String inner = encoder.word + ".transformer.model.";
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

    private static void clip(Map<String, Boolean> names, Encoder encoder, List<String> flat, List<String> dotted) {
        for (int i = 0; i < encoder.layers; i++) {
            for (String layer : CLIP_LAYER) {
                String module = "text_model.encoder.layers." + i + "." + layer;
                flat.forEach(p -> names.put(p + flat(module), true));
                dotted.forEach(p -> names.put(p + module, true));
            }
        }
    }

    /** Modules by ComfyUI's own names, with whether they have a bias. */
    private static Map<String, Boolean> own(Encoder encoder) {
        Map<String, Boolean> modules = new LinkedHashMap<>();
        String root = encoder.word + ".transformer.";
        boolean clip = encoder.word.startsWith("clip_");
        boolean t5 = encoder.word.equals("t5xxl");
        String blocks = clip ? "text_model.encoder.layers." : t5 ? "encoder.block." : "model.layers.";
        List<String> inner = new ArrayList<>(clip ? CLIP_LAYER : t5 ? T5_LAYER : LLM_LAYER);
        if (clip) {
            inner.addAll(List.of("layer_norm1", "layer_norm2"));
        }
        if (encoder.word.startsWith("qwen3_")) {
            inner.addAll(List.of("self_attn.q_norm", "self_attn.k_norm"));
        }
        for (int i = 0; i < encoder.layers; i++) {
            for (String layer : inner) {
                boolean attention = layer.equals("self_attn.q_proj")
                        || layer.equals("self_attn.k_proj")
                        || layer.equals("self_attn.v_proj");
                modules.put(root + blocks + i + "." + layer, clip || (encoder.word.equals("qwen25_7b") && attention));
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
