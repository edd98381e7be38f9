package dev.assay.harness.nn.judge;

import dev.assay.harness.text.AssayException;
import org.jspecify.annotations.Nullable;

/** The judge cannot be asked; the message is for people and says what to do. */
public final class JudgeException extends AssayException {
    private static final long serialVersionUID = 1L;

    public JudgeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public JudgeException(String message) {
        super(message);
    }
}
