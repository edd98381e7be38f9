package dev.assay.harness.image;

import dev.assay.harness.text.AssayException;

/** A picture file that cannot be read; the message says what was expected and what was found. */
public final class ImageFileException extends AssayException {
    private static final long serialVersionUID = 1L;

    public ImageFileException(String message) {
        super(message);
    }

    public ImageFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
