package dev.assay.harness.model.family;

import java.util.Optional;

/** A UNet with the layers of Stable Diffusion, but of another width than any published one: small models for tests, experiments. */
final class OtherUnet implements ModelFamily {
    @Override
    public String word() {
        return FamilyMatch.UNKNOWN;
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        long text = StableDiffusionUnet.textWidth(layers);
        return text < 0
                ? Optional.empty()
                : Optional.of(match().detail(text == 0 ? "without text" : "text features " + text + " wide"));
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return StableDiffusionUnet.isUnet(layers) ? Optional.of(match()) : Optional.empty();
    }

    private FamilyMatch match() {
        return FamilyMatch.unet(word(), "a UNet like Stable Diffusion's of no published size");
    }
}
