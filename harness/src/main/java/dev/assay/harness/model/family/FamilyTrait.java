package dev.assay.harness.model.family;

/** What is so of a family or is not. */
public enum FamilyTrait {
    /** A UNet; else a diffusion transformer. */
    UNET,
    /** Trained by flow matching. */
    FLOW,
    /** Makes videos: Assay judges pictures and does not judge it. */
    VIDEO,
    /** Its VAE has three-dimensional convolutions. */
    VIDEO_LATENTS,
    /** Assay's own renderer makes pictures with it. */
    LOCAL
}
