package dev.assay.harness.model.family;

/** Whose {@code load_lora_weights} in diffusers reads a family's LoRAs. */
public enum DiffusersPipeline {
    STABLE_DIFFUSION,
    STABLE_DIFFUSION_XL,
    STABLE_DIFFUSION_3,
    FLUX,
    CHROMA,
    FLUX_2,
    QWEN_IMAGE,
    HIDREAM_IMAGE,
    Z_IMAGE,
    KREA_2,
    /** There is one, or none: its rules are not known here. */
    NOT_KNOWN
}
