package dev.assay.reports.nightly;

import dev.assay.harness.model.Hashes;
import dev.assay.reports.history.RunSummary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * Lines of the history that no nightly has told of yet: those of one that was killed. What they say is news, however many nightlies a
 * day has.
 */
final class UnreportedRuns {
    private final Path file;
    private final Set<String> keys = new HashSet<>();

    /** Reads what a killed nightly left; a torn last line names no run. */
    UnreportedRuns(Path file) {
        this.file = file;
        try {
            if (Files.isRegularFile(file)) {
                keys.addAll(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException unreadable) {
            keys.clear();
        }
    }

    boolean has(RunSummary line) {
        return keys.contains(key(line));
    }

    /** Before the line is in the history. */
    void add(RunSummary line) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file,
                key(line) + "\n",
                StandardCharsets.ISO_8859_1,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** All has been told. */
    void clear() throws IOException {
        Files.deleteIfExists(file);
    }

    private static String key(RunSummary line) {
        return Hashes.sha256((line.model() + "\n" + line.run()).getBytes(StandardCharsets.UTF_8));
    }
}
