package dev.assay.harness.model.family;

import java.util.Optional;

/** Knows files by their layers: a family, or one that Assay can only name, so that its files are not taken for another's. */
public interface Recognizer {
    /** A file or component with the diffusion model's own weights, in the layout of its authors, ComfyUI or diffusers. */
    Optional<FamilyMatch> model(Layers layers);

    /** A LoRA of any kind. */
    Optional<FamilyMatch> lora(AdapterLayers layers);
}
