package dev.assay.reports.collection;

import dev.assay.harness.text.AssayException;

/** Something about a collection that a person must put right; the message says what. */
public final class CollectionException extends AssayException {
    private static final long serialVersionUID = 1;

    public CollectionException(String message) {
        super(message);
    }

    public CollectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
