package dev.assay.harness.nn.clip;

import dev.assay.harness.nn.embed.ImageEncoder;

/** CLIP: pictures and texts into one space. */
public interface ClipEncoder extends ImageEncoder, AutoCloseable {
    /** L2-normalised, shape (projection). */
    float[] embed(String text);

    @Override
    void close();
}
