package dev.assay.harness.render.comfyui;

import java.util.List;

/** Kinds of model files on a server. */
enum ServerModelFolder {
    MODEL,
    LORA,
    TEXT_ENCODER,
    VAE;

    /** ComfyUI's names of the folders where such files lie, the usual one first. */
    List<String> folders() {
        return switch (this) {
            case MODEL -> List.of("checkpoints", "diffusion_models", "unet_gguf", "unet");
            case LORA -> List.of("loras");
            case TEXT_ENCODER -> List.of("text_encoders", "clip", "clip_gguf");
            case VAE -> List.of("vae");
        };
    }
}
