package dev.assay.harness.model.lora;

/** What one tensor is to its module, whatever tool wrote the file; shapes for a weight (out, in[, k, k]) and rank r. */
public enum LoraRole {
    /** (out, r[, 1, 1]): lora_up, lora_B. */
    UP(LoraKind.LORA),
    /** (r, in[, k, k]): lora_down, lora_A. */
    DOWN(LoraKind.LORA),
    /** Core tensor (r, r, k, k). */
    MID(LoraKind.LORA),
    /** Added to the layer's bias, scaled as the product: lora_B.bias. */
    UP_BIAS(LoraKind.LORA),
    HADA_W1_A(LoraKind.LOHA),
    HADA_W1_B(LoraKind.LOHA),
    HADA_W2_A(LoraKind.LOHA),
    HADA_W2_B(LoraKind.LOHA),
    HADA_T1(LoraKind.LOHA),
    HADA_T2(LoraKind.LOHA),
    LOKR_W1(LoraKind.LOKR),
    LOKR_W1_A(LoraKind.LOKR),
    LOKR_W1_B(LoraKind.LOKR),
    LOKR_W2(LoraKind.LOKR),
    LOKR_W2_A(LoraKind.LOKR),
    LOKR_W2_B(LoraKind.LOKR),
    LOKR_T2(LoraKind.LOKR),
    GLORA_A1(LoraKind.GLORA),
    GLORA_A2(LoraKind.GLORA),
    GLORA_B1(LoraKind.GLORA),
    GLORA_B2(LoraKind.GLORA),
    GLORA_BM(LoraKind.GLORA),
    /** (blocks, b, b), or (stages, blocks, b, b) for BOFT. */
    OFT_BLOCKS(LoraKind.OFT),
    /** Upper triangles of PEFT's OFT: (blocks, b (b - 1) / 2). */
    OFT_R(LoraKind.OFT),
    OFT_RESCALE(LoraKind.OFT),
    /** PEFT's BOFT: skew-symmetric blocks, and a scale per output. */
    BOFT_R(LoraKind.BOFT),
    BOFT_S(LoraKind.BOFT),
    IA3_WEIGHT(LoraKind.IA3),
    IA3_ON_INPUT(LoraKind.IA3),
    /** Added to the weight. */
    DIFF(LoraKind.FULL_DIFF),
    /** Added to the bias. */
    DIFF_BIAS(LoraKind.FULL_DIFF),
    /** Added to a norm's weight. */
    NORM(LoraKind.FULL_DIFF),
    /** Added to a norm's bias. */
    NORM_BIAS(LoraKind.FULL_DIFF),
    /** Replaces the weight. */
    SET_WEIGHT(LoraKind.FULL_DIFF),
    /** The shape that the weight is padded to first. */
    RESHAPE_WEIGHT(LoraKind.FULL_DIFF),
    /** Learned magnitudes, (out, 1) or (1, in[, 1, 1]); goes with any kind. */
    DORA_SCALE(null),
    /** A scalar; goes with any kind. */
    ALPHA(null);

    private final LoraKind kind;

    LoraRole(LoraKind kind) {
        this.kind = kind;
    }

    /** The kind that this role belongs to (LORA for LoCon, OFT for BOFT); null for one that goes with any. */
    LoraKind kind() {
        return kind;
    }

    /** Whether it changes a bias, and no weight. */
    public boolean isBias() {
        return this == UP_BIAS || this == DIFF_BIAS || this == NORM_BIAS;
    }
}
