package dev.assay.harness.model;

import dev.assay.harness.text.KeyText;
import java.nio.file.Path;

/** A LoRA file and the strength at which it is merged: any finite real, 0 changes nothing. */
public record Lora(Path path, double strength) implements KeyText.Keyed {
    public Lora {
        if (!Double.isFinite(strength)) {
            throw new ModelFileException(path, "expected a finite strength, found " + strength);
        }
    }

    @Override
    public String key() {
        return new KeyText("Lora").with("path", path).with("strength", strength).text();
    }
}
