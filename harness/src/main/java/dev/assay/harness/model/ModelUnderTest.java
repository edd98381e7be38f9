package dev.assay.harness.model;

import java.util.List;

/** A checkpoint with the LoRAs on it, in load order. Base and candidate are both of this type. */
public record ModelUnderTest(Checkpoint checkpoint, List<Lora> loras) {
    public ModelUnderTest {
        loras = List.copyOf(loras);
    }
}
