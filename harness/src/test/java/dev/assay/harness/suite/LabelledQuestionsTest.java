package dev.assay.harness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.suite.LabelledQuestions.Labelled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelledQuestionsTest {
    private static final String GOOD = """
            name: small
            version: "3"
            pictures:
              - picture: a.png
                yes: ["Is it red?"]
                no: ["Is it blue?"]
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void picture() throws IOException {
        Files.createFile(folder.resolve("a.png"));
    }

    private LabelledQuestions read(String text) throws IOException {
        return LabelledQuestions.read(Files.writeString(folder.resolve("set.yaml"), text));
    }

    @Test
    void questions_are_read_with_their_pictures_and_answers() throws IOException {
        Path picture = folder.toAbsolutePath().normalize().resolve("a.png");

        assertThat(read(GOOD).questions())
                .containsExactly(
                        new Labelled(picture, "Is it red?", true), new Labelled(picture, "Is it blue?", false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a.png | b.png | pictures[0].picture: expected a file beside this one",
                "a.png | ../../etc/passwd | pictures[0].picture: expected a file beside this one",
                "yes: | maybe: | pictures[0].maybe: no such field; there are picture, yes, no",
                "no: [\"Is it blue?\"] | yess: [] | pictures[0].yess: no such field",
                "[\"Is it blue?\"] | [\"Is it blue?\", \"Is it blue?\"] | pictures: expected each once",
                "[\"Is it red?\"] | [\"  \"] | text: expected text, found nothing",
                "name: small | name: Small set | name: expected lower-case letters",
                "version: \"3\" | | version: expected text, found nothing",
            })
    void a_mistake_is_an_error_that_names_file_and_place(String sound, String wrong, String expected) {
        assertThatThrownBy(() -> read(GOOD.replace(sound, wrong == null ? "" : wrong)))
                .isInstanceOf(SuiteException.class)
                .hasMessageContaining("set.yaml: ")
                .hasMessageContaining(expected);
    }

    @Test
    void a_set_of_nothing_is_an_error() {
        assertThatThrownBy(() -> read("name: small\nversion: '1'\n")).hasMessageContaining("found 0");
        assertThatThrownBy(() -> LabelledQuestions.read(folder.resolve("none.yaml")))
                .hasMessageContaining("none.yaml: cannot be read");
    }
}
