package dev.assay.harness.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Why no whole answer came. The message names neither address nor server: whoever asked says them. */
public final class HttpFailure extends IOException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure. */
    public enum Kind {
        /** Nobody takes the connection. */
        ABSENT,
        /** The answer did not come, or not whole, in time. */
        LATE,
        /** The answer is longer than its bound. */
        TOO_LONG,
        /** Anything else; the cause tells. */
        BROKEN
    }

    private final Kind kind;

    HttpFailure(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    static HttpFailure tooLong(long most) {
        return new HttpFailure(Kind.TOO_LONG, "expected an answer of at most " + most + " bytes, found more", null);
    }

    public Kind kind() {
        return kind;
    }
}
