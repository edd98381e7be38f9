package dev.assay.harness.render;

import dev.assay.harness.image.Image;
import java.nio.file.Path;

/**
 * A finished picture of a run: everything but its pixels, which are decoded when somebody asks.
 *
 * @param sha256 {@link Image#sha256()}
 * @param reused whether it was there before the run, or was made for another place in it
 * @param decoder of the file, which gives these pixels or an {@link dev.assay.harness.image.ImageFileException}
 */
public record Picture(long seed, Path file, String sha256, Cost cost, boolean reused, Decoder decoder) {
    /** From a file to its pixels, whose hash is known. */
    @FunctionalInterface
    public interface Decoder {
        Image image(Path file, String sha256);
    }

    /** The pixels; whoever keeps them holds that much memory. */
    public Image image() {
        return decoder.image(file, sha256);
    }

    /** The same picture in another place of the run. */
    public Picture again() {
        return new Picture(seed, file, sha256, cost, true, decoder);
    }

    public boolean hasPixelsOf(Picture other) {
        return sha256.equals(other.sha256);
    }
}
