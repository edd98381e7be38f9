package dev.assay.harness.model.family;

import java.util.Optional;

/** A family of models whose files have the same layers. */
public interface ModelFamily {
    /** The family as issue and settings write it: {@code flux1}. */
    String word();

    /** A file or component with the diffusion model's own weights, in the layout of its authors, ComfyUI or diffusers. */
    Optional<FamilyMatch> model(Layers layers);

    /** A LoRA of any kind. */
    Optional<FamilyMatch> adapter(AdapterLayers layers);
}
