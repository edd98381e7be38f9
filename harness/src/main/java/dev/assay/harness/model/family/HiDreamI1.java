package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.regex.Pattern;

/** HiDream-I1 full, dev and fast, which have the same layers. */
final class HiDreamI1 implements ModelFamily {
    private static final Pattern BLOCKS = Pattern.compile(
            "(double|single)_stream_blocks_N_block|ff_i_(shared_)?experts|attn1_to_[qkv]_t$|^caption_projection_N_linear");

    @Override
    public String word() {
        return "hidream-i1";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        if (layers.hasUnder("t_embedder1.") && layers.hasUnder("x_embedder.proj1")) {
            return Optional.of(
                    FamilyMatch.of(FamilyMatch.UNKNOWN, "HiDream-O1").caution(OtherFamily.notJudged("HiDream-O1")));
        }
        return layers.has("caption_projection.0.linear.weight") && layers.hasUnder("double_stream_blocks.0.")
                ? Optional.of(
                        FamilyMatch.of(word(), "HiDream-I1 (full, dev, fast or a finetune; the file does not tell)"))
                : Optional.empty();
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return layers.any(BLOCKS) ? Optional.of(FamilyMatch.of(word(), "HiDream-I1")) : Optional.empty();
    }
}
