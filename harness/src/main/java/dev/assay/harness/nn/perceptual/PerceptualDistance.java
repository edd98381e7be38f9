package dev.assay.harness.nn.perceptual;

import dev.assay.harness.image.Image;
import java.util.List;

/** How different pictures look. Each picture goes through the network once, however many pairs it is in. */
public interface PerceptualDistance extends AutoCloseable {
    /**
     * Distances of all pairs.
     *
     * @return shape (n, n), symmetric, 0 on the diagonal
     * @throws IllegalArgumentException when the pictures cannot be compared, e.g. differ in size where that matters
     */
    double[][] distances(List<Image> images);

    @Override
    void close();
}
