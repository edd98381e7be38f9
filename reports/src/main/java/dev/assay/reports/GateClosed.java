package dev.assay.reports;

import dev.assay.harness.text.PlainText;

/** Fails the build with one line for people; a stack trace would say nothing more. */
public final class GateClosed extends RuntimeException {
    private static final long serialVersionUID = 1;

    GateClosed(String message) {
        super(PlainText.of(message), null, false, false);
    }
}
