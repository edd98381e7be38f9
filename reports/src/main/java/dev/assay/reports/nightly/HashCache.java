package dev.assay.reports.nightly;

import dev.assay.harness.files.WholeFile;
import dev.assay.harness.model.FileState;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SHA-256 of files, remembered from night to night by path and {@link FileState}, as git does it: a file is read again when
 * anything of that differs (also where it was written to and its old time given back), or when it was changed so shortly before it was read that a later change might show the same
 * time. {@code assay collection verify} reads every file whatever this remembers.
 */
final class HashCache {
    private static final Duration TICK = Duration.ofSeconds(3); // of the coarsest file system clock, with room

    private final Path file;
    private final Clock clock;
    private final Map<String, String> known = new HashMap<>(); // "path \0 state" to hash
    private boolean changed;

    /** Reads what an earlier night left; damage is forgetting. */
    HashCache(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
        try {
            if (Files.isRegularFile(file)) {
                List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
                for (String line : lines) {
                    if (line.matches("[0-9a-f]{64} .*")) {
                        known.put(line.substring(65), line.substring(0, 64));
                    }
                }
            }
        } catch (IOException unreadable) {
            known.clear();
        }
    }

    /** @throws ModelFileException when the file cannot be read */
    String sha256(Path path) {
        String state = state(path);
        String hash = state == null ? null : known.get(state);
        if (hash != null) {
            return hash;
        }
        String found = Hashes.sha256(path);
        if (state != null && state.equals(state(path))) {
            known.put(state, found);
            changed = true;
        }
        return found;
    }

    /** Null where it cannot be told reliably. */
    private String state(Path path) {
        try {
            Path whole = path.toAbsolutePath();
            FileState now = FileState.of(whole);
            String changed = now.changed();
            Instant newest = changed.isEmpty() ? Instant.MIN : Instant.parse(changed);
            Instant written = now.modified().toInstant();
            if (Duration.between(written.isAfter(newest) ? written : newest, clock.instant())
                            .compareTo(TICK)
                    < 0) {
                return null;
            }
            String state =
                    now.bytes() + " " + written + " " + changed + " " + now.key() + " " + now.real() + " " + whole;
            return state.indexOf('\n') >= 0 || state.indexOf('\r') >= 0 ? null : state;
        } catch (IOException gone) {
            return null;
        }
    }

    /** Keeps it for the next night. */
    void save() throws IOException {
        if (!changed) {
            return;
        }
        StringBuilder lines = new StringBuilder();
        known.forEach(
                (state, hash) -> lines.append(hash).append(' ').append(state).append('\n'));
        WholeFile.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }
}
