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

/** Qwen-Image: 60 double blocks, 3072 wide. */
final class QwenImage {
    private static final String ID = "qwen-image";
    private static final String TITLE = "Qwen-Image";
    private static final Pattern BLOCKS = Pattern.compile("^transformer_blocks_N_(img|txt)_(mlp|mod)_");
    private static final String LAYERED = "a picture to take apart";
    private static final Pattern SINGLE = Pattern.compile("^single_transformer_blocks");

    // Of the template of 2512: low resolution and quality, malformed limbs and fingers, oversaturated, waxen,
    // faces without detail, too smooth, looks generated, muddled composition, blurred and warped text.
    private static final String NEGATIVE_2512 = "低分辨率，低画质，肢体畸形，手指畸形，画面过饱和，蜡像感，人脸无细节，过度光滑，画面具有AI感。构图混乱。文字模糊，扭曲";

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW, FamilyTrait.VIDEO_LATENTS),
            Signs.of(QwenImage::model, QwenImage::lora, PublishedModel.of(TITLE, Map.of("transformer_blocks", 60), ID))
                    .packed("QwenImage")
                    .edits(
                            Edit.of("qwen[-_ ]?image[-_ ]?edit", "Qwen-Image-Edit", Edit.PICTURE),
                            Edit.of("qwen[-_ ]?image[-_ ]?layered", "Qwen-Image-Layered", LAYERED)),
            List.of("qwen"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.SAME,
            TextEncoders.of(TextEncoder.QWEN25_VL_7B),
            16,
            Sites.civitai("Qwen"),
            ComfyUi.of(
                            ComfyUi.with(
                                    dotted("", ORIGINAL), dotted("transformer.", ORIGINAL), flat("lycoris_", ORIGINAL)),
                            variant(ID, TITLE, "qwen[-_ ]?image(?!.*2512)", 20, ""),
                            variant("qwen-image-2512", "Qwen-Image 2512", "2512", 50, NEGATIVE_2512))
                    .others(Map.of(Pattern.compile("qwen[-_ ]?image[-_ ]?2[-_.]1(?!\\d)"), "Qwen-Image 2.1")),
            DiffusersPipeline.QWEN_IMAGE);

    private QwenImage() {}

    private static ComfyVariant variant(String name, String title, String hint, int steps, String negative) {
        return new ComfyVariant(
                name,
                ID,
                title,
                Optional.of(Pattern.compile(hint)),
                new Defaults(1328, steps, 4, "euler", "simple", null, 3.1),
                negative,
                new TextEncoderFiles(
                        List.of(List.of("qwen_2.5_vl_7b_fp8_scaled.safetensors", "qwen_2.5_vl_7b.safetensors")),
                        Map.of(1, "qwen_image")),
                List.of("qwen_image_vae.safetensors"),
                GraphNodes.of(Latent.CHANNELS_16, Shift.AURA));
    }

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
            return Optional.of(match.detail("Layered").needs(LAYERED));
        }
        if (layers.has("__index_timestep_zero__")) {
            return Optional.of(match.detail("Edit 2511").needs(Edit.PICTURE));
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
