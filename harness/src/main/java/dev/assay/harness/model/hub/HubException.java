package dev.assay.harness.model.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** An answer of the hub that is none; the message is for people. */
final class HubException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean passing;
    private final Duration pause; // null for ours

    /**
     * @param passing whether the same request may do better later
     * @param pause that the host asks for
     */
    HubException(String message, boolean passing, Optional<Duration> pause) {
        super(message);
        this.passing = passing;
        this.pause = pause.orElse(null);
    }

    static HubException lasting(String message) {
        return new HubException(message, false, Optional.empty());
    }

    static HubException passing(String message) {
        return new HubException(message, true, Optional.empty());
    }

    boolean isPassing() {
        return passing;
    }

    Optional<Duration> pause() {
        return Optional.ofNullable(pause);
    }
}
