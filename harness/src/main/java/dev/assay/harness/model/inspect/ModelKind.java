package dev.assay.harness.model.inspect;

import dev.assay.harness.model.lora.LoraKind;

/** What a file is for. */
public enum ModelKind {
    LORA(LoraKind.LORA),
    LOCON(LoraKind.LOCON),
    LOHA(LoraKind.LOHA),
    LOKR(LoraKind.LOKR),
    GLORA(LoraKind.GLORA),
    OFT(LoraKind.OFT),
    BOFT(LoraKind.BOFT),
    IA3(LoraKind.IA3),
    DORA(LoraKind.DORA),
    FULL_DIFF(LoraKind.FULL_DIFF),
    CHECKPOINT("checkpoint", "checkpoint"),
    DIFFUSION_MODEL("diffusion-model", "diffusion model only"),
    TEXT_ENCODER("text-encoder", "text encoder"),
    VAE("vae", "VAE"),
    EMBEDDING("embedding", "embedding"),
    CONTROLNET("controlnet", "ControlNet"),
    T2I_ADAPTER("t2i-adapter", "T2I-Adapter"),
    IP_ADAPTER("ip-adapter", "IP-Adapter"),
    STYLE_MODEL("style-model", "style model (Redux)"),
    MOTION_MODULE("motion-module", "motion module (AnimateDiff)"),
    VISION_ENCODER("vision-encoder", "vision encoder or projector"),
    UPSCALER("upscaler", "upscaler"),
    HYPERNETWORK("hypernetwork", "hypernetwork"),
    OPTIMIZER_STATE("optimizer-state", "optimizer's state of a training"),
    GGUF_ADAPTER("gguf-adapter", "adapter in GGUF, as llama.cpp writes LoRAs"),
    NUNCHAKU_LORA("nunchaku-lora", "LoRA converted for Nunchaku");

    private final String word;
    private final String title;
    private final boolean adapter;

    ModelKind(LoraKind kind) {
        this.word = kind.word();
        this.title = kind.title();
        this.adapter = true;
    }

    ModelKind(String word, String title) {
        this.word = word;
        this.title = title;
        this.adapter = false;
    }

    static ModelKind of(LoraKind kind) {
        return valueOf(kind.name());
    }

    /** For machines. */
    public String word() {
        return word;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** Whether a LoRA can be put on it, or it can be judged as a finetune. */
    public boolean isModel() {
        return this == CHECKPOINT || this == DIFFUSION_MODEL;
    }

    /** Whether it is put on a base model: all that people call a LoRA. */
    public boolean isAdapter() {
        return adapter;
    }
}
