package dev.assay.harness.model.family;

import dev.assay.harness.model.family.ModelFamily.Claims;
import dev.assay.harness.model.family.ModelFamily.Latents;
import dev.assay.harness.model.family.ModelFamily.Sites;
import dev.assay.harness.model.family.ModelFamily.Trait;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Qwen-Image: 60 double blocks, 3072 wide. */
final class QwenImage {
    private static final String ID = "qwen-image";
    private static final String TITLE = "Qwen-Image";
    private static final Pattern BLOCKS = Pattern.compile("^transformer_blocks_N_(img|txt)_(mlp|mod)_");
    private static final Pattern SINGLE = Pattern.compile("^single_transformer_blocks");

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(Trait.FLOW),
            Signs.of(
                    QwenImage::model,
                    QwenImage::lora,
                    PublishedModel.of(TITLE, Map.of("transformer_blocks", 60), ID)),
            Claims.of("qwen").packed("QwenImage"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.SAME,
            TextEncoders.of(TextEncoder.QWEN25_VL_7B),
            new Latents(16, true),
            Sites.civitai("Qwen"));

    private QwenImage() {}

    private static Optional<FamilyMatch> model(Layers layers) {
        if (!layers.has("txt_norm.weight") || !layers.hasUnder("transformer_blocks.0.")) {
            return Optional.empty();
        }
        if (layers.dimension("txt_norm.weight", 0) == 2560 && layers.dimension("proj_out.weight", 0) == 128) {
            return Optional.of(
                    FamilyMatch.of(FamilyMatch.UNKNOWN, "Mage-Flow").caution(OtherFamily.notJudged("Mage-Flow")));
        }
        int blocks = layers.blocks("transformer_blocks");
        FamilyMatch match = FamilyMatch.of(ID, "Qwen-Image or a finetune of it");
        if (layers.hasUnder("time_text_embed.addition_t_embedding")) {
            return Optional.of(match.detail("Layered"));
        }
        if (layers.has("__index_timestep_zero__")) {
            return Optional.of(match.detail("Edit 2511"));
        }
        return Optional.of(blocks == 60 ? match : match.detail(blocks + " blocks instead of 60"));
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        if (layers.any(SINGLE)) {
            return Optional.empty();
        }
        return layers.any(BLOCKS) ? Optional.of(FamilyMatch.of(ID, TITLE)) : Optional.empty();
    }
}
