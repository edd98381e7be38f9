package dev.assay.harness.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells one state of a file from another without reading it: which file the path leads to (through whatever links), its size, when
 * its bytes changed, and, where the system keeps it, when anything about it did. The last shows a file that was put aside and back again,
 * or written to with its old time given back; it also shows new permissions, which are told apart nowhere.
 *
 * @param real the file that the path leads to
 * @param key of the system for the file (device and inode); {@code null} as text where there is none
 * @param entry the same of the path itself, which may be a link
 * @param bytes size
 * @param modified of the bytes
 * @param changed of anything about the file, as the system writes it; empty where it keeps no such time
 */
public record FileState(Path real, String key, String entry, long bytes, FileTime modified, String changed) {
    /** @throws IOException where there is no such file, or it cannot be looked at */
    public static FileState of(Path file) throws IOException {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(
                file.toRealPath(),
                String.valueOf(a.fileKey()),
                Files.isSymbolicLink(file)
                        ? String.valueOf(
                                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                                        .fileKey())
                        : "",
                a.size(),
                a.lastModifiedTime(),
                changed(file));
    }

    private static String changed(Path file) throws IOException {
        try {
            return String.valueOf(Files.getAttribute(file, "unix:ctime"));
        } catch (UnsupportedOperationException | IllegalArgumentException elsewhere) {
            return "";
        }
    }

    /** How it differs from a later state, for people; empty where it does not. */
    String differenceTo(FileState now) {
        if (equals(now)) {
            return "";
        }
        if (!real.equals(now.real) || !key.equals(now.key) || !entry.equals(now.entry)) {
            return "another file has its name now";
        }
        if (bytes != now.bytes) {
            return "it has " + now.bytes + " bytes now, had " + bytes;
        }
        return modified.equals(now.modified)
                ? "it was moved, linked, written to or given other rights"
                : "it was written to at " + now.modified;
    }
}
