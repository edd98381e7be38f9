package dev.assay.reports.collection;

import dev.assay.harness.files.WholeFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** File operations that a crash or a loss of power leaves either undone or done. */
final class Durable {
    private Durable() {}

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
        WholeFile.syncFolder(name.getParent());
        Files.deleteIfExists(finished);
    }
}
