package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.regex.Pattern;

/** Wan 2.x: a video model. */
final class Wan implements ModelFamily {
    private static final Pattern BLOCKS = Pattern.compile(
            "^blocks_N_(self_attn_[qkvo]|cross_attn_([qkvo]|k_img|v_img))$|^blocks_N_attn[12]_(to_[qkv]|to_out|add_k_proj)");

    @Override
    public String word() {
        return "wan";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        boolean diffusers =
                layers.has("condition_embedder.text_embedder.linear_1.weight") && layers.hasUnder("blocks.0.attn1.");
        return layers.has("head.modulation") || diffusers ? Optional.of(match()) : Optional.empty();
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return layers.any(BLOCKS) ? Optional.of(match()) : Optional.empty();
    }

    private FamilyMatch match() {
        return FamilyMatch.of(word(), "Wan (video)").caution(OtherFamily.VIDEO);
    }
}
