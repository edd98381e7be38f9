package dev.assay.harness.nn.diffusion;

import dev.assay.harness.nn.weights.StateDict;

/** What happens to the weights between file and network: the merge of LoRAs. */
@FunctionalInterface
public interface WeightChange {
    /** Leaves everything as it is. */
    WeightChange NONE = (component, weights) -> weights;

    /**
     * @param component {@code unet} or {@code text_encoder}
     * @param weights under diffusers' names, float32 on the CPU
     * @return the same tensors, some with other values
     */
    StateDict apply(String component, StateDict weights);
}
