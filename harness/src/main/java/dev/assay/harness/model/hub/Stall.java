package dev.assay.harness.model.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Ends a read that waits too long for its next byte: the JDK's HTTP client has no time for that. */
final class Stall implements AutoCloseable {
    private final InputStream body;
    private final long patience; // ns
    private final Thread watch;
    private volatile long last = System.nanoTime();
    private volatile boolean ended;
    private volatile boolean stalled;

    Stall(InputStream body, Duration patience) {
        this.body = body;
        this.patience = patience.toNanos();
        this.watch = new Thread(this::watch, "assay-hub-stall");
        watch.setDaemon(true);
        watch.start();
    }

    /** Bytes came. */
    void alive() {
        last = System.nanoTime();
    }

    boolean isStalled() {
        return stalled;
    }

    private void watch() {
        try {
            while (!ended) {
                Thread.sleep(Math.max(1, patience / 8_000_000));
                if (!ended && System.nanoTime() - last > patience) {
                    stalled = true;
                    body.close();
                    return;
                }
            }
        } catch (InterruptedException done) {
            // The file is here.
        } catch (IOException closed) {
            // What reads it is told by its own exception.
        }
    }

    @Override
    public void close() {
        ended = true;
        watch.interrupt();
    }
}
