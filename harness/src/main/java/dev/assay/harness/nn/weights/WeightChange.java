package dev.assay.harness.nn.weights;

/** A change of a model's weights before they become a network, such as the merge of LoRAs. Pure: the given weights stay. */
@FunctionalInterface
public interface WeightChange {
    /** Leaves every component as it is. */
    WeightChange NONE = (component, weights) -> weights;

    /**
     * Changes one component.
     *
     * @param component the folder's name in a diffusers model: {@code unet} or {@code text_encoder}
     * @param weights by diffusers names
     * @return the same names and shapes
     * @throws dev.assay.harness.model.ModelFileException where the change does not fit the weights
     */
    StateDict apply(String component, StateDict weights);
}
