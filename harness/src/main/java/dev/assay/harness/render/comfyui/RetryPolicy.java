package dev.assay.harness.render.comfyui;

import dev.assay.harness.render.RendererLostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks a server that may be away for a while, as during a restart or a cut of the network. */
final class RetryPolicy {
    private static final long FIRST_PAUSE = 20; // ms, doubled each time

    private final ComfyClient client;
    private final ComfyTimeouts times;

    RetryPolicy(ComfyClient client, ComfyTimeouts times) {
        this.client = client;
        this.times = times;
    }

    /** @throws RendererLostException when the server does not come back */
    <T> T ask(Supplier<T> question) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE;
        while (true) {
            try {
                return question.get();
            } catch (ComfyException e) {
                if (e.kind() != ComfyException.Kind.AWAY) {
                    throw e;
                }
                if (System.nanoTime() - start > times.away().toNanos()) {
                    throw lost(e);
                }
                client.forgetCapabilities();
                if (System.nanoTime() - start > times.worthSaying().toNanos()) {
                    client.waits("the server is gone", start, "; it may come back within " + words(times.away()));
                }
            }
            sleep(pause);
            pause = Math.min(2 * pause, times.poll().toMillis());
        }
    }

    private RendererLostException lost(ComfyException last) {
        return new RendererLostException(
                client.where() + ": the ComfyUI server is gone and did not come back within " + words(times.away())
                        + "; start it again, then run again: finished pictures are kept (" + last.getMessage() + ")",
                last);
    }

    static String words(Duration time) {
        return time.toSeconds() >= 120
                ? time.toMinutes() + " minutes"
                : time.toMillis() >= 2000 ? time.toSeconds() + " seconds" : time.toMillis() + " ms";
    }

    void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ComfyException(
                    ComfyException.Kind.REFUSED, client.where() + ": interrupted while waiting", "", e);
        }
    }
}
