package dev.assay.harness.model.family;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Flux.1 without a guidance input. */
final class Flux1Schnell {
    private static final String ID = "flux1-schnell";
    private static final String TITLE = "Flux.1 schnell";

    /** A LoRA for schnell has the layers of one for dev: {@link Flux1} answers. */
    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW),
            Signs.of(Flux1Schnell::model, l -> Optional.empty()),
            List.of("flux-1-schnell"),
            LoraFacts.of(Flux1.ID, Flux1.FAMILY.loras().title()),
            Flux1.NAMING,
            Flux1.FAMILY.textEncoders(),
            16,
            Sites.civitai("Flux.1 S"),
            ComfyUi.of(
                    Flux1.COMFYUI_NAMES,
                    ComfyVariant.only(
                            ID,
                            TITLE,
                            new Defaults(1024, 4, 1, "euler", "simple", null, null),
                            "",
                            Flux1.TEXT_ENCODER_FILES,
                            Flux1.VAE_FILES,
                            GraphNodes.of(Latent.CHANNELS_16, Shift.AURA, Trait.ZERO_NEGATIVE))),
            DiffusersPipeline.FLUX);

    private Flux1Schnell() {}

    private static Optional<FamilyMatch> model(Layers layers) {
        return Flux1.is(layers) && !Flux1.isGuided(layers)
                ? Optional.of(
                        FamilyMatch.of(ID, "Flux.1 schnell or a finetune of it").detail(Flux1.shape(layers)))
                : Optional.empty();
    }
}
