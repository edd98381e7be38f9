package dev.assay.harness.suite;

import dev.assay.harness.text.AssayException;

/** A suite file that cannot be used; the message names file and place, what was expected, what was found. */
public final class SuiteException extends AssayException {
    private static final long serialVersionUID = 1L;

    public SuiteException(String message) {
        super(message);
    }

    public SuiteException(String message, Throwable cause) {
        super(message, cause);
    }
}
