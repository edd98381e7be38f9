package dev.assay.harness.render.comfyui;

import dev.assay.harness.text.AssayException;

/** A server that does not do what was asked; the message says which, what, and what to do. Holds no secret. */
public class ComfyException extends AssayException {
    private static final long serialVersionUID = 1L;

    /** Whether asking again can help. */
    enum Kind {
        /** No server, or no answer: it may come back. */
        AWAY,
        /** It answered, and will answer the same again. */
        REFUSED,
        /** The thing asked for is not there. */
        ABSENT
    }

    private final Kind kind;
    private final transient String body; // of the answer, cleaned; for whoever maps errors

    ComfyException(Kind kind, String message, String body, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.body = body;
    }

    ComfyException(Kind kind, String message) {
        this(kind, message, "", null);
    }

    Kind kind() {
        return kind;
    }

    String body() {
        return body == null ? "" : body;
    }
}
