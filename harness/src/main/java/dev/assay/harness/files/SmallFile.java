package dev.assay.harness.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads files that have no reason to be large. Opening a FIFO would wait for ever, and a device has no end. */
public final class SmallFile {
    private SmallFile() {}

    /**
     * The whole file.
     *
     * @param most bytes that it may have
     * @throws IOException also on a larger file and on one that is no regular file, without the file's name
     */
    public static byte[] bytes(Path file, long most) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "expected a file, found " + (Files.isDirectory(file) ? "a folder" : "a device or FIFO"));
        }
        if (Files.size(file) > most) {
            throw new IOException("expected at most " + most + " bytes, found " + Files.size(file));
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 16, most + 1)); // it may have grown
            if (bytes.length > most) {
                throw new IOException("expected at most " + most + " bytes, found more");
            }
            return bytes;
        }
    }

    /** The text of a UTF-8 file; as {@link #bytes}. What is no UTF-8 becomes U+FFFD. */
    public static String text(Path file, long most) throws IOException {
        return new String(bytes(file, most), StandardCharsets.UTF_8);
    }

    /** The lines of {@link #text}. */
    public static List<String> lines(Path file, long most) throws IOException {
        return text(file, most).lines().toList();
    }
}
