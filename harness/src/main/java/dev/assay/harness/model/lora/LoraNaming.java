package dev.assay.harness.model.lora;

/** Whose names a file uses. Several tools write the same names, so this is a hint and no proof. */
public enum LoraNaming {
    KOHYA("lora_unet_ / lora_te_", "kohya sd-scripts, or a tool that writes its names"),
    KOHYA_OFT("oft_unet_", "kohya sd-scripts (OFT)"),
    ONE_TRAINER("lora_transformer_", "OneTrainer"),
    LYCORIS("lycoris_", "SimpleTuner (LyCORIS)"),
    TRANSFORMER("transformer.", "diffusers, PEFT or SimpleTuner"),
    DIFFUSION_MODEL("diffusion_model.", "ai-toolkit, diffusion-pipe or ComfyUI"),
    UNET("unet. / text_encoder.", "diffusers (Stable Diffusion)"),
    PEFT("base_model.model.", "PEFT"),
    XLABS("processor.", "XLabs"),
    BARE("no prefix", "DiffSynth, or an official release");

    private final String prefix;
    private final String trainer;

    LoraNaming(String prefix, String trainer) {
        this.prefix = prefix;
        this.trainer = trainer;
    }

    /** What the names begin with, for people. */
    public String prefix() {
        return prefix;
    }

    /** Who writes such names, for people. */
    public String trainer() {
        return trainer;
    }
}
