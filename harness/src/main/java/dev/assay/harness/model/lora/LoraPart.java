package dev.assay.harness.model.lora;

/** The part of a model that a module belongs to. Text encoders are numbered as in the file's own names. */
public enum LoraPart {
    /** UNet or diffusion transformer. */
    DENOISER("denoiser", 0),
    /** CLIP-L for Stable Diffusion and Flux. */
    TEXT_ENCODER_1("text encoder 1", 1),
    /** CLIP-G for SDXL and SD 3, T5 for Flux by diffusers and OneTrainer. */
    TEXT_ENCODER_2("text encoder 2", 2),
    /** T5 for SD 3 and, by kohya, Flux. */
    TEXT_ENCODER_3("text encoder 3", 3),
    /** Llama for HiDream. */
    TEXT_ENCODER_4("text encoder 4", 4);

    private final String word;
    private final int number;

    LoraPart(String word, int number) {
        this.word = word;
        this.number = number;
    }

    public String word() {
        return word;
    }

    /** Of the text encoder; 0 for the denoiser. */
    public int number() {
        return number;
    }

    public boolean isTextEncoder() {
        return this != DENOISER;
    }
}
