package dev.assay.harness.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.assay.harness.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TroubleTest {
    @Test
    void what_was_written_for_people_is_said_as_it_is() {
        assertThat(Trouble.words(new AssayException("a.safetensors: is empty"))).isEqualTo("a.safetensors: is empty");
        assertThat(Trouble.words(new IllegalArgumentException("assay.steps: expected a number")))
                .isEqualTo("assay.steps: expected a number");
        assertThat(Trouble.words(new ExecutionException(new AssayException("is empty"))))
                .isEqualTo("is empty");
        assertThat(Trouble.words(new IllegalStateException(new AssayException("is empty"))))
                .isEqualTo("is empty");
    }

    @Test
    void memory_names_the_limit_and_the_knob() {
        long now = Runtime.getRuntime().maxMemory() >> 20;
        assertThat(Trouble.words(new OutOfMemoryError("Java heap space")))
                .contains("at most " + now + " MiB", "JDK_JAVA_OPTIONS=-Xmx" + 2 * now + "m");
        assertThat(Trouble.words(new OutOfMemoryError(
                        "Physical memory usage is too high: physicalBytes (15G) > maxPhysicalBytes (14G)")))
                .startsWith("the machine has not enough memory")
                .contains("15G")
                .doesNotContain("-Xmx");
    }

    @Test
    void a_file_that_ends_early_is_told_with_the_place_and_no_object_of_the_parser() {
        assertThatThrownBy(() -> Json.STRICT.readTree("{\"a\": [1,".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        IOException.class,
                        cut -> assertThat(Trouble.words(cut))
                                .startsWith("Unexpected end-of-input")
                                .contains("line: 1")
                                .doesNotContain("Source", "REDACTED", "`", "\n"));
        assertThatThrownBy(() -> Json.STRICT.readValue("{\"x\": \"a\"}", Point.class))
                .isInstanceOfSatisfying(
                        IOException.class,
                        wrong -> assertThat(Trouble.words(wrong))
                                .contains("line: 1")
                                .doesNotContain("Source", "REDACTED", "reference chain", "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": [1,", "{\"a\" 1}", "DEEP"})
    void what_a_parser_says_in_short_has_no_object_of_its_own_either(String text) {
        String json = text.replace("DEEP", "[".repeat(2000));
        assertThatThrownBy(() -> Json.STRICT.readTree(json))
                .isInstanceOfSatisfying(
                        JsonProcessingException.class,
                        e -> assertThat(Trouble.ofParser(e.getOriginalMessage()))
                                .isNotBlank()
                                .doesNotContain("Source", "REDACTED", "`", "Constraints"));
    }

    private record Point(int x) {}

    @Test
    void nesting_says_what_it_is_of() {
        assertThat(Trouble.words(new StackOverflowError())).contains("nested more deeply", "not to be trusted");
    }

    @Test
    void a_disk_that_takes_nothing_more_is_told_with_what_to_do() {
        UncheckedIOException full = new UncheckedIOException(
                "cannot keep a finished picture in a.png", new IOException("No space left on device"));
        assertThat(Trouble.words(full))
                .isEqualTo("cannot keep a finished picture in a.png: the disk is full (No space left on device): make"
                        + " room, or name a folder on another disk (-Dassay.store=DIR)");
        assertThat(Trouble.words(new FileSystemException("s/a.png", null, "Read-only file system")))
                .startsWith("s/a.png: may not be written here (Read-only file system): name another folder");
        assertThat(Trouble.words(new AccessDeniedException("s/a.png")))
                .startsWith("s/a.png: this user may not read or write it");
        assertThat(Trouble.words(new NoSuchFileException("s/a.png"))).isEqualTo("s/a.png: does not exist");
        assertThat(Trouble.words(new UncheckedIOException(new FileSystemLoopException("s/again"))))
                .isEqualTo("s/again: is a link to a folder that it lies in itself: remove it");
    }

    @Test
    void a_folder_in_a_files_place_is_told(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("a.png/full"));
        try {
            Files.write(folder.resolve("a.png"), new byte[1]);
        } catch (IOException e) {
            assertThat(Trouble.words(e))
                    .isEqualTo(folder.resolve("a.png") + ": something else is in its place: move it away");
            return;
        }
        throw new AssertionError("a folder was written over");
    }

    @Test
    void what_java_refuses_is_not_taken_for_a_message_to_people() {
        IllegalArgumentException ofJava = null;
        try {
            Thread.State.valueOf("ASLEEP");
        } catch (IllegalArgumentException e) {
            ofJava = e;
        }
        assertThat(Trouble.words(ofJava))
                .startsWith("java.lang.IllegalArgumentException: No enum constant")
                .contains(" at java.base/java.lang.Enum.valueOf");
    }

    @Test
    void what_nobody_expected_keeps_its_type_and_place() {
        assertThat(Trouble.words(new IllegalStateException("odd")))
                .startsWith("java.lang.IllegalStateException: odd at ")
                .contains("TroubleTest");
    }
}
