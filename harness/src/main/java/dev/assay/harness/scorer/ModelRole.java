package dev.assay.harness.scorer;

import dev.assay.harness.model.hub.FolderLayout;
import dev.assay.harness.model.hub.KnownWeights;
import dev.assay.harness.model.hub.RoleWeights;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.score.UnavailableException;
import java.nio.file.Path;
import java.util.List;

/**
 * A network that metrics use, under the name by which a suite's {@code models:} says where its weights are, with all that is known of it.
 *
 * @param name e.g. {@code clip}
 * @param needs what file or folder it is, for people who lack it
 * @param layouts of its folder, in the order in which they are tried; none where it is a file, or any folder
 * @param known weights, best known first
 * @param memory that one byte of its files takes when it is open, in bytes
 * @param <T> what metrics work with; closed with its {@link MetricModels} when it can be
 */
public record ModelRole<T>(
        String name,
        String needs,
        List<FolderLayout> layouts,
        List<KnownWeights> known,
        double memory,
        Opener<T> opener) {
    public ModelRole {
        layouts = List.copyOf(layouts);
        known = List.copyOf(known);
    }

    /** A network of one file of which nothing more is known, as large in memory as its file. */
    public ModelRole(String name, String needs, Opener<T> opener) {
        this(name, needs, List.of(), List.of(), 1, opener);
    }

    /** The same, opened from a folder of one of these layouts. */
    public ModelRole<T> withLayouts(FolderLayout... tried) {
        return new ModelRole<>(name, needs, List.of(tried), known, memory, opener);
    }

    /** The same with known weights, best known first. */
    public ModelRole<T> withKnown(KnownWeights... weights) {
        return new ModelRole<>(name, needs, layouts, List.of(weights), memory, opener);
    }

    /** The same, taking so many bytes of memory for each byte of its files. */
    public ModelRole<T> withMemory(double ofAByte) {
        return new ModelRole<>(name, needs, layouts, known, ofAByte, opener);
    }

    /** What finds its files. */
    public RoleWeights weights() {
        return new RoleWeights(name, layouts, known);
    }

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
