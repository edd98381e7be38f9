package dev.assay.harness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.assay.harness.suite.Asked.Arm;
import dev.assay.harness.suite.Asked.Weight;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.suite.Visible.Relation;
import dev.assay.harness.suite.Visible.VisibleObject;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuiteFileTest {
    static String full() throws Exception {
        try (InputStream in = SuiteFileTest.class.getResourceAsStream("/suite/full.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: a\nversion: \"1\"\ncriteria: {metric: grid}\ncases: []",
                "name: a\nversion: \"1\"\ncriteria: []\ncases: {id: a}",
                "name: a\nversion: \"1\"\nmodels: [clip]\ncriteria: []\ncases: []"
            })
    void fields_in_place_of_a_list_and_a_list_in_place_of_fields_are_refused_in_words(String yaml) {
        assertThatThrownBy(() -> SuiteFile.parse("mine.yaml", yaml.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(SuiteException.class)
                .hasMessageStartingWith("mine.yaml: ")
                .hasMessageContaining("expected");
    }

    @Test
    void every_field_is_read(@TempDir Path folder) throws Exception {
        Suite suite = SuiteFile.read(Files.writeString(folder.resolve("suite.yaml"), full()));
        assertThat(suite.name()).isEqualTo("shapes");
        assertThat(suite.version()).isEqualTo("2");
        assertThat(suite.description()).isEqualTo("Shapes.");
        assertThat(suite.settings()).isEqualTo(new SuiteSettings(64, 128, 12, 3.5, "ddim", "karras", 1, null, null));
        assertThat(suite.models()).isEqualTo(Map.of("clip", "microcosm:clip"));
        assertThat(suite.cases())
                .containsExactly(
                        new PromptCase(
                                "red-circle",
                                "a red circle",
                                "",
                                List.of(1L, 2L, 3L),
                                List.of("shapes", "one"),
                                new Visible(
                                        0,
                                        0,
                                        0,
                                        List.of(
                                                new VisibleObject("circle", "red", 1),
                                                new VisibleObject("sky", null, 1)),
                                        List.of(new Relation("red circle", "above", "blue square")),
                                        List.of("OPEN", "24 hours")),
                                true,
                                List.of(
                                        new Question("circle", "Is there a circle?", true, List.of()),
                                        new Question("dark", "Is the circle dark?", false, List.of("circle")))),
                        new PromptCase(
                                "person",
                                "a person",
                                "a crowd",
                                List.of(9007199254740993L),
                                List.of(),
                                Visible.UNSTATED,
                                true,
                                "clothes",
                                List.of()));
        assertThat(suite.criteria())
                .containsExactly(
                        new Criterion(
                                "grid", List.of(), Rule.NON_INFERIOR, 1, 4, Severity.BLOCKER, Map.of("period", 8.0)),
                        new Criterion("blank-frame", List.of(), Rule.NO_NEW_DEFECTS, 0, 1, Severity.CRITICAL, Map.of()),
                        new Criterion(
                                "grid",
                                List.of("one"),
                                Rule.NON_INFERIOR,
                                0.5,
                                2,
                                Severity.CRITICAL,
                                Map.of(),
                                null,
                                List.of("blank-frame"),
                                true,
                                Arm.TRIGGERED,
                                Map.of(
                                        Purpose.STYLE,
                                        Asked.as(Weight.HARD),
                                        Purpose.CHARACTER,
                                        new Asked(Weight.SOFT, Rule.SUPERIOR, Arm.UNTRIGGERED, 0.25, 5),
                                        Purpose.SPEED,
                                        Asked.as(Weight.SKIP))),
                        new Criterion(
                                "limbs",
                                List.of(),
                                Rule.DEFECT_RATE_NON_INFERIOR,
                                0.1,
                                3,
                                Severity.CRITICAL,
                                Map.of(),
                                new Calibration(200, 190, 600, 2)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name: shapes | name: Shapes | name: expected lower-case letters, digits and hyphens, found \"Shapes\"",
                "name: shapes | | name: expected text, found nothing",
                "confirmedBy: [blank-frame] | confirmedBy: [blank] | criteria[2].confirmedBy: expected ids of criteria"
                        + " (grid, blank-frame, grid.one, limbs), found blank, which is none",
                "confirmedBy: [blank-frame] | confirmedBy: [grid] | criteria[2].confirmedBy: expected criteria of"
                        + " other metrics: the same method is no second one, found grid",
                "confirmedBy: [blank-frame] | confirmedBy: [limbs, limbs] | criteria[2].confirmedBy: expected each"
                        + " once, found limbs twice",
                "name: shapes | title: shapes | title: no such field; there are name, version",
                "version: \"2\" | version: 2 | version: expected text in quotes, found 2",
                "criteria: | criterias: | criterias: no such field; there are name, version, description, extend, keep,"
                        + " drop, settings, models, seeds, cases, criteria; did you mean criteria?",
                "width: 64 | width: 65 | settings.width: expected a multiple of 8 from 8 to 8192, found 65",
                "height: 128 | height: 0 | settings.height: expected a multiple of 8",
                "steps: 12 | steps: 0 | settings.steps: expected 1 to 1000, found 0",
                "steps: 12 | steps: 1.5 | settings.steps: expected a whole number, found 1.5",
                "steps: 12 | steps: 4294967297 | settings.steps: expected a whole number below 2147483648",
                "steps: 12 | step: 12 | settings.step: no such field; there are width, height, steps, guidanceScale,"
                        + " sampler, scheduler, clipSkip, distilledGuidance, shift; did you mean steps?",
                "guidanceScale: 3.5 | guidanceScale: .nan | settings.guidanceScale: expected 0 to 100, found NaN",
                "guidanceScale: 3.5 | guidanceScale: 3.5, shift: -.inf | settings.shift: expected 0 to 100, found"
                        + " -Infinity",
                "sampler: ddim | sampler: DPM++ 2M | settings.sampler: expected a name as ComfyUI has it",
                "scheduler: karras | scheduler: a b | settings.scheduler: expected a name as ComfyUI has it",
                "clipSkip: 1 | clipSkip: -1 | settings.clipSkip: expected 0 to 11, found -1",
                "clip: microcosm:clip | clip: | models.clip: expected text, found nothing",
                "seeds: [1, 2, 3] | seeds: [] | cases[0].seeds: expected at least one seed, found none",
                "seeds: [1, 2, 3] | seeds: [1, 2, 1] | cases[0].seeds: expected each once, found 1 twice",
                "seeds: [1, 2, 3] | seeds: 1 | seeds: expected a list, found 1",
                "seeds: [9007199254740993] | seeds: [] | cases[1].seeds: expected at least one seed, found none",
                "seeds: [9007199254740993] | seeds: [-1] | cases[1].seeds: expected 0 or more, found -1",
                "seeds: [9007199254740993] | seeds: [1e3] | cases[1].seeds[0]: expected a whole number",
                "id: person | id: red-circle | cases: expected each once, found red-circle twice",
                "id: person | id: a person | cases[1].id: expected lower-case letters, digits and hyphens, found \"a"
                        + " person\"",
                "prompt: a person | prompt: \"  \" | cases[1].prompt: expected text, found nothing",
                "negativePrompt: | negative_prompt: | cases[1].negative_prompt: no such field; there are id, prompt,"
                        + " negativePrompt, seeds, tags, visible, varies, questions; did you mean negativePrompt?",
                "varies: clothes | varies: \"  \" | cases[1].varies: expected a word or two, at most 60 characters"
                        + " (material), found nothing",
                "varies: clothes | varies: a very long word for what is open in this prompt and in which its seeds"
                        + " differ | cases[1].varies: expected a word or two, at most 60 characters (material), found 78"
                        + " characters",
                "name: shapes | name: shapes\\n"
                        + "keep: {cases: [person]} | keep: expected extend beside it, a suite to choose from, found"
                        + " nothing",
                "people: 0 | people: -1 | cases[0].visible.people: expected 0 or more, found -1",
                "count: 1 | count: many | cases[0].visible.objects[0].count: expected a whole number, found many",
                "color: | colour: | cases[0].visible.objects[0].colour: no such field; there are name, color, count;"
                        + " did you mean color?",
                "predicate: above, | | cases[0].visible.relations[0].predicate: expected text, found nothing",
                "rule: NON_INFERIOR | rule: NON_INFERIOUR | criteria[0].rule: expected one of NON_INFERIOR,"
                        + " NO_NEW_DEFECTS, DEFECT_RATE_NON_INFERIOR, HAS_EFFECT, SUPERIOR, found NON_INFERIOUR; did you"
                        + " mean NON_INFERIOR?",
                "id: circle, | id: a circle, | cases[0].questions[0].id: expected lower-case letters, digits and"
                        + " hyphens",
                "id: dark, | id: circle, | cases[0].questions[1].id: expected each once, found circle twice",
                "dependsOn: [circle] | dependsOn: [circel] | cases[0].questions[1].dependsOn: expected questions"
                        + " before it (circle), found circel; did you mean circle?",
                "dependsOn: [circle] | dependsOn: [dark] | cases[0].questions[1].dependsOn: expected questions before"
                        + " it",
                "expected: no | expected: maybe | cases[0].questions[1].expected: expected yes or no, found maybe",
                "expected: no | expect: no | cases[0].questions[1].expect: no such field; there are id, text,"
                        + " expected, dependsOn; did you mean expected?",
                "text: \"Is there a circle?\" | text: \"\" | cases[0].questions[0].text: expected text, found nothing",
                "prompt: a person | promtp: a person | cases[1].promtp: no such field; there are id, prompt,"
                        + " negativePrompt, seeds, tags, visible, varies, questions; did you mean prompt?",
                "metric: limbs | metrc: limbs | criteria[3].metrc: no such field; there are metric, tags, rule,"
                        + " margin, minPairs, severity, parameters, calibration, confirmedBy, soft, arm, purposes; did"
                        + " you mean metric?",
                "soft: yes | soft: perhaps | criteria[2].soft: expected yes or no, found perhaps",
                "arm: triggered | arm: third | criteria[2].arm: expected triggered or untriggered, found third",
                "style: hard | styl: hard | criteria[2].purposes: expected purposes (style, character, concept,"
                        + " enhancer, speed, fix, finetune, unknown), found styl; did you mean style?",
                "style: hard | unknown: hard | criteria[2].purposes: expected purposes that a file can have; where none"
                        + " is known the criterion is asked as it stands, found unknown",
                "style: hard | style: hart | criteria[2].purposes.style.as: expected one of hard, soft, skip, found"
                        + " hart; did you mean hard?",
                "style: hard | style: | criteria[2].purposes.style: expected",
                "style: hard | style: [hard] | criteria[2].purposes.style: expected hard, soft, skip or fields (as,"
                        + " rule, arm, margin, minPairs), found",
                "as: soft | has: soft | criteria[2].purposes.character.has: no such field; there are as, rule, arm,"
                        + " margin, minPairs; did you mean as?",
                "arm: untriggered | arm: both | criteria[2].purposes.character.arm: expected triggered or untriggered,"
                        + " found both",
                "margin: 0.25 | margin: wide | criteria[2].purposes.character.margin: expected a number, found wide",
                "margin: 0.25 | margin: -1 | criteria[2].purposes.character.margin: expected a finite number, 0 or"
                        + " more, found -1.0",
                "minPairs: 5} | minPairs: 0} | criteria[2].purposes.character.minPairs: expected 1 or more, found 0",
                "minPairs: 5} | minPairs: 0.5} | criteria[2].purposes.character.minPairs: expected a whole number,"
                        + " found 0.5",
                "metric: limbs | severity: MINOR | criteria[3].metric: expected text, found nothing",
                "minPairs: 3 | severity: MINOR | criteria[3].minPairs: expected a whole number, found nothing",
                "people: 0 | people: \"  \" | cases[0].visible.people: expected a whole number, found \"\"",
                "clipSkip: 1 | clipSkip: \"1\" | settings.clipSkip: expected a whole number, found the text \"1\"",
                "clipSkip: 1 | clipSkip: | settings.clipSkip: expected a whole number, found nothing",
                "dependsOn: [circle] | dependsOn: [null] | cases[0].questions[1].dependsOn[0]: expected text, found"
                        + " nothing",
                "relations: [{ | relations: [null, { | cases[0].visible.relations[0]: expected fields (name: value),"
                        + " found nothing",
                "rule: NON_INFERIOR | rule: [] | criteria[0].rule: expected one of NON_INFERIOR, NO_NEW_DEFECTS,"
                        + " DEFECT_RATE_NON_INFERIOR, HAS_EFFECT, SUPERIOR, found a list",
                "severity: BLOCKER | severity: HIGH | criteria[0].severity: expected one of BLOCKER, CRITICAL",
                "margin: 1, | margin: -1, | criteria[0].margin: expected a finite number, 0 or more, found -1.0",
                "margin: 1, | margin: .NaN, | criteria[0].margin: expected a finite number, 0 or more, found NaN",
                "margin: 1, | margin: .inf, | criteria[0].margin: expected a finite number, 0 or more, found Infinity",
                "period: 8 | period: .nan | criteria[0].parameters.period: expected a finite number, found NaN",
                "margin: 1, | | criteria[0].margin: expected a number, found nothing",
                "minPairs: 4 | minPairs: 0 | criteria[0].minPairs: expected 1 or more, found 0",
                "tags: [one] | tags: [onee] | criteria[2].tags: expected tags of cases (one, shapes), found onee,"
                        + " which no case has; did you mean one?",
                "metric: grid, tags: [one] | metric: grid | criteria: expected each once, found grid twice",
                "margin: 0.1 | margin: 0 | criteria[3].margin: expected a difference of rates above 0",
                "found: 190 | found: 201 | criteria[3].calibration.found: expected 0 to 200 (defects), found 201",
                "falseAlarms: 2} | falseAlarms: 590} | criteria[3].calibration.calibration: expected a defect found"
                        + " more often",
                "rule: DEFECT_RATE_NON_INFERIOR | rule: NON_INFERIOR | criteria[3].calibration: expected the rule"
                        + " DEFECT_RATE_NON_INFERIOR",
                "period: 8 | period: 1e999 | criteria[0].parameters.period: expected a finite number, found Infinity",
                "minPairs: 4 | leastPrompts: 4 | criteria[0].leastPrompts: no such field",
                "name: shapes | name: [ | line ",
                "name: shapes | name: shapes\\nname: twice | line 3",
                "name: shapes | name: &a shapes\\ndescription: *a | YAML aliases (*a) are not supported",
            })
    void a_mistake_is_an_error_that_names_file_and_place(String sound, String wrong, String expected) throws Exception {
        String text = full();
        assertThat(text).contains(sound);
        int at = text.indexOf(sound);
        String broken = text.substring(0, at)
                + (wrong == null ? "" : wrong.replace("\\n", "\n"))
                + text.substring(at + sound.length());
        assertThatThrownBy(() -> parse(broken))
                .isInstanceOf(SuiteException.class)
                .hasMessageStartingWith("suite.yaml: " + (expected.startsWith("YAML") ? "line" : expected))
                .hasMessageContaining(expected);
    }

    @Test
    void a_suite_is_asked_of_files_of_a_purpose_as_its_criteria_say() throws Exception {
        Suite suite = parse(full());
        assertThat(suite.forPurpose(Purpose.UNKNOWN).criteria())
                .as("as they stand")
                .allSatisfy(c -> assertThat(c.purposes()).isEmpty())
                .extracting(Criterion::id, Criterion::soft, Criterion::margin)
                .containsExactly(
                        tuple("grid", false, 1.0),
                        tuple("blank-frame", false, 0.0),
                        tuple("grid.one", true, 0.5),
                        tuple("limbs", false, 0.1));
        assertThat(suite.forPurpose(Purpose.FIX)).isEqualTo(suite.forPurpose(Purpose.UNKNOWN));
        assertThat(suite.forPurpose(Purpose.STYLE).criteria().get(2).soft()).isFalse();
        assertThat(suite.forPurpose(Purpose.CHARACTER).criteria().get(2))
                .isEqualTo(new Criterion(
                        "grid",
                        List.of("one"),
                        Rule.SUPERIOR,
                        0.25,
                        5,
                        Severity.CRITICAL,
                        Map.of(),
                        null,
                        List.of("blank-frame"),
                        true,
                        Arm.UNTRIGGERED,
                        Map.of()));
        assertThat(suite.forPurpose(Purpose.SPEED).criteria())
                .extracting(Criterion::id)
                .containsExactly("grid", "blank-frame", "limbs");
        Suite once = suite.forPurpose(Purpose.CHARACTER);
        assertThat(once.forPurpose(Purpose.SPEED)).as("resolved once").isEqualTo(once);
    }

    @Test
    void nothing_passes_for_a_purpose_that_nothing_hard_is_asked_of() throws Exception {
        String one = full().replaceFirst("(?s)criteria:.*", "");
        assertThatThrownBy(() ->
                        parse(one + "criteria:\n  - {metric: grid, margin: 1, minPairs: 4, purposes: {style: soft}}\n"))
                .hasMessage(
                        "suite.yaml: criteria: expected at least one that is hard for the purpose style, found none");
        assertThatThrownBy(() -> parse(one + "criteria:\n  - {metric: grid, margin: 1, minPairs: 4, soft: yes}\n"))
                .hasMessageStartingWith(
                        "suite.yaml: criteria: expected at least one that is hard for the purpose style");
        assertThatThrownBy(() -> parse(full().replace(
                                "blank-frame, rule: NO_NEW_DEFECTS, minPairs: 1",
                                "blank-frame, rule: NO_NEW_DEFECTS, minPairs: 1, purposes: {fix: skip}")))
                .hasMessage("suite.yaml: criteria.grid.one.confirmedBy: expected one that is asked for the purpose fix,"
                        + " found none, so that it could never regress");
    }

    /** YAML reads 8, 8, 16, 5, 10, 1000.5 and 90.5 there, and nobody who wrote it may know. */
    @ParameterizedTest
    @ValueSource(strings = {"010", "-010", "0x10", "0b101", "1_0", "1_000.5", "1:30.5"})
    void a_number_in_another_form_than_decimal_is_an_error(String number) throws Exception {
        for (String field : List.of("minPairs: 4", "margin: 1,", "period: 8", "clipSkip: 1", "9007199254740993")) {
            String end = field.endsWith(",") ? "," : "";
            String broken = full().replaceFirst(field, field.replaceFirst("[0-9]+,?$", "") + number + end);
            assertThatThrownBy(() -> parse(broken))
                    .isInstanceOf(SuiteException.class)
                    .hasMessageMatching("suite\\.yaml: line \\d+: .*decimal digits.*found \\Q" + number + "\\E");
        }
    }

    @Test
    void a_file_that_is_no_utf_8_is_an_error() throws Exception {
        String cafe = full().replace("a red circle", "a red caf\u00e9");
        assertThat(parse(cafe).cases().get(0).prompt()).isEqualTo("a red caf\u00e9");
        assertThatThrownBy(() -> SuiteFile.parse("suite.yaml", cafe.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(SuiteException.class)
                .hasMessage("suite.yaml: line 11: expected UTF-8, found the byte 0xE9; save the file as UTF-8");
        assertThatThrownBy(() -> SuiteFile.parse("suite.yaml", cafe.getBytes(StandardCharsets.UTF_16)))
                .hasMessage("suite.yaml: line 1: expected UTF-8, found the byte 0xFE; save the file as UTF-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*a : b\n",
                "? [a, b]\n: c\n",
                "deep: {a: [[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]}\n",
                "tab:\n\t- a\n",
                "zero: \u0000\n",
                "name: {\n"
            })
    void words_of_the_library_reach_nobody(String yaml) {
        assertThatThrownBy(() -> parse("a: b\n" + yaml))
                .isInstanceOf(SuiteException.class)
                .hasMessageStartingWith("suite.yaml: line ")
                .message()
                .doesNotContain("org.yaml")
                .doesNotContain("`")
                .doesNotContain("Source")
                .doesNotContain("while scanning");
    }

    @Test
    void names_that_people_give_are_no_old_words() throws Exception {
        String yaml = full().replace("period: 8", "leastPairs: 8, rule: 2")
                .replace("clip: microcosm:clip", "leastPairs: microcosm:clip\n  rule: NONE_NEW");
        assertThat(parse(yaml).criteria().get(0).parameters()).isEqualTo(Map.of("leastPairs", 8.0, "rule", 2.0));
        assertThat(parse(yaml).models()).isEqualTo(Map.of("leastPairs", "microcosm:clip", "rule", "NONE_NEW"));
        assertThat(LoadedSuite.parse("suite.yaml", yaml.getBytes(StandardCharsets.UTF_8))
                        .notes())
                .isEmpty();
    }

    private static String old(String suite) {
        return suite.replace("minPairs", "leastPairs")
                .replace("NO_NEW_DEFECTS", "NONE_NEW")
                .replace("DEFECT_RATE_NON_INFERIOR", "NO_MORE_DEFECTS")
                .replace("HAS_EFFECT", "EFFECTIVE");
    }

    @Test
    void a_file_in_the_words_of_before_is_read_and_its_author_is_told() throws Exception {
        String today = full().replace(
                        "- metric: limbs",
                        "- {metric: effect, rule: HAS_EFFECT, margin: 2, minPairs: 5}\n  - metric: limbs");
        byte[] file = old(today).getBytes(StandardCharsets.UTF_8);
        assertThat(SuiteFile.parse("old.yaml", file)).isEqualTo(parse(today));
        assertThat(LoadedSuite.parse("old.yaml", file).notes())
                .containsExactly(
                        "old.yaml: EFFECTIVE is called HAS_EFFECT now",
                        "old.yaml: NONE_NEW is called NO_NEW_DEFECTS now",
                        "old.yaml: NO_MORE_DEFECTS is called DEFECT_RATE_NON_INFERIOR now",
                        "old.yaml: leastPairs is called minPairs now");
        assertThat(LoadedSuite.parse("new.yaml", today.getBytes(StandardCharsets.UTF_8))
                        .notes())
                .isEmpty();
    }

    @Test
    void an_old_name_beside_its_new_one_is_an_error() throws Exception {
        String both = full().replace("minPairs: 4", "minPairs: 4, leastPairs: 4");
        assertThatThrownBy(() -> parse(both))
                .isInstanceOf(SuiteException.class)
                .hasMessage("suite.yaml: criteria[0].leastPairs: is called minPairs now, and that is given too; remove"
                        + " one");
    }

    @Test
    void a_suite_of_nothing_is_an_error() {
        assertThatThrownBy(() -> parse("")).hasMessage("suite.yaml: expected fields (name: value), found nothing");
        assertThatThrownBy(() -> parse("- a")).hasMessage("suite.yaml: expected fields (name: value), found a list");
        String head =
                "name: a\nversion: '1'\nsettings: {width: 8, height: 8, steps: 1, guidanceScale: 1, sampler: ddim}\n";
        assertThatThrownBy(() -> parse(head)).hasMessage("suite.yaml: cases: expected at least one case, found none");
        assertThatThrownBy(() -> parse(head + "seeds: [1]\ncases: [{id: a, prompt: b}]"))
                .hasMessage("suite.yaml: criteria: expected at least one criterion, found none");
    }

    @Test
    void hostile_yaml_is_an_error() {
        String deep = "name: " + "[".repeat(2000) + "]".repeat(2000);
        assertThatThrownBy(() -> parse(deep)).isInstanceOf(SuiteException.class);
        String bomb = "name: &a [x,x,x]\nversion: &b [*a,*a,*a]\ncases: [*b,*b,*b]\n";
        assertThatThrownBy(() -> parse(bomb)).isInstanceOf(SuiteException.class);
        assertThatThrownBy(() -> parse("name: a\n---\nname: b\n")).hasMessageContaining("one document");
        assertThatThrownBy(() -> parse("name: !!javax.script.ScriptEngineManager [x]\n"))
                .isInstanceOf(SuiteException.class);
        assertThatThrownBy(() -> parse("a".repeat(2 << 20))).hasMessageContaining("expected at most 1048576 bytes");
    }

    @Test
    void a_missing_file_is_an_error(@TempDir Path folder) {
        assertThatThrownBy(() -> SuiteFile.read(folder.resolve("none.yaml")))
                .isInstanceOf(SuiteException.class)
                .hasMessageContaining("none.yaml: cannot be read");
    }

    private static Suite parse(String yaml) {
        return SuiteFile.parse("suite.yaml", yaml.getBytes(StandardCharsets.UTF_8));
    }
}
