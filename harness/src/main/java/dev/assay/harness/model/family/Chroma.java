package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.regex.Pattern;

/** Chroma: Flux.1 schnell with its modulations replaced by one small network. */
final class Chroma implements ModelFamily {
    private static final Pattern GUIDANCE = Pattern.compile("^distilled_guidance_layer");
    private static final Pattern MODULATION =
            Pattern.compile("_(img|txt)_mod_|modulation_lin|_norm1?_(context_)?linear");

    @Override
    public String word() {
        return "chroma";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        if (!layers.hasUnder("distilled_guidance_layer.")
                || !(layers.hasUnder("double_blocks.0.") || layers.hasUnder("transformer_blocks.0."))) {
            return Optional.empty();
        }
        return layers.hasUnder("nerf_blocks.0.")
                ? Optional.of(FamilyMatch.of(FamilyMatch.UNKNOWN, "Chroma Radiance")
                        .caution(OtherFamily.notJudged("Chroma Radiance")))
                : Optional.of(FamilyMatch.of(word(), "Chroma or a finetune of it"));
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        boolean blocks = layers.any(Flux1.NATIVE) || layers.any(Flux1.SINGLE);
        if (layers.any(GUIDANCE) && blocks) {
            return Optional.of(FamilyMatch.of(word(), "Chroma"));
        }
        // Without modulation layers a LoRA for Flux.1 looks the same: then the file's own word decides.
        return blocks && !layers.any(MODULATION) && layers.claims("chroma")
                ? Optional.of(FamilyMatch.of(word(), "Chroma, as its metadata says; its layers fit Flux.1 too"))
                : Optional.empty();
    }
}
