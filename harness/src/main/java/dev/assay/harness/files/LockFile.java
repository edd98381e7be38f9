package dev.assay.harness.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file that one thread of one process has at a time. The system lets go of it when a process dies, however it dies. Inside a process the
 * system does not tell threads apart (and closing any channel of the file would let go of it), so threads wait for each other first.
 */
public final class LockFile implements AutoCloseable {
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel channel;
    private final FileLock lock;

    private LockFile(ReentrantLock thread, FileChannel channel, FileLock lock) {
        this.thread = thread;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Waits until nobody else has the file, which is made where there is none.
     *
     * @throws IllegalStateException when this thread has it already
     */
    public static LockFile take(Path file) throws IOException {
        ReentrantLock thread = thread(file);
        thread.lock();
        return open(file, thread, true).orElseThrow();
    }

    /** The same without waiting; empty where somebody has it. */
    public static Optional<LockFile> attempt(Path file) throws IOException {
        ReentrantLock thread = thread(file);
        return thread.tryLock() ? open(file, thread, false) : Optional.empty();
    }

    private static ReentrantLock thread(Path file) {
        return THREADS.computeIfAbsent(file.toAbsolutePath().normalize(), f -> new ReentrantLock());
    }

    private static Optional<LockFile> open(Path file, ReentrantLock thread, boolean waits) throws IOException {
        if (thread.getHoldCount() > 1) {
            thread.unlock();
            throw new IllegalStateException(file + ": this thread has the lock already");
        }
        LockFile taken = null;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = waits ? channel.lock() : channel.tryLock();
            taken = lock == null ? null : new LockFile(thread, channel, lock);
            return Optional.ofNullable(taken);
        } finally {
            if (taken == null) {
                try {
                    if (channel != null) {
                        channel.close();
                    }
                } finally {
                    thread.unlock();
                }
            }
        }
    }

    /** Of the file, to read and write what is in it. */
    public FileChannel channel() {
        return channel;
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
