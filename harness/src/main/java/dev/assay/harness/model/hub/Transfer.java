package dev.assay.harness.model.hub;

/** Who watches downloads. */
@FunctionalInterface
public interface Transfer {
    Transfer QUIET = (file, done, of) -> {};

    /**
     * Comes often, and for the last time when all is there.
     *
     * @param file e.g. {@code openai/clip-vit-large-patch14/model.safetensors}
     * @param done bytes so far
     * @param of bytes in all
     */
    void read(String file, long done, long of);
}
