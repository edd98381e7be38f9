package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.regex.Pattern;

/** Qwen-Image: 60 double blocks, 3072 wide. */
final class QwenImage implements ModelFamily {
    private static final Pattern BLOCKS = Pattern.compile("^transformer_blocks_N_(img|txt)_(mlp|mod)_");
    private static final Pattern SINGLE = Pattern.compile("^single_transformer_blocks");

    @Override
    public String word() {
        return "qwen-image";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        if (!layers.has("txt_norm.weight") || !layers.hasUnder("transformer_blocks.0.")) {
            return Optional.empty();
        }
        if (layers.dimension("txt_norm.weight", 0) == 2560 && layers.dimension("proj_out.weight", 0) == 128) {
            return Optional.of(
                    FamilyMatch.of(FamilyMatch.UNKNOWN, "Mage-Flow").caution(OtherFamily.notJudged("Mage-Flow")));
        }
        int blocks = layers.blocks("transformer_blocks");
        FamilyMatch match = FamilyMatch.of(word(), "Qwen-Image or a finetune of it");
        if (layers.hasUnder("time_text_embed.addition_t_embedding")) {
            return Optional.of(match.detail("Layered"));
        }
        if (layers.has("__index_timestep_zero__")) {
            return Optional.of(match.detail("Edit 2511"));
        }
        return Optional.of(blocks == 60 ? match : match.detail(blocks + " blocks instead of 60"));
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        if (layers.any(SINGLE)) {
            return Optional.empty();
        }
        return layers.any(BLOCKS) ? Optional.of(FamilyMatch.of(word(), "Qwen-Image")) : Optional.empty();
    }
}
