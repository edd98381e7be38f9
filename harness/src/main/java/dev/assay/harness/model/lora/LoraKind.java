package dev.assay.harness.model.lora;

/** How a file stores the change of a weight W (out, in[, k, k]). */
public enum LoraKind {
    /** Low rank: dW = up down (Hu et al. 2021). */
    LORA("lora", "LoRA"),
    /** Low rank with a convolution's kernel, or with a core tensor {@code lora_mid} (Yeh et al. 2023). */
    LOCON("locon", "LoCon"),
    /** Hadamard product of two low-rank products (Hyeon-Woo et al. 2021; Yeh et al. 2023). */
    LOHA("loha", "LoHa"),
    /** Kronecker product (Yeh et al. 2023). */
    LOKR("lokr", "LoKr"),
    /** W-dependent and W-free low-rank terms (Chavan et al. 2023). */
    GLORA("glora", "GLoRA"),
    /** Block-diagonal rotation of W (Qiu et al. 2023). */
    OFT("oft", "OFT"),
    /** Butterfly of such rotations (Liu et al. 2024). */
    BOFT("boft", "BOFT"),
    /** Rescaled channels (Liu et al. 2022). */
    IA3("ia3", "(IA)^3"),
    /** Any other kind with learned magnitudes (Liu et al. 2024). A file's kind only; a module says {@link LoraModule#dora}. */
    DORA("dora", "DoRA"),
    /** The difference itself, or the new value: of weights, biases and norms. */
    FULL_DIFF("full-diff", "full differences");

    private final String word;
    private final String title;

    LoraKind(String word, String title) {
        this.word = word;
        this.title = title;
    }

    /** For machines: {@code lora}, {@code full-diff}. */
    public String word() {
        return word;
    }

    /** For people: {@code LoRA}, {@code full differences}. */
    public String title() {
        return title;
    }

    LoraAlgorithm algorithm() {
        return switch (this) {
            case LORA, LOCON -> LowRank.ALGORITHM;
            case LOHA -> Loha.ALGORITHM;
            case LOKR -> Lokr.ALGORITHM;
            case GLORA -> Glora.ALGORITHM;
            case OFT, BOFT -> Oft.ALGORITHM;
            case IA3 -> Ia3.ALGORITHM;
            case DORA, FULL_DIFF -> Difference.ALGORITHM;
        };
    }
}
