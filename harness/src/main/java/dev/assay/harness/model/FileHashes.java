package dev.assay.harness.model;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** SHA-256 of files, each read once; for files that do not change while this object lives. */
public final class FileHashes {
    private final Map<Path, String> known = new HashMap<>();

    /** As {@link Hashes#sha256(Path)}. */
    public synchronized String sha256(Path file) {
        return known.computeIfAbsent(file.toAbsolutePath().normalize(), Hashes::sha256);
    }
}
