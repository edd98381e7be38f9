package dev.assay.harness.score;

import dev.assay.harness.text.AssayException;

/** A metric cannot be opened because weights are missing; the message names the file and says where to put it. */
public final class UnavailableException extends AssayException {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        super(message);
    }

    public UnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
