package dev.assay.reports.collection;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One process and one thread at a time. The system lets go of the lock when a process dies, however it dies. Inside a process
 * the system does not tell threads apart (and closing any channel of the file would let go of the lock), so threads wait for
 * each other first.
 */
final class FolderLock implements AutoCloseable {
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final FileChannel channel;
    private final FileLock lock;

    private FolderLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** Waits until the lock is free. Not to be taken twice by one thread. */
    static FolderLock take(Path file) throws IOException {
        THREADS.lock();
        try {
            if (THREADS.getHoldCount() > 1) {
                throw new IllegalStateException("the lock of a collection is taken already");
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                return new FolderLock(channel, channel.lock());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            THREADS.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        } finally {
            THREADS.unlock();
        }
    }
}
