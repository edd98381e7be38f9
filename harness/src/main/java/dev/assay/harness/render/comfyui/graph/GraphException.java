package dev.assay.harness.render.comfyui.graph;

import dev.assay.harness.text.AssayException;

/** A graph that cannot be made or would not run; the message says where, expected, found, what to do. */
public final class GraphException extends AssayException {
    private static final long serialVersionUID = 1L;

    public GraphException(String message) {
        super(message);
    }

    public GraphException(String message, Throwable cause) {
        super(message, cause);
    }
}
