package dev.assay.harness.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * SHA-256 of files, each read once. The state in which a file was first seen is remembered: a hash says something of what is done with the
 * file only as long as {@link #requireUnchanged} finds it in that state.
 */
public final class FileHashes {
    private final Map<Path, String> known = new LinkedHashMap<>();
    private final Map<Path, FileState> seen = new LinkedHashMap<>();
    private final Function<Path, String> read;

    public FileHashes() {
        this(Hashes::sha256);
    }

    /** @param read hashes a file that is not known yet */
    public FileHashes(Function<Path, String> read) {
        this.read = read;
    }

    /**
     * As {@link Hashes#sha256(Path)}.
     *
     * @throws ModelFileException also when the file changed since it was first seen, or while it was read
     */
    public synchronized String sha256(Path file) {
        Path whole = file.toAbsolutePath(); // not normalised: x/../y is not y where x is a link
        String hash = known.get(whole);
        if (hash == null) {
            watch(whole);
            hash = read.apply(whole);
            requireUnchanged(whole, "while it was read");
            known.put(whole, hash);
        }
        return hash;
    }

    /** Remembers the state of a file from now on, without reading it; one that does not exist is left to who reads it. */
    public synchronized void watch(Path file) {
        Path whole = file.toAbsolutePath(); // not normalised: x/../y is not y where x is a link
        if (!seen.containsKey(whole)) {
            try {
                seen.put(whole, FileState.of(whole));
            } catch (IOException missing) {
                // Whoever needs it will say so.
            }
        }
    }

    /**
     * Looks at every file that was hashed or is watched.
     *
     * @param when for the message: {@code before it was loaded}
     * @throws ModelFileException naming the first file that is not as it was first seen
     */
    public synchronized void requireUnchanged(String when) {
        seen.keySet().forEach(file -> requireUnchanged(file, when));
    }

    private void requireUnchanged(Path file, String when) {
        FileState was = seen.get(file);
        if (was == null) {
            return;
        }
        String difference;
        try {
            difference = was.differenceTo(FileState.of(file));
        } catch (IOException gone) {
            difference = "it cannot be found any more";
        }
        if (!difference.isEmpty()) {
            throw new ModelFileException(
                    file,
                    "changed " + when + ": " + difference
                            + "; a verdict would be on no one file: run again when nobody writes to it");
        }
    }
}
