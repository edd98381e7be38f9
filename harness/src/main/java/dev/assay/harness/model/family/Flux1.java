package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.regex.Pattern;

/** Flux.1 with a guidance input: dev, Krea dev and their finetunes, whose files have the same layers and shapes. */
final class Flux1 implements ModelFamily {
    static final int HIDDEN = 3072;
    static final Pattern NATIVE =
            Pattern.compile("^(double_blocks_N_(img|txt)_(attn|mlp|mod)|single_blocks_N_(linear|modulation))");
    static final Pattern SINGLE = Pattern.compile("^single_transformer_blocks_N_(attn|proj|norm)");
    /** XLabs' names. */
    private static final Pattern XLABS = Pattern.compile("^(double|single)_blocks_N_processor_");

    @Override
    public String word() {
        return "flux1";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        if (!is(layers) || !isGuided(layers)) {
            return Optional.empty();
        }
        return Optional.of(
                FamilyMatch.of(word(), "Flux.1 dev or a finetune of it").detail(shape(layers)));
    }

    /** Flux.1 of either kind, dev or schnell. */
    static boolean is(Layers layers) {
        boolean own = (layers.has("double_blocks.0.img_attn.norm.key_norm.scale")
                        || layers.has("double_blocks.0.img_attn.norm.key_norm.weight"))
                && layers.has("img_in.weight")
                && layers.has("vector_in.in_layer.weight");
        boolean diffusers = layers.hasUnder("single_transformer_blocks.0.")
                && layers.has("x_embedder.weight")
                && (layers.has("transformer_blocks.0.attn.add_k_proj.weight") || isPacked(layers))
                && layers.has("time_text_embed.text_embedder.linear_1.weight");
        return own || diffusers;
    }

    /** With the fused layers of Nunchaku, in its older and its newer words. */
    private static boolean isPacked(Layers layers) {
        return layers.hasUnder("transformer_blocks.0.qkv_proj_context.")
                || layers.hasUnder("transformer_blocks.0.attn.add_qkv_proj.")
                || layers.hasUnder("transformer_blocks.0.attn.to_added_qkv.");
    }

    /** Whether there is an input for the guidance, which schnell lacks. */
    static boolean isGuided(Layers layers) {
        return layers.has("guidance_in.in_layer.weight")
                || layers.has("time_text_embed.guidance_embedder.linear_1.weight");
    }

    /** What differs from 19 double and 38 single blocks, 3072 wide, for 64 input channels. */
    static String shape(Layers layers) {
        boolean own = layers.has("img_in.weight");
        int doubles = layers.blocks(own ? "double_blocks" : "transformer_blocks");
        int singles = layers.blocks(own ? "single_blocks" : "single_transformer_blocks");
        long hidden = layers.dimension(own ? "img_in.weight" : "x_embedder.weight", 0);
        long channels = layers.dimension(own ? "img_in.weight" : "x_embedder.weight", 1);
        StringBuilder text = new StringBuilder();
        if (doubles != 19 || singles != 38) {
            text.append(", ").append(doubles).append(" + ").append(singles).append(" blocks instead of 19 + 38");
        }
        if (hidden != HIDDEN) {
            text.append(", ").append(hidden).append(" wide instead of 3072");
        }
        if (channels == 384) {
            text.append(", Fill (inpainting)");
        } else if (channels == 128) {
            text.append(", control (depth or canny)");
        }
        return text.isEmpty() ? "" : text.substring(2);
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        if (!layers.any(NATIVE) && !layers.any(SINGLE) && !layers.any(XLABS)) {
            return Optional.empty();
        }
        boolean wide = !layers.hasDimensions() || layers.hasDimension(HIDDEN);
        return Optional.of(FamilyMatch.of(word(), "Flux.1 (dev, Krea, schnell or a finetune; a LoRA does not tell)")
                .detail(wide ? "" : "not 3072 wide"));
    }
}
