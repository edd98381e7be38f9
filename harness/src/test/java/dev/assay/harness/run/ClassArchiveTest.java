package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {
    @TempDir
    Path folder;

    @Test
    void the_first_process_writes_what_the_next_one_maps_until_the_class_path_is_another() throws IOException {
        Path classPath = Files.writeString(folder.resolve("classpath.txt"), "a.jar");
        Files.setLastModifiedTime(classPath, FileTime.from(Instant.now().minusSeconds(60)));
        ClassArchive first = new ClassArchive(classPath);
        String option = first.options().get(2);
        assertThat(option).startsWith("-XX:ArchiveClassesAtExit=" + folder);
        first.keep();
        assertThat(folder.resolve("classpath.txt.jsa"))
                .as("of a process that left none")
                .doesNotExist();

        Files.writeString(Path.of(option.substring(option.indexOf('=') + 1)), "classes");
        first.keep();
        assertThat(folder.resolve("classpath.txt.jsa")).hasContent("classes");
        assertThat(new ClassArchive(classPath).options())
                .contains("-XX:SharedArchiveFile=" + folder.resolve("classpath.txt.jsa"));

        Files.setLastModifiedTime(classPath, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(new ClassArchive(classPath).options().get(2)).startsWith("-XX:ArchiveClassesAtExit=");
    }

    /** Those that jlink makes have none, and a JVM without one does not start where it is to write another. */
    @Test
    void a_java_without_an_archive_of_its_own_writes_none() throws IOException {
        assertThat(ClassArchive.hasBase(folder)).isFalse();

        Files.createDirectories(folder.resolve("bin/server"));
        Files.writeString(folder.resolve("bin/server/classes.jsa"), "classes");
        assertThat(ClassArchive.hasBase(folder)).isTrue();
    }

    @Test
    void what_killed_processes_left_is_swept_and_what_living_ones_write_is_not() throws Exception {
        Path classPath = Files.writeString(folder.resolve("classpath.txt"), "a.jar");
        Process killed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
                .redirectErrorStream(true)
                .start();
        killed.getInputStream().readAllBytes();
        killed.waitFor();
        Path left = Files.writeString(folder.resolve("classpath.txt.jsa." + killed.pid()), "half");
        Path written = Files.writeString(
                folder.resolve("classpath.txt.jsa." + ProcessHandle.current().pid()), "half");
        Path others = Files.writeString(folder.resolve("classpath.txt.jsa.old"), "mine");

        new ClassArchive(classPath);

        assertThat(left).doesNotExist();
        assertThat(written).exists();
        assertThat(others).exists();
    }
}
