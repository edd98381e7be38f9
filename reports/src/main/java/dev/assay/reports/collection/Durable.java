package dev.assay.reports.collection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** File operations that a crash or a loss of power leaves either undone or done. */
final class Durable {
    private Durable() {}

    /** Puts {@code bytes} in the place of a file, by way of a temporary neighbour. */
    static void replace(Path file, Path temporary, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder(file.getParent());
    }

    /**
     * Gives a finished file its name, which must be free. A hard link is the one call that takes a name only if nobody has it;
     * where the file system has none, a move that looks first (the lock keeps other gates away).
     *
     * @throws FileAlreadyExistsException when the name is taken
     */
    static void name(Path finished, Path name) throws IOException {
        try {
            Files.createLink(name, finished);
        } catch (FileAlreadyExistsException taken) {
            throw taken;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            Files.move(finished, name);
        }
        syncFolder(name.getParent());
        Files.deleteIfExists(finished);
    }

    /** Makes names in a folder permanent, where the system knows how (Windows does it by itself). */
    static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notPossibleHere) {
            // The names are in the file system's journal all the same.
        }
    }
}
