package dev.assay.harness.image;

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
     * @throws OutOfMemoryError when Java has not enough for this picture alone: that says nothing about the picture
     */
    static <T, E extends Exception> T within(long bytes, Work<T, E> decoder) throws E {
        int units = (int) Math.max(1, Math.min(ALL, bytes / UNIT));
        FREE.acquireUninterruptibly(units);
        try {
            return decoder.get();
        } finally {
            FREE.release(units);
        }
    }

    /** ImageIO wraps a lack of memory like damage of the file. */
    static void rethrowIfMemory(Throwable trouble) {
        for (Throwable t = trouble; t != null; t = t.getCause()) {
            if (t instanceof OutOfMemoryError memory) {
                throw memory;
            }
        }
    }
}
