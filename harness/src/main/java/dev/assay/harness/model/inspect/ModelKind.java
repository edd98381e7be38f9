package dev.assay.harness.model.inspect;

import dev.assay.harness.model.lora.LoraKind;
import java.util.Set;

/** What a file is for. */
public enum ModelKind {
    LORA("lora", "LoRA"),
    LOCON("locon", "LoCon"),
    LOHA("loha", "LoHa"),
    LOKR("lokr", "LoKr"),
    GLORA("glora", "GLoRA"),
    OFT("oft", "OFT"),
    BOFT("boft", "BOFT"),
    IA3("ia3", "(IA)^3"),
    DORA("dora", "DoRA"),
    FULL_DIFF("full-diff", "full differences"),
    CHECKPOINT("checkpoint", "checkpoint"),
    DIFFUSION_MODEL("diffusion-model", "diffusion model only"),
    TEXT_ENCODER("text-encoder", "text encoder"),
    VAE("vae", "VAE"),
    EMBEDDING("embedding", "embedding");

    private static final Set<ModelKind> WHOLE = Set.of(CHECKPOINT, DIFFUSION_MODEL, TEXT_ENCODER, VAE, EMBEDDING);

    private final String word;
    private final String title;

    ModelKind(String word, String title) {
        this.word = word;
        this.title = title;
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

    /** Whether it is put on a base model: all that people call a LoRA. */
    public boolean isAdapter() {
        return !WHOLE.contains(this);
    }
}
