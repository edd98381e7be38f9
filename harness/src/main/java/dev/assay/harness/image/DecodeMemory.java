package dev.assay.harness.image;

import dev.assay.harness.io.Trouble;
import java.util.concurrent.Semaphore;

/** The memory of all decoders that are at work at once: half of Java's. A picture that needs more is decoded alone. */
final class DecodeMemory {
    private static final int UNIT = 1 << 20;
    private static final int ALL =
            (int) Math.max(1, Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 2 / UNIT));
    private static final Semaphore FREE = new Semaphore(ALL, true);

    private DecodeMemory() {}

    /** What a decoder does. */
    @FunctionalInterface
    interface Work<T, E extends Exception> {
        T get() throws E;
    }

    /**
     * Decodes when there is room.
     *
     * @param bytes that it takes, about
     * @throws ImageFileException also when Java has not enough memory for this picture alone
     */
    static <T, E extends Exception> T within(long bytes, Work<T, E> decoder) throws E {
        int units = (int) Math.max(1, Math.min(ALL, bytes / UNIT));
        FREE.acquireUninterruptibly(units);
        try {
            return decoder.get();
        } catch (OutOfMemoryError e) {
            throw new ImageFileException(
                    "takes about " + Math.max(1, bytes / UNIT) + " MiB to decode: " + Trouble.words(e), e);
        } finally {
            FREE.release(units);
        }
    }
}
