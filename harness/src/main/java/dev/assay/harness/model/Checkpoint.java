package dev.assay.harness.model;

import dev.assay.harness.text.KeyText;
import java.nio.file.Path;

/** A whole text-to-image model: a diffusers folder, or a single safetensors file in the LDM layout. */
public record Checkpoint(Path path) implements KeyText.Keyed {
    @Override
    public String key() {
        return new KeyText("Checkpoint").with("path", path).text();
    }
}
