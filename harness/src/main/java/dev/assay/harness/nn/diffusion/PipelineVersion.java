package dev.assay.harness.nn.diffusion;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.bytedeco.javacpp.Loader;

/** What may change the pixels of the same request: our own code, and torch's kernels. */
public final class PipelineVersion {
    /** Raised with every change of networks, samplers or the merge of LoRAs that changes pixels. */
    private static final int OURS = 2;

    private static String known; // asked for with each picture

    private PipelineVersion() {}

    /** For example {@code 2+torch-2.13.0-1.5.14}: our number, and the torch build. */
    public static synchronized String get() {
        try {
            if (known == null) {
                known = OURS + "+torch-" + Loader.getVersion("org.bytedeco", "pytorch");
            }
            return known;
        } catch (IOException e) {
            throw new UncheckedIOException("org.bytedeco:pytorch does not say its version", e);
        }
    }
}
