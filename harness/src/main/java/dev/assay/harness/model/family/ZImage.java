package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.regex.Pattern;

/** Z-Image, base and turbo: the layers of Lumina 2, 3840 wide. */
final class ZImage implements ModelFamily {
    static final Pattern BLOCKS = Pattern.compile(
            "^(layers|noise_refiner|context_refiner)_N_(attention_(qkv|out|to_[qkv]|to_out)|feed_forward_w|adaLN_modulation)"
                    + "|^(layers|noise_refiner|context_refiner)_N_(attn_to_|feed_forward_linear|norm1_linear)");
    private static final long WIDTH = 3840;

    @Override
    public String word() {
        return "z-image";
    }

    /** Width of the caption embedding of the Lumina 2 kind; -1 for other models. */
    static long width(Layers layers) {
        boolean lumina = layers.has("noise_refiner.0.attention.k_norm.weight")
                || layers.has("noise_refiner.0.attention.norm_k.weight")
                || layers.has("noise_refiner.0.attn.norm_k.weight");
        return lumina
                ? Math.max(
                        layers.dimension("cap_embedder.1.weight", 0),
                        layers.dimension("time_caption_embed.caption_embedder.1.weight", 0))
                : -1;
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        return width(layers) == WIDTH
                ? Optional.of(FamilyMatch.of(word(), "Z-Image (base, turbo or a finetune; the file does not tell)"))
                : Optional.empty();
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return layers.any(BLOCKS) && layers.hasDimension(WIDTH)
                ? Optional.of(FamilyMatch.of(word(), "Z-Image"))
                : Optional.empty();
    }
}
