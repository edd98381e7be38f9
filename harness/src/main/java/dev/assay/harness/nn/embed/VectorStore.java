package dev.assay.harness.nn.embed;

import java.util.Map;
import java.util.Optional;

/** Vectors of one encoder that outlive a run. Never the reason of a failure: what cannot be read is computed again. */
public interface VectorStore {
    /** Keeps nothing. */
    VectorStore NONE = new VectorStore() {
        @Override
        public Optional<float[]> find(String key) {
            return Optional.empty();
        }

        @Override
        public void add(Map<String, float[]> vectors) {}
    };

    /** @param key SHA-256 as 64 lower-case hexadecimal digits */
    Optional<float[]> find(String key);

    /** @param vectors by key, all of the same length */
    void add(Map<String, float[]> vectors);
}
