package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.HUNYUAN;
import static dev.assay.harness.model.family.ComfyUiSpelling.dotted;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Hunyuan Video, and Hunyuan Image 2.1, which shares its text refiner. */
final class HunyuanVideo {
    private static final String ID = "hunyuan-video";
    private static final String TITLE = "Hunyuan Video";
    private static final Pattern REFINER = Pattern.compile("individual_token_refiner|context_embedder_token_refiner");
    /** Flux.1 names these img_mlp_0, img_mod_lin, modulation_lin. */
    private static final Pattern OWN =
            Pattern.compile("^double_blocks_N_(img|txt)_(mlp_fc|mod_linear)|^single_blocks_N_modulation_linear");

    private static final Pattern DOUBLE = Pattern.compile("^double_blocks_N_");
    private static final int LAST = 19; // of 20 here; Flux.1 has one less, and no model known here has more

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW, FamilyTrait.VIDEO_LATENTS, FamilyTrait.VIDEO),
            Signs.of(
                    HunyuanVideo::model,
                    HunyuanVideo::lora,
                    PublishedModel.of(TITLE, PublishedModel.streams(20, 40), ID, PublishedModel.authors(ID))),
            List.of("hunyuan-video"),
            LoraFacts.of(ID, TITLE).borrowed(),
            Flux1.NAMING,
            TextEncoders.of(),
            16,
            Sites.civitai("Hunyuan Video"),
            ComfyUi.noneYet(
                    OtherFamily.VIDEO,
                    ComfyUi.with(dotted("transformer.", HUNYUAN), dotted("diffusion_model.", HUNYUAN))),
            DiffusersPipeline.NOT_KNOWN);

    private HunyuanVideo() {}

    private static Optional<FamilyMatch> model(Layers layers) {
        if (layers.has("txt_in.individual_token_refiner.blocks.0.norm1.weight")) {
            return Optional.of(isImage(layers, "img_in.proj.weight") ? image() : video());
        }
        return layers.hasUnder("context_embedder.token_refiner.") && layers.hasUnder("transformer_blocks.0.")
                ? Optional.of(isImage(layers, "x_embedder.proj.weight") ? image() : video())
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        boolean deep = layers.highest(DOUBLE) == LAST;
        return layers.any(REFINER) || layers.any(OWN) || deep ? Optional.of(video()) : Optional.empty();
    }

    /** Hunyuan Image embeds single pixels; GGUF folds the video model's patches into four dimensions too. */
    private static boolean isImage(Layers layers, String patch) {
        return layers.rank(patch) == 4 && layers.dimension(patch, 3) == 1;
    }

    private static FamilyMatch video() {
        return FAMILY.match(TITLE);
    }

    private static FamilyMatch image() {
        return FamilyMatch.of(FamilyMatch.UNKNOWN, "Hunyuan Image 2.1")
                .caution(OtherFamily.notJudged("Hunyuan Image 2.1"));
    }
}
