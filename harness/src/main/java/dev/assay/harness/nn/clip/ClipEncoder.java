package dev.assay.harness.nn.clip;

import dev.assay.harness.image.Image;

/** CLIP: pictures and texts into one space. */
public interface ClipEncoder extends AutoCloseable {
    /** L2-normalised, shape (projection). */
    float[] embed(Image image);

    /** L2-normalised, shape (projection). */
    float[] embed(String text);

    @Override
    void close();
}
