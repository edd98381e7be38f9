package dev.assay.harness.model.hub;

import java.io.IOException;
import java.time.Duration;

/** An answer of the hub that is none; the message is for people. */
final class HubException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean passing;
    private final long pauseMillis;

    /**
     * @param passing whether the same request may do better later
     * @param pause that the host asks for; zero for ours
     */
    HubException(String message, boolean passing, Duration pause) {
        super(message);
        this.passing = passing;
        this.pauseMillis = pause.toMillis();
    }

    static HubException lasting(String message) {
        return new HubException(message, false, Duration.ZERO);
    }

    static HubException passing(String message) {
        return new HubException(message, true, Duration.ZERO);
    }

    boolean isPassing() {
        return passing;
    }

    Duration pause() {
        return Duration.ofMillis(pauseMillis);
    }
}
