package dev.assay.harness.model.family;

import java.util.Optional;

/** A UNet with the layers of Stable Diffusion, but of another width than any published one: small models for tests, experiments. */
record OtherUnet() implements Recognizer {
    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        long text = StableDiffusionUnet.textWidth(layers);
        return text < 0
                ? Optional.empty()
                : Optional.of(match().detail(text == 0 ? "without text" : "text features " + text + " wide"));
    }

    @Override
    public Optional<FamilyMatch> lora(AdapterLayers layers) {
        return StableDiffusionUnet.isUnet(layers) ? Optional.of(match()) : Optional.empty();
    }

    private static FamilyMatch match() {
        return FamilyMatch.unet(FamilyMatch.UNKNOWN, "a UNet like Stable Diffusion's of no published size");
    }
}
