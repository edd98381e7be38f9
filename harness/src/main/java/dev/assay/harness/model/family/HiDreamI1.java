package dev.assay.harness.model.family;

import dev.assay.harness.model.family.ModelFamily.Claims;
import dev.assay.harness.model.family.ModelFamily.Latents;
import dev.assay.harness.model.family.ModelFamily.Sites;
import dev.assay.harness.model.family.ModelFamily.Trait;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** HiDream-I1 full, dev and fast, which have the same layers. */
final class HiDreamI1 {
    private static final String ID = "hidream-i1";
    private static final String TITLE = "HiDream-I1";
    private static final Pattern BLOCKS = Pattern.compile(
            "(double|single)_stream_blocks_N_block|ff_i_(shared_)?experts|attn1_to_[qkv]_t$|^caption_projection_N_linear");

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(Trait.FLOW),
            Signs.of(
                    HiDreamI1::model,
                    HiDreamI1::lora,
                    PublishedModel.of(TITLE, Map.of("double_stream_blocks", 16, "single_stream_blocks", 32), ID)),
            Claims.of("hidream"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.SAME,
            TextEncoders.of(TextEncoder.CLIP_L, TextEncoder.CLIP_G, TextEncoder.T5_XXL, TextEncoder.LLAMA_8B),
            Latents.of(16),
            Sites.civitai("HiDream"));

    private HiDreamI1() {}

    private static Optional<FamilyMatch> model(Layers layers) {
        if (layers.hasUnder("t_embedder1.") && layers.hasUnder("x_embedder.proj1")) {
            return Optional.of(
                    FamilyMatch.of(FamilyMatch.UNKNOWN, "HiDream-O1").caution(OtherFamily.notJudged("HiDream-O1")));
        }
        return layers.has("caption_projection.0.linear.weight") && layers.hasUnder("double_stream_blocks.0.")
                ? Optional.of(
                        FamilyMatch.of(ID, "HiDream-I1 (full, dev, fast or a finetune; the file does not tell)"))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(BLOCKS) ? Optional.of(FamilyMatch.of(ID, TITLE)) : Optional.empty();
    }
}
