package dev.assay.harness.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_file_has_the_mode_of_any_new_file_and_leaves_nothing_beside_it() throws IOException {
        Path plain = Files.createFile(folder.resolve("plain"));
        Path file = folder.resolve("new/folder/run.json");
        WholeFile.write(file, bytes("one"));
        WholeFile.writeDurably(file, bytes("two"));
        assertThat(file).hasContent("two");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(plain));
        try (Stream<Path> beside = Files.list(file.getParent())) {
            assertThat(beside).containsExactly(file);
        }
    }

    @Test
    void what_cannot_take_its_place_leaves_nothing_either() throws IOException {
        Path file = Files.createDirectories(folder.resolve("a.png/full")).getParent();
        assertThatThrownBy(() -> WholeFile.write(file, bytes("x"))).isInstanceOf(IOException.class);
        try (Stream<Path> beside = Files.list(folder)) {
            assertThat(beside).containsExactly(file);
        }
    }

    @Test
    void what_dead_processes_left_is_swept_and_nothing_else() throws IOException, InterruptedException {
        Path own = WholeFile.partial(folder.resolve("deep/a"));
        String name = own.getFileName().toString();
        Process child = new ProcessBuilder("true").start();
        child.waitFor();
        String mine = "-" + ProcessHandle.current().pid() + "-";
        Path dead = Files.createFile(own.resolveSibling(name.replace(mine, "-" + child.pid() + "-")));
        Path reused = Files.createFile(own.resolveSibling(name.replaceFirst(mine + "[0-9]+", mine + "12345")));
        Path elsewhere = Files.createFile(own.resolveSibling(".assay-0123456789abcdef-1-1-1.partial"));
        Path abandoned = Files.createFile(own.resolveSibling(".assay-0123456789abcdef-1-1-2.partial"));
        Path earlier = Files.createFile(folder.resolve("0a1b2c3d1234567890.partial"));
        Path recent = Files.createFile(folder.resolve("0a1b2c3d1234567891.partial"));
        Path download = Files.createFile(folder.resolve("my-style.safetensors.partial"));
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
        for (Path file : new Path[] {abandoned, earlier, download, own}) {
            Files.setLastModifiedTime(file, old);
        }
        WholeFile.sweep(folder, 2);
        assertThat(new Path[] {dead, reused, abandoned, earlier})
                .allSatisfy(f -> assertThat(f).doesNotExist());
        assertThat(new Path[] {own, elsewhere, recent, download})
                .allSatisfy(f -> assertThat(f).exists());
    }

    @Test
    void a_folder_that_is_not_there_is_swept_already() {
        Path none = folder.resolve("none");
        WholeFile.sweep(none, 3);
        assertThat(none).doesNotExist();
    }
}
