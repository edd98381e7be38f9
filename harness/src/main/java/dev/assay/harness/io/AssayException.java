package dev.assay.harness.io;

/** Trouble whose message is written for people: where, what was expected, what was found, what to do. */
public class AssayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AssayException(String message) {
        super(message);
    }

    public AssayException(String message, Throwable cause) {
        super(message, cause);
    }
}
