package dev.assay.harness.model;

import dev.assay.harness.text.KeyText;
import java.util.List;

/** A checkpoint with the LoRAs on it, in load order. Base and candidate are both of this type. */
public record ModelUnderTest(Checkpoint checkpoint, List<Lora> loras) implements KeyText.Keyed {
    public ModelUnderTest {
        loras = List.copyOf(loras);
    }

    @Override
    public String key() {
        return new KeyText("ModelUnderTest")
                .with("checkpoint", checkpoint)
                .with("loras", loras)
                .text();
    }
}
