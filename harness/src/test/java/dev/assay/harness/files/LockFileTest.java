package dev.assay.harness.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
    @TempDir
    private Path folder;

    @Test
    void one_thread_has_it_at_a_time() throws Exception {
        Path file = folder.resolve("lock");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CompletableFuture<?>[] threads = new CompletableFuture<?>[8];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = CompletableFuture.runAsync(() -> {
                for (int k = 0; k < 20; k++) {
                    try (LockFile lock = LockFile.take(file)) {
                        assertThat(lock.channel().isOpen()).isTrue();
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            });
        }
        CompletableFuture.allOf(threads).get(60, TimeUnit.SECONDS);
        assertThat(most).hasValue(1);
    }

    @Test
    void who_does_not_wait_goes_without() throws Exception {
        Path file = folder.resolve("lock");
        try (LockFile lock = LockFile.take(file)) {
            assertThat(lock.channel().isOpen()).isTrue();
            assertThat(CompletableFuture.supplyAsync(() -> attempt(file)).get(60, TimeUnit.SECONDS))
                    .isFalse();
        }
        assertThat(CompletableFuture.supplyAsync(() -> attempt(file)).get(60, TimeUnit.SECONDS))
                .isTrue();
    }

    private static boolean attempt(Path file) {
        try {
            var lock = LockFile.attempt(file);
            if (lock.isPresent()) {
                lock.get().close();
            }
            return lock.isPresent();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void it_is_not_taken_twice_and_stays_usable_after_trouble() throws Exception {
        Path file = folder.resolve("lock");
        try (LockFile lock = LockFile.take(file)) {
            assertThatThrownBy(() -> LockFile.take(file)).isInstanceOf(IllegalStateException.class);
            assertThat(lock.channel().isOpen()).isTrue();
        }
        Path inNoFolder = folder.resolve("none").resolve("lock");
        assertThatThrownBy(() -> LockFile.take(inNoFolder)).isInstanceOf(IOException.class);
        Files.createDirectories(inNoFolder.getParent());
        try (LockFile lock = LockFile.take(inNoFolder)) {
            assertThat(lock.channel().isOpen()).isTrue();
        }
    }
}
