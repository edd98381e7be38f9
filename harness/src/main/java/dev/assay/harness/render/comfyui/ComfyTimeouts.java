package dev.assay.harness.render.comfyui;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * How long to wait for what.
 *
 * @param connect for a connection
 * @param answer for a whole answer
 * @param poll longest pause between two questions about a job
 * @param silence after which a socket that should have spoken is given up
 * @param grace after which a job that the server does not know counts as lost
 * @param away for a server that is gone to come back
 * @param stalled for a running job to make progress
 * @param closing for cancelling our jobs when the run ends
 */
public record ComfyTimeouts(
        Duration connect,
        Duration answer,
        Duration poll,
        Duration silence,
        Duration grace,
        Duration away,
        Duration stalled,
        Duration closing) {
    /** A wait that people should hear of. */
    Duration worthSaying() {
        return silence;
    }

    /** A server may need minutes to start again and to load a large model; it answers questions meanwhile. */
    public static final ComfyTimeouts STANDARD = new ComfyTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofMinutes(5),
            Duration.ofMinutes(60),
            Duration.ofSeconds(5));

    public ComfyTimeouts {
        Stream.of(connect, answer, poll, silence, grace, away, stalled, closing).forEach(d -> {
            if (d.isNegative() || d.isZero()) {
                throw new IllegalArgumentException("expected times above 0, found " + d);
            }
        });
    }
}
