package dev.assay.harness.scorer;

import dev.assay.harness.score.UnavailableException;
import java.util.List;

/** The networks that metrics use, opened when first asked for, shared, and closed together. */
public interface MetricModels extends AutoCloseable {
    /**
     * The network of a role.
     *
     * @throws UnavailableException when its weights are missing
     * @throws IllegalArgumentException when the suite names none
     */
    <T> T get(ModelRole<T> role);

    /**
     * Closes networks where memory would not do for these roles beside them. What metrics hold of a closed network is not to be used any
     * more: open the metric again.
     */
    void makeRoomFor(List<ModelRole<?>> roles);

    @Override
    void close();
}
