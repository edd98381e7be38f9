package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.regex.Pattern;

/** Stable Diffusion 3 and 3.5: a transformer of joint blocks, as wide as 64 times its depth. */
final class StableDiffusion3 implements ModelFamily {
    private static final Pattern JOINT = Pattern.compile("^joint_blocks_N_(x_block|context_block)");
    private static final Pattern DIFFUSERS = Pattern.compile("^transformer_blocks_N_attn_add_[qkv]_proj$");
    private static final Pattern SINGLE = Pattern.compile("single_");

    @Override
    public String word() {
        return "sd3";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        if (layers.has("joint_blocks.0.context_block.attn.qkv.weight")) {
            long depth = layers.dimension("x_embedder.proj.weight", 0) / 64;
            return match(
                    depth,
                    layers.has("joint_blocks.0.x_block.attn.ln_q.weight"),
                    layers.has("joint_blocks.0.x_block.attn2.qkv.weight"));
        }
        if (layers.has("pos_embed.proj.weight")
                && layers.has("context_embedder.weight")
                && layers.has("transformer_blocks.0.attn.add_k_proj.weight")) {
            return match(
                    layers.dimension("pos_embed.proj.weight", 0) / 64,
                    layers.has("transformer_blocks.0.attn.norm_q.weight"),
                    layers.has("transformer_blocks.0.attn2.to_q.weight"));
        }
        return Optional.empty();
    }

    private Optional<FamilyMatch> match(long depth, boolean normalised, boolean dual) {
        FamilyMatch match = FamilyMatch.of(word(), normalised ? "Stable Diffusion 3.5" : "Stable Diffusion 3");
        if (dual || (depth == 24 && !normalised)) {
            return Optional.of(match.detail("medium"));
        }
        return Optional.of(match.detail(depth == 38 ? "large" : depth + " blocks"));
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        if (layers.any(JOINT)) {
            return Optional.of(sized(layers));
        }
        boolean width = layers.hasDimension(1536) || layers.hasDimension(2432);
        return layers.any(DIFFUSERS) && !layers.any(SINGLE) && width ? Optional.of(sized(layers)) : Optional.empty();
    }

    private FamilyMatch sized(AdapterLayers layers) {
        return FamilyMatch.of(word(), "Stable Diffusion 3 or 3.5")
                .detail(layers.hasDimension(2432) ? "large" : layers.hasDimension(1536) ? "medium" : "");
    }
}
