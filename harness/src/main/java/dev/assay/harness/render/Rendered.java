package dev.assay.harness.render;

import dev.assay.harness.image.Image;
import java.util.Objects;

/** What a renderer gives: pixels and what they cost. In the store it becomes a {@link Picture}. */
public record Rendered(Image image, Cost cost) {
    public Rendered {
        Objects.requireNonNull(image, "image");
    }
}
