package dev.assay.reports;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One last step at a time writes reports and cards below {@code reports/target}; another one waits, and says so. The system lets go of the
 * lock when a process dies. Where no lock can be had (a folder that cannot be written) there is nothing to mix up either.
 */
final class TargetLock implements AutoCloseable {
    private final FileChannel channel; // null where there is none

    private TargetLock(FileChannel channel) {
        this.channel = channel;
    }

    static TargetLock take(Path target, PrintStream out) {
        FileChannel channel = null;
        try {
            Files.createDirectories(target);
            channel = FileChannel.open(
                    target.resolve("assay-report.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (attempt(channel) == null) {
                out.println("Another build makes its report in " + target + "; waiting until it is done");
                out.flush();
                channel.lock();
            }
            return new TargetLock(channel);
        } catch (IOException | OverlappingFileLockException none) {
            close(channel);
            return new TargetLock(null);
        }
    }

    private static FileLock attempt(FileChannel channel) throws IOException {
        return channel.tryLock();
    }

    private static void close(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException gone) {
                // The system has let go of it already.
            }
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
