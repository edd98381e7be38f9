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
 * @param links each link on the way there, in folders' names too: which one it is and when it was made, so that one that led elsewhere for a
 *     while shows; empty where there are none
 * @param bytes size
 * @param modified of the bytes
 * @param changed of anything about the file, as the system writes it; empty where it keeps no such time
 */
public record FileState(Path real, String key, String links, long bytes, FileTime modified, String changed) {
    private static final int MAX_LINKS = 40; // one behind the other, as Linux has it

    /** @throws IOException where there is no such file, or it cannot be looked at */
    public static FileState of(Path file) throws IOException {
        Path real = file.toRealPath();
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(
                real,
                String.valueOf(a.fileKey()),
                real.equals(file.toAbsolutePath()) ? "" : links(file.toAbsolutePath(), MAX_LINKS),
                a.size(),
                a.lastModifiedTime(),
                changed(file));
    }

    private static String links(Path file, int most) throws IOException {
        StringBuilder links = new StringBuilder();
        Path here = file.getRoot();
        for (Path name : file) {
            here = here.resolve(name);
            if (Files.isSymbolicLink(here)) {
                BasicFileAttributes link =
                        Files.readAttributes(here, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                links.append(here)
                        .append(' ')
                        .append(link.fileKey())
                        .append(' ')
                        .append(link.lastModifiedTime())
                        .append(' ')
                        .append(changed(here, LinkOption.NOFOLLOW_LINKS))
                        .append('\n');
                if (most > 0) { // a link may lead to a link
                    links.append(links(here.resolveSibling(Files.readSymbolicLink(here)), most - 1));
                }
                here = here.toRealPath();
            }
        }
        return links.toString();
    }

    private static String changed(Path file, LinkOption... options) throws IOException {
        try {
            return String.valueOf(Files.getAttribute(file, "unix:ctime", options));
        } catch (UnsupportedOperationException | IllegalArgumentException elsewhere) {
            return "";
        }
    }

    /** How it differs from a later state, for people; empty where it does not. */
    String differenceTo(FileState now) {
        if (equals(now)) {
            return "";
        }
        if (!real.equals(now.real) || !key.equals(now.key) || !links.equals(now.links)) {
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
