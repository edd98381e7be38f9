package dev.assay.harness.model;

import dev.assay.harness.text.KeyText;
import java.nio.file.Path;

/**
 * A LoRA file and how strongly it is merged: any finite reals, 0 changes nothing.
 *
 * @param strength on the diffusion model
 * @param clipStrength on text encoders; null for that of the diffusion model
 */
public record Lora(Path path, double strength, Double clipStrength) implements KeyText.Keyed {
    public Lora {
        if (!Double.isFinite(strength) || (clipStrength != null && !Double.isFinite(clipStrength))) {
            throw new ModelFileException(
                    path,
                    "expected a finite strength, found " + strength
                            + (clipStrength == null ? "" : " and " + clipStrength + " on text encoders"));
        }
    }

    public Lora(Path path, double strength) {
        this(path, strength, null);
    }

    /** The strength on text encoders. At strength 0 the pair is the base itself: a part of the file would not be. */
    public double onText() {
        return clipStrength == null || strength == 0 ? strength : clipStrength;
    }

    @Override
    public String key() {
        KeyText key = new KeyText("Lora").with("path", path).with("strength", strength);
        return (clipStrength == null ? key : key.with("clipStrength", clipStrength)).text();
    }
}
