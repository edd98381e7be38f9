package dev.assay.harness.model.family;

import java.util.Optional;

/** Flux.1 without a guidance input. */
final class Flux1Schnell implements ModelFamily {
    @Override
    public String word() {
        return "flux1-schnell";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        return Flux1.is(layers) && !Flux1.isGuided(layers)
                ? Optional.of(FamilyMatch.of(word(), "Flux.1 schnell or a finetune of it")
                        .detail(Flux1.shape(layers)))
                : Optional.empty();
    }

    /** A LoRA for schnell has the layers of one for dev: {@link Flux1} answers. */
    @Override
    public Optional<FamilyMatch> adapter(AdapterLayers layers) {
        return Optional.empty();
    }
}
