package dev.assay.harness.text;

/**
 * Trouble whose message is written for people: where, what was expected, what was found, what to do. It is plain: whatever names and texts of
 * strangers are in it, a terminal may show it.
 */
public class AssayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AssayException(String message) {
        super(PlainText.of(message));
    }

    public AssayException(String message, Throwable cause) {
        super(PlainText.of(message), cause);
    }
}
