package dev.assay.reports;

import dev.assay.harness.files.LockFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One last step at a time writes reports and cards below {@code reports/target}; another one waits, and says so. Where no lock can be had (a
 * folder that cannot be written) there is nothing to mix up either.
 */
record TargetLock(Optional<LockFile> lock) implements AutoCloseable {
    static TargetLock take(Path target, PrintStream out) {
        try {
            Path file = Files.createDirectories(target).resolve("assay-report.lock");
            Optional<LockFile> lock = LockFile.attempt(file);
            if (lock.isEmpty()) {
                out.println("Another build makes its report in " + target + "; waiting until it is done");
                out.flush();
                lock = Optional.of(LockFile.take(file));
            }
            return new TargetLock(lock);
        } catch (IOException | OverlappingFileLockException none) {
            return new TargetLock(Optional.empty());
        }
    }

    @Override
    public void close() {
        try {
            if (lock.isPresent()) {
                lock.get().close();
            }
        } catch (IOException gone) {
            // The system has let go of it already.
        }
    }
}
