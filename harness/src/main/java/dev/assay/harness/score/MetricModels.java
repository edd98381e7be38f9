package dev.assay.harness.score;

/** The networks that metrics use, opened when first asked for, shared, and closed together. */
public interface MetricModels extends AutoCloseable {
    /**
     * The network of a role.
     *
     * @throws UnavailableException when its weights are missing
     * @throws IllegalArgumentException when the suite names none
     */
    <T> T get(Role<T> role);

    @Override
    void close();
}
