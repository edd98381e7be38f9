package dev.assay.harness.image;

/** A picture file that cannot be read; the message says what was expected and what was found. */
public final class ImageFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ImageFileException(String message) {
        super(message);
    }

    public ImageFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
