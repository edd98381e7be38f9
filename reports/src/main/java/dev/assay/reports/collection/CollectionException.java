package dev.assay.reports.collection;

/** Something about a collection that a person must put right; the message says what. */
public final class CollectionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CollectionException(String message) {
        super(message);
    }

    public CollectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
