package dev.assay.harness.nn.embed;

import dev.assay.harness.image.Image;
import java.util.Collection;

/** Pictures into vectors. */
@FunctionalInterface
public interface ImageEncoder {
    /** L2-normalised, shape (width of the encoder). */
    float[] embed(Image image);

    /** Tells which pictures will be asked for, so that a network can take them in batches. */
    default void prefetch(Collection<Image> images) {}
}
