package dev.assay.harness.model.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * One thread of one process at a time fetches a file. The system lets go of the lock when a process dies. Inside a process threads wait for
 * each other first, since the system does not tell them apart.
 *
 * <p>Python's processes lock the same file with flock(2), which on Linux does not see this lock: it spares work, correctness does not hang on
 * it (what is written has another name than theirs, and gets its last one when its checksum was right).
 */
final class CacheLock implements AutoCloseable {
    private static final ReentrantLock[] THREADS =
            IntStream.range(0, 64).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    private final ReentrantLock thread;
    private final FileChannel channel;
    private final FileLock lock;

    private CacheLock(ReentrantLock thread, FileChannel channel, FileLock lock) {
        this.thread = thread;
        this.channel = channel;
        this.lock = lock;
    }

    /** Waits until the lock is free. */
    static CacheLock take(Path file) throws IOException {
        ReentrantLock thread = THREADS[Math.floorMod(file.toString().hashCode(), THREADS.length)];
        thread.lock();
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                return new CacheLock(thread, channel, channel.lock());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            thread.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        } finally {
            thread.unlock();
        }
    }
}
