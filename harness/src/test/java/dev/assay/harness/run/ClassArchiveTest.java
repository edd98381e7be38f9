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
}
