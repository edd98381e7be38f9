package dev.assay.harness.junit;

import dev.assay.harness.text.PlainText;

/** No judgement was possible; not a word about the candidate's quality. */
final class HarnessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HarnessException(String message) {
        super(PlainText.of(message));
    }
}
