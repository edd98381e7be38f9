package dev.assay.harness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.model.Hashes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadedSuiteTest {
    @TempDir
    Path folder;

    @BeforeEach
    void base() throws IOException {
        write("base.yaml", """
                name: base
                version: "1"
                settings: {width: 64, height: 64, steps: 4}
                models: {clip: a, dino: b}
                seeds: [1, 2]
                cases:
                  - {id: one, prompt: "one", tags: [few]}
                  - {id: two, prompt: "two", seeds: [7]}
                  - {id: three, prompt: "three"}
                criteria:
                  - {metric: grid, margin: 0.5, minPairs: 2}
                  - {metric: effect, tags: [few], rule: HAS_EFFECT, margin: 2, minPairs: 1}
                """);
    }

    @Test
    void a_suite_takes_over_another_and_replaces_adds_and_drops_by_id() throws IOException {
        LoadedSuite loaded = extending("""
                drop: {cases: [three]}
                settings: {steps: 8, shift: 3}
                models: {clip: c}
                seeds: [5]
                cases:
                  - {id: two, prompt: "another two"}
                  - {id: four, prompt: "four", varies: colour}
                criteria:
                  - {metric: grid, margin: 0.25, minPairs: 1}
                """);
        Suite suite = loaded.suite();
        assertThat(suite.name()).isEqualTo("mine");
        assertThat(suite.settings()).isEqualTo(new SuiteSettings(64, 64, 8, null, null, null, null, null, 3.0));
        assertThat(suite.models()).isEqualTo(Map.of("clip", "c", "dino", "b"));
        assertThat(suite.cases()).extracting(PromptCase::prompt).containsExactly("one", "another two", "four");
        assertThat(suite.cases()).extracting(PromptCase::seeds).containsOnly(List.of(5L));
        assertThat(suite.cases()).extracting(PromptCase::varies).containsExactly("", "", "colour");
        assertThat(suite.criteria()).extracting(Criterion::id).containsExactly("grid", "effect.few");
        assertThat(suite.criteria()).extracting(Criterion::margin).containsExactly(0.25, 2.0);
    }

    @Test
    void it_keeps_what_it_names_and_the_seeds_of_the_other() throws IOException {
        Suite suite =
                extending("keep: {cases: [two, one], criteria: [effect.few]}").suite();
        assertThat(suite.cases()).extracting(PromptCase::id).containsExactly("one", "two");
        assertThat(suite.cases()).extracting(PromptCase::seeds).containsExactly(List.of(1L, 2L), List.of(7L));
        assertThat(suite.criteria()).extracting(Criterion::id).containsExactly("effect.few");
        assertThat(suite.settings().steps()).isEqualTo(4);
    }

    @Test
    void the_hash_is_of_all_files_and_of_a_single_one_its_own() throws IOException {
        LoadedSuite before = extending("seeds: [3]");
        String own = Hashes.sha256(Files.readAllBytes(folder.resolve("mine.yaml")));
        String other = Hashes.sha256(Files.readAllBytes(folder.resolve("base.yaml")));
        assertThat(before.sha256())
                .isEqualTo(Hashes.sha256((own + "\n" + other + "\n").getBytes(StandardCharsets.UTF_8)));
        assertThat(LoadedSuite.read(folder.resolve("base.yaml")).sha256()).isEqualTo(other);

        Files.writeString(folder.resolve("base.yaml"), Files.readString(folder.resolve("base.yaml")) + "# changed\n");
        assertThat(LoadedSuite.read(folder.resolve("mine.yaml")).sha256()).isNotEqualTo(before.sha256());
    }

    @Test
    void old_words_of_every_file_are_told() throws IOException {
        write("base.yaml", Files.readString(folder.resolve("base.yaml")).replace("minPairs: 2", "leastPairs: 2"));
        assertThat(extending("seeds: [3]").notes()).containsExactly("base.yaml: leastPairs is called minPairs now");
    }

    @Test
    void a_suite_extends_one_that_extends_one() throws IOException {
        extending("keep: {cases: [one]}");
        Files.createDirectory(folder.resolve("below"));
        Files.move(folder.resolve("mine.yaml"), folder.resolve("below/mine.yaml"));
        Files.move(folder.resolve("base.yaml"), folder.resolve("below/base.yaml"));
        Suite suite = LoadedSuite.read(write("top.yaml", """
                name: top
                version: "1"
                extend: below/mine.yaml
                seeds: [9]
                """)).suite();
        assertThat(suite.cases()).extracting(PromptCase::id).containsExactly("one");
        assertThat(suite.cases().get(0).seeds()).containsExactly(9L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "drop: {cases: [tow]} | drop.cases: expected ids of the extended suite (one, two, three), found tow; did you mean two?",
                "keep: {criteria: [effect]} | keep.criteria: expected ids of the extended suite (grid, effect.few), found effect",
                "keep: {cases: [one]}\\ndrop: {cases: [two]} | drop.cases: expected nothing beside keep.cases, found [two]",
                "keep: {case: [one]} | keep.case: no such field; there are cases, criteria; did you mean cases?",
                "cases: [{id: a, prompt: b}, {id: a, prompt: c}] | cases: expected each once, found a twice",
                "cases: [{id: a, prompt: ' '}] | cases[0].prompt: expected text, found nothing",
                "criteria: [{metric: grid, margin: 1, minPairs: 0}] | criteria[0].minPairs: expected 1 or more, found 0",
                "settings: {steps: 0} | settings.steps: expected 1 to 1000, found 0",
                "drop: {cases: [one]} | criteria[1].tags: expected tags of cases (), found few, which no case has",
                "keep: {cases: []} | cases: expected at least one case, found none",
            })
    void a_mistake_is_an_error_that_names_file_and_place(String yaml, String expected) {
        assertThatThrownBy(() -> extending(yaml.replace("\\n", "\n")))
                .isInstanceOf(SuiteException.class)
                .hasMessageStartingWith(folder.resolve("mine.yaml") + ": " + expected);
    }

    @Test
    void a_mistake_in_another_file_names_the_way_to_it() throws IOException {
        write("base.yaml", Files.readString(folder.resolve("base.yaml")).replace("margin: 0.5", "margin: -1"));
        assertThatThrownBy(() -> extending("seeds: [3]"))
                .isInstanceOf(SuiteException.class)
                .hasMessage(folder.resolve("mine.yaml")
                        + ": extend: base.yaml: criteria[0].margin: expected a finite number, 0 or more, found -1.0");
    }

    @Test
    void a_circle_and_a_long_row_are_errors() throws IOException {
        write("base.yaml", "name: base\nversion: '1'\nextend: mine.yaml\n");
        assertThatThrownBy(() -> extending("seeds: [3]"))
                .hasMessageEndingWith("base.yaml: extend: mine.yaml: extends itself in the end");
        for (int i = 0; i < 6; i++) {
            write("f" + i + ".yaml", "name: f\nversion: '1'\nextend: f" + (i + 1) + ".yaml\n");
        }
        assertThatThrownBy(() -> LoadedSuite.read(folder.resolve("f0.yaml")))
                .hasMessageEndingWith("f5.yaml: expected at most 5 files, one extending the other");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../outside.yaml | found ../outside.yaml",
                "/etc/hosts | found /etc/hosts",
                "/etc/x.yaml | found /etc/x.yaml",
                "link.yaml | which leads elsewhere",
                "none.yaml | none.yaml: cannot be read: ",
                "below/../../outside.yaml | found below/../../outside.yaml",
                "no-such-suite | expected a bundled suite (",
                "'\"a\\0b.yaml\"' | expected the name of a bundled suite",
                "'\" \"' | extend: expected text, found nothing",
            })
    void no_file_elsewhere_is_opened(String wanted, String expected) throws IOException {
        Path outside = Files.writeString(folder.getParent().resolve("outside.yaml"), "name: secret\n");
        try {
            Files.createSymbolicLink(folder.resolve("link.yaml"), outside);
            Path file = write("mine.yaml", "name: mine\nversion: '1'\nextend: " + wanted + "\n");
            assertThatThrownBy(() -> LoadedSuite.read(file))
                    .isInstanceOf(SuiteException.class)
                    .hasMessageContaining(expected)
                    .hasMessageNotContaining("secret");
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void a_suite_of_no_folder_extends_bundled_ones_alone() {
        byte[] yaml = "name: mine\nversion: '1'\nextend: base.yaml\n".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> LoadedSuite.parse("mine.yaml", yaml))
                .isInstanceOf(SuiteException.class)
                .hasMessage("mine.yaml: extend: expected the name of a bundled suite, found base.yaml");
    }

    private LoadedSuite extending(String yaml) throws IOException {
        return LoadedSuite.read(write("mine.yaml", "name: mine\nversion: \"1\"\nextend: base.yaml\n" + yaml));
    }

    private Path write(String name, String yaml) throws IOException {
        return Files.writeString(folder.resolve(name), yaml);
    }
}
