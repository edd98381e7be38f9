package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.ORIGINAL;
import static dev.assay.harness.model.family.ComfyUiSpelling.dotted;
import static dev.assay.harness.model.family.ComfyUiSpelling.flat;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Shift;
import java.util.List;
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
            Set.of(FamilyTrait.FLOW),
            Signs.of(
                            HiDreamI1::model,
                            HiDreamI1::lora,
                            PublishedModel.of(
                                    TITLE, Map.of("double_stream_blocks", 16, "single_stream_blocks", 32), ID))
                    .edits(Edit.of("hidream[-_ ]?e1", "HiDream-E1", Edit.PICTURE)),
            List.of("hidream"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.SAME,
            TextEncoders.of(TextEncoder.CLIP_L, TextEncoder.CLIP_G, TextEncoder.T5_XXL, TextEncoder.LLAMA_8B),
            16,
            Sites.civitai("HiDream"),
            ComfyUi.of(
                    ComfyUi.with(flat("lycoris_", ORIGINAL), dotted("transformer.", ORIGINAL)),
                    variant("full", new Defaults(1024, 50, 5, "uni_pc", "simple", null, 3.0)),
                    variant("dev", new Defaults(1024, 28, 1, "lcm", "normal", null, 6.0)),
                    variant("fast", new Defaults(1024, 16, 1, "lcm", "normal", null, 3.0))),
            DiffusersPipeline.HIDREAM_IMAGE);

    private HiDreamI1() {}

    private static ComfyVariant variant(String variant, Defaults defaults) {
        return new ComfyVariant(
                ID + "-" + variant,
                ID,
                TITLE + " " + variant,
                Optional.of(Pattern.compile("(?<![a-z])" + variant + "(?![a-z])")),
                defaults,
                "bad ugly jpeg artifacts",
                new TextEncoderFiles(
                        List.of(
                                List.of("clip_l_hidream.safetensors"),
                                List.of("clip_g_hidream.safetensors"),
                                TextEncoderFiles.T5_SMALL,
                                List.of(
                                        "llama_3.1_8b_instruct_fp8_scaled.safetensors",
                                        "llama_3.1_8b_instruct.safetensors")),
                        Map.of(4, TextEncoderFiles.NO_TYPE)),
                Flux1.VAE_FILES,
                GraphNodes.of(Latent.CHANNELS_16, Shift.SD3));
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        if (layers.hasUnder("t_embedder1.") && layers.hasUnder("x_embedder.proj1")) {
            return Optional.of(
                    FamilyMatch.of(FamilyMatch.UNKNOWN, "HiDream-O1").caution(OtherFamily.notJudged("HiDream-O1")));
        }
        return layers.has("caption_projection.0.linear.weight") && layers.hasUnder("double_stream_blocks.0.")
                ? Optional.of(FamilyMatch.of(ID, "HiDream-I1 (full, dev, fast or a finetune; the file does not tell)"))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(BLOCKS) ? Optional.of(FamilyMatch.of(ID, TITLE)) : Optional.empty();
    }
}
