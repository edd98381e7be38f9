package dev.assay.harness.render;

import dev.assay.harness.text.AssayException;

/** This renderer is gone for good (its server died and did not come back); another one may go on with its pictures. */
public final class RendererLostException extends AssayException {
    private static final long serialVersionUID = 1L;

    public RendererLostException(String message) {
        super(message);
    }

    public RendererLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
