package dev.assay.harness.model.family;

import java.util.Optional;

/** Lumina-Image 2.0, 2304 wide. */
final class Lumina2 implements ModelFamily {
    private static final long WIDTH = 2304;

    @Override
    public String word() {
        return "lumina2";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        return ZImage.width(layers) == WIDTH
                ? Optional.of(FamilyMatch.of(word(), "Lumina-Image 2.0 or a finetune of it"))
                : Optional.empty();
    }

    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return layers.any(ZImage.BLOCKS) && layers.hasDimension(WIDTH)
                ? Optional.of(FamilyMatch.of(word(), "Lumina-Image 2.0"))
                : Optional.empty();
    }
}
