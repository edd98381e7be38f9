package dev.assay.harness.model;

import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.PlainText;
import java.nio.file.Path;

/** A model file that cannot be used; the message says which, what was expected, what was found, what to do. */
public final class ModelFileException extends AssayException {
    private static final long serialVersionUID = 1L;

    public ModelFileException(String message) {
        super(message);
    }

    public ModelFileException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public ModelFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** The message without its beginning where that names this file; whole where the problem is another file's. */
    public String problemOf(Path file) {
        String prefix = PlainText.of(file + ": ");
        return getMessage().startsWith(prefix) ? getMessage().substring(prefix.length()) : getMessage();
    }
}
