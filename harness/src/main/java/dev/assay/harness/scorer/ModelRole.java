package dev.assay.harness.scorer;

import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.score.UnavailableException;
import java.nio.file.Path;

/**
 * A network that metrics use, under the name by which a suite's {@code models:} says where its weights are.
 *
 * @param name e.g. {@code clip}
 * @param needs what file or folder it is, for people who lack it
 * @param <T> what metrics work with; closed with its {@link MetricModels} when it can be
 */
public record ModelRole<T>(String name, String needs, Opener<T> opener) {
    /** Opens a network for use; a missing file is a {@code ModelFileException} or an {@link UnavailableException}. */
    @FunctionalInterface
    public interface Opener<T> {
        T open(Weights weights, Place place);
    }

    /** What the suite says of a role. */
    public interface Weights {
        /** As written, e.g. {@code microcosm:clip}. */
        String reference();

        /**
         * The file or folder that the reference means.
         *
         * @throws UnavailableException when there is none; the message says where it belongs
         */
        Path path();
    }

    /**
     * Where networks run.
     *
     * @param device {@code cpu} or {@code cuda}, for the networks that run on libtorch
     * @param threads of one call, at least 1
     * @param vectors that encoders computed in earlier runs
     */
    public record Place(String device, int threads, VectorFolder vectors) {}
}
