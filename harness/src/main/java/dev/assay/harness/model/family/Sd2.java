package dev.assay.harness.model.family;

import java.util.Optional;
import java.util.Set;

/** Stable Diffusion 2.0 and 2.1: the UNet of 1.5 with the wider features of OpenCLIP-H. */
final class Sd2 implements ModelFamily {
    private static final long TEXT = 1024;
    private static final int SD15_TEXT_LAYERS = 12; // of 23 here

    @Override
    public String word() {
        return "sd2";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        return StableDiffusionUnet.textWidth(layers) == TEXT
                ? StableDiffusionUnet.match(
                        word(), "Stable Diffusion 2 or a finetune of it", StableDiffusionUnet.input(layers))
                : Optional.empty();
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        Set<Long> text = StableDiffusionUnet.textWidths(layers);
        boolean told = text.contains(TEXT)
                || (text.isEmpty() && layers.highestTextLayer() >= SD15_TEXT_LAYERS)
                || (text.isEmpty() && layers.claims("sd_v2"));
        boolean unet = StableDiffusionUnet.isUnet(layers) || StableDiffusionUnet.textOnly(layers);
        return unet && told ? Optional.of(FamilyMatch.unet(word(), "Stable Diffusion 2")) : Optional.empty();
    }
}
