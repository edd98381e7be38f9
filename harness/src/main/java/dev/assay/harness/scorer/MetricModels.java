package dev.assay.harness.scorer;

import dev.assay.harness.score.UnavailableException;
import dev.assay.harness.text.AssayException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The networks that metrics use, opened when first asked for, shared, and closed together. */
public interface MetricModels extends AutoCloseable {
    /**
     * The network of a role.
     *
     * @throws UnavailableException when its weights are missing
     * @throws AssayException when the suite names none
     */
    <T> T get(ModelRole<T> role);

    /**
     * Closes networks where memory would not do for these roles beside them. What metrics hold of a closed network is not to be used any
     * more: open the metric again.
     */
    void makeRoomFor(List<ModelRole<?>> roles);

    /**
     * What decides the numbers of these networks, by role: hashes of all their files, the device, the runtimes. Empty where nobody knows, as of
     * a server, whose answers may change at any time.
     */
    default Optional<Map<String, String>> identity(List<ModelRole<?>> roles) {
        return roles.isEmpty() ? Optional.of(Map.of()) : Optional.empty();
    }

    @Override
    void close();
}
