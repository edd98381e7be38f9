package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ModuleRules.rule;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Chroma: Flux.1 schnell with its modulations replaced by one small network. */
final class Chroma {
    private static final String ID = "chroma";
    private static final String TITLE = "Chroma";
    private static final Pattern GUIDANCE = Pattern.compile("^distilled_guidance_layer");
    private static final Pattern MODULATION =
            Pattern.compile("_(img|txt)_mod_|modulation_lin|_norm1?_(context_)?linear");

    /** What there is in place of Flux's modulations (lodestone-rock / diffusers). */
    private static final ModuleRules RULES = ModuleRules.of(
            rule("distilled_guidance_layer.layers.#.in_layer", "distilled_guidance_layer.layers.$1.linear_1"),
            rule("distilled_guidance_layer.layers.#.out_layer", "distilled_guidance_layer.layers.$1.linear_2"));

    private static final String NEGATIVE =
            "This low quality greyscale unfinished sketch is inaccurate and flawed. The image is very blurred and lacks"
                    + " detail with excessive chromatic aberrations and artifacts. The image is overly saturated with"
                    + " excessive bloom. It has a toony aesthetic with bold outlines and flat colors. ";

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW),
            Signs.of(
                    Chroma::model,
                    Chroma::lora,
                    PublishedModel.of(TITLE, PublishedModel.streams(19, 38), ID, PublishedModel.authors(ID))),
            List.of("chroma"),
            LoraFacts.of(ID, TITLE).kin(Flux1.ID),
            ModuleNaming.of(Flux1.AUTHORS, Flux1.OF_DIFFUSERS, RULES),
            TextEncoders.of(TextEncoder.T5_XXL),
            16,
            Sites.civitai("Chroma"),
            ComfyUi.of(
                    Flux1.COMFYUI_NAMES,
                    ComfyVariant.only(
                            ID,
                            TITLE,
                            new Defaults(1024, 26, 3.5, "euler", "beta", null, 1.0),
                            NEGATIVE,
                            new TextEncoderFiles(List.of(TextEncoderFiles.T5_SMALL), Map.of(1, ID)),
                            Flux1.VAE_FILES,
                            GraphNodes.of(Latent.CHANNELS_16, Shift.AURA, Trait.ADVANCED, Trait.T5_OPTIONS))),
            DiffusersPipeline.CHROMA);

    private Chroma() {}

    private static Optional<FamilyMatch> model(Layers layers) {
        if (!layers.hasUnder("distilled_guidance_layer.")
                || !(layers.hasUnder("double_blocks.0.") || layers.hasUnder("transformer_blocks.0."))) {
            return Optional.empty();
        }
        return layers.hasUnder("nerf_blocks.0.")
                ? Optional.of(FamilyMatch.of(FamilyMatch.UNKNOWN, "Chroma Radiance")
                        .caution(OtherFamily.notJudged("Chroma Radiance")))
                : Optional.of(FamilyMatch.of(ID, "Chroma or a finetune of it"));
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        boolean blocks = layers.any(Flux1.NATIVE) || layers.any(Flux1.SINGLE);
        if (layers.any(GUIDANCE) && blocks) {
            return Optional.of(FamilyMatch.of(ID, TITLE));
        }
        // Without modulation layers a LoRA for Flux.1 looks the same: then the file's own word decides.
        return blocks && !layers.any(MODULATION) && layers.claims("chroma")
                ? Optional.of(FamilyMatch.of(ID, "Chroma, as its metadata says; its layers fit Flux.1 too"))
                : Optional.empty();
    }
}
