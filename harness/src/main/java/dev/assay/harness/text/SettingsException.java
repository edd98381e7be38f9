package dev.assay.harness.text;

/** A setting that cannot be used; the message names its source, what was expected, what was found. */
public final class SettingsException extends AssayException {
    private static final long serialVersionUID = 1L;

    public SettingsException(String message) {
        super(message);
    }

    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
