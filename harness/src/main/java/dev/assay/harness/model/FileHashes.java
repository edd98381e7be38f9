package dev.assay.harness.model;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** SHA-256 of files, each read once; for files that do not change while this object lives. */
public final class FileHashes {
    private final Map<Path, String> known = new HashMap<>();
    private final Function<Path, String> read;

    public FileHashes() {
        this(Hashes::sha256);
    }

    /** @param read hashes a file that is not known yet */
    public FileHashes(Function<Path, String> read) {
        this.read = read;
    }

    /** As {@link Hashes#sha256(Path)}. */
    public synchronized String sha256(Path file) {
        return known.computeIfAbsent(file.toAbsolutePath().normalize(), read);
    }
}
