package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.Set;

/** Stable Diffusion 1.x: the features of CLIP-L, 768 wide. */
final class Sd15 implements ModelFamily {
    private static final long TEXT = 768;

    @Override
    public String word() {
        return "sd15";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        return StableDiffusionUnet.textWidth(layers) == TEXT
                ? StableDiffusionUnet.match(
                        word(), "Stable Diffusion 1.5 or a finetune of it", StableDiffusionUnet.input(layers))
                : Optional.empty();
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        Set<Long> text = StableDiffusionUnet.textWidths(layers);
        if (text.contains(TEXT)) {
            return Optional.of(FamilyMatch.unet(word(), "Stable Diffusion 1.5"));
        }
        if (!text.isEmpty()) {
            return Optional.empty();
        }
        boolean told = layers.highestTextLayer() >= 0 || layers.claims("sd_v1") || layers.claims("stable-diffusion-v1");
        if (StableDiffusionUnet.textOnly(layers) || (StableDiffusionUnet.isUnet(layers) && told)) {
            return Optional.of(FamilyMatch.unet(word(), "Stable Diffusion 1.5"));
        }
        return StableDiffusionUnet.hasFirstLevel(layers)
                ? Optional.of(FamilyMatch.unet(word(), "Stable Diffusion 1.5 (or 2: this kind of LoRA does not tell)"))
                : Optional.empty();
    }
}
