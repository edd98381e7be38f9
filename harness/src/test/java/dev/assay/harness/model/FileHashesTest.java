package dev.assay.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever was done to a file between two looks shows, also where all is as it was by the second one. */
class FileHashesTest {
    private static final int TICK = 30; // milliseconds: the clock of a file system is coarser than ours

    @TempDir
    Path folder;

    private final FileHashes hashes = new FileHashes();
    private Path file;
    private Path other;

    @BeforeEach
    void files() throws Exception {
        file = Files.writeString(folder.resolve("a.bin"), "first");
        other = Files.writeString(folder.resolve("b.bin"), "other");
        Thread.sleep(TICK);
    }

    @FunctionalInterface
    private interface Deed {
        void happen() throws IOException, InterruptedException;
    }

    private void shows(Path path, Deed deed) throws Exception {
        hashes.sha256(path);
        assertThatCode(() -> hashes.requireUnchanged("so far")).doesNotThrowAnyException();
        deed.happen();
        assertThatThrownBy(() -> hashes.requireUnchanged("since"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("changed since");
    }

    @Test
    void bytes_of_the_same_length_with_the_old_time_given_back() throws Exception {
        FileTime then = Files.getLastModifiedTime(file);
        shows(file, () -> {
            Files.writeString(file, "secnd");
            Files.setLastModifiedTime(file, then);
        });
    }

    @Test
    void another_file_renamed_over_it() throws Exception {
        shows(file, () -> Files.move(other, file, StandardCopyOption.ATOMIC_MOVE));
    }

    @Test
    void the_file_put_aside_and_back() throws Exception {
        shows(file, () -> {
            Path aside = folder.resolve("aside");
            Files.move(file, aside);
            Files.copy(other, file);
            Files.delete(file);
            Files.move(aside, file);
        });
    }

    @Test
    void a_write_through_a_hard_link() throws Exception {
        Path twin = Files.createLink(folder.resolve("twin"), file);
        Thread.sleep(TICK);
        shows(file, () -> Files.writeString(twin, "secnd"));
    }

    @Test
    void a_link_that_led_elsewhere_for_a_while() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Thread.sleep(TICK);
        shows(link, () -> {
            retarget(link, other);
            retarget(link, file);
        });
    }

    @Test
    void a_link_behind_a_link_that_led_elsewhere_for_a_while() throws Exception {
        Path inner = Files.createSymbolicLink(folder.resolve("inner"), file);
        Path outer = Files.createSymbolicLink(folder.resolve("outer"), Path.of("inner"));
        Thread.sleep(TICK);
        shows(outer, () -> {
            retarget(inner, other);
            retarget(inner, file);
        });
    }

    @Test
    void a_link_to_a_folder_that_led_elsewhere_for_a_while() throws Exception {
        Path v1 = Files.createDirectory(folder.resolve("v1"));
        Path v2 = Files.createDirectory(folder.resolve("v2"));
        Files.writeString(v1.resolve("m.bin"), "one");
        Files.writeString(v2.resolve("m.bin"), "two");
        Path current = Files.createSymbolicLink(folder.resolve("current"), v1);
        Thread.sleep(TICK);
        shows(current.resolve("m.bin"), () -> {
            retarget(current, v2);
            retarget(current, v1);
        });
    }

    private static void retarget(Path link, Path target) throws IOException, InterruptedException {
        Path next = Files.createSymbolicLink(link.resolveSibling("next"), target);
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
        Thread.sleep(TICK);
    }

    @Test
    void a_parent_of_a_link_is_that_of_where_it_leads() throws Exception {
        Path far = Files.createDirectories(folder.resolve("far/deep"));
        Path there = Files.writeString(folder.resolve("far/a.bin"), "far away");
        Path link = Files.createSymbolicLink(folder.resolve("link"), far);
        Path written = link.resolve("..").resolve("a.bin"); // far/a.bin, not a.bin
        assertThat(hashes.sha256(written)).isEqualTo(Hashes.sha256(there)).isNotEqualTo(Hashes.sha256(file));
        shows(written, () -> Files.writeString(there, "near  by"));
    }

    @Test
    void nothing_shows_where_nothing_happened() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        hashes.sha256(link);
        Files.writeString(folder.resolve("beside"), "a new file");
        Files.readAllBytes(link);
        assertThatCode(() -> hashes.requireUnchanged("since")).doesNotThrowAnyException();
    }
}
