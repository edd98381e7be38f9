package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.text.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

class EarlyCheckTest {
    @TempDir
    Path root;

    private Map<String, String> properties(String... given) {
        Map<String, String> all = new HashMap<>(Map.of(
                "assay.root", root.toString(), "java.version", "17", "assay.build.reactor", reactor("assay reports")));
        for (int i = 0; i < given.length; i += 2) {
            all.put(given[i], given[i + 1]);
        }
        return all;
    }

    @Test
    void it_compiles_by_itself_with_the_jdk_alone() throws IOException {
        Path classes = Files.createDirectory(root.resolve("classes"));
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        classes.toString(),
                        "-sourcepath",
                        "src/main/java",
                        "src/main/java/dev/assay/harness/run/EarlyCheck.java");
        assertThat(code).isZero();
        try (Stream<Path> made = Files.walk(classes)) {
            assertThat(made.filter(Files::isRegularFile)).hasSizeBetween(5, 21);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "assay.lroa, x, -Dassay.lroa: no such setting; did you mean assay.lora?",
        "assay.comfui.url, x, did you mean assay.comfyui.url?",
        "assay.device, gpu, 'assay.device (-Dassay.device): expected one of cpu, cuda, found gpu'",
        "assay.renderer, comfy, did you mean comfyui?",
        "assay.steps, many, expected a whole number",
        "assay.weights, clip, expected ROLE=REFERENCE",
        "assay.sidecars, 'preview,civit', found civit; did you mean civitai?",
        "assay.override, ann, expected NAME: REASON",
    })
    void a_wrong_key_or_value_is_said_whatever_the_goal(String key, String value, String said) {
        assertThatThrownBy(() -> EarlyCheck.check(Map.of(), properties(key, value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(said);
    }

    @Test
    void the_environment_counts_too() {
        assertThatThrownBy(() -> EarlyCheck.check(Map.of("ASSAY_STEP", "3"), properties()))
                .hasMessage("environment ASSAY_STEP: no such setting; did you mean ASSAY_STEPS?");
    }

    @Test
    void what_is_right_and_what_the_build_itself_gives_passes() throws IOException {
        file("a.safetensors");
        assertThatCode(() -> EarlyCheck.check(
                        Map.of("ASSAY_LORA", "a.safetensors", "ASSAY_JUDGE_TOKEN", "x"),
                        properties("assay.build.goals", "goals: [verify]", "assay.build.cuda", "true")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "assay.suite, startr, 'found startr; no such file in '",
        "assay.suite, startr, did you mean starter?",
        "assay.lora, missing.safetensors@0.8, 'missing.safetensors@0.8: no such file in '",
        "assay.base, other/base.safetensors, 'assay.base (-Dassay.base): other/base.safetensors: no such file in '",
        "assay.checkpoint, b.ckpt, check the path",
    })
    void a_file_that_is_not_there_is_said_before_anything_is_compiled(String key, String value, String said)
            throws IOException {
        file(EarlyFiles.BUNDLED_SUITES + "/starter.yaml");
        assertThatThrownBy(() ->
                        EarlyCheck.check(Map.of(), properties(key, value, "assay.build.goals", "goals: [verify]")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @CsvSource({
        "assay.suite, starter, assay.steps, 3",
        "assay.suite, mine.yaml, assay.steps, 3",
        "assay.lora, microcosm:sound, assay.suite, mine.yaml",
        "assay.lora, mine.yaml@0.5, assay.base, mine.yaml",
        "assay.lora, 'a.safetensors,b.safetensors', assay.steps, 3",
        "assay.lora, far.safetensors, assay.renderer, comfyui",
        "assay.lora, far.safetensors, assay.models, library",
    })
    void what_may_be_there_is_left_to_the_run(String key, String value, String other, String its) throws IOException {
        file(EarlyFiles.BUNDLED_SUITES + "/starter.yaml");
        file("mine.yaml");
        assertThatCode(() -> EarlyCheck.check(
                        Map.of(), properties(key, value, other, its, "assay.build.goals", "goals: [verify]")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "suit: shapes.yaml, suit: no such setting; did you mean suite?",
        "assay.suit: shapes.yaml, assay.suit: no such setting; did you mean assay.suite?",
        "'---\n# it''s\nlora: \"a, b\" # \"x\nbase: ''c''\nstesp : 3', stesp: no such setting; did you mean steps?",
        "'comfyui:\n  url: http://127.0.0.1:8188\nlora: [a@0.5, b]\nsede:', sede: no such setting; did you mean seeds?",
        "'comfyui.headers: |\n  stpes: a\n  b: c\ncomfui:\n  url: x', comfui: no such setting",
        "'comfyui: {url: x}\r\nout: x\r\n', out: no such setting; there are lora",
    })
    void a_name_in_the_file_that_is_no_setting_is_said_before_anything_is_compiled(String yaml, String said)
            throws IOException {
        Files.writeString(root.resolve("assay.yaml"), yaml.replace("\\n", "\n").replace("\\r", "\r"));
        assertThatThrownBy(() -> EarlyCheck.check(Map.of(), properties("assay.build.goals", "goals: [verify]")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("assay.yaml: " + said);
        assertThatThrownBy(() -> Settings.read(root, Map.of(), Map.of()))
                .as("the reader of the run agrees")
                .isInstanceOf(SettingsException.class);
        assertThatCode(() -> EarlyCheck.check(Map.of(), properties("assay.build.goals", "goals: [test]")))
                .as("no verdict was asked for")
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# suit: x\n",
                "---\nlora: a.safetensors@0.8\n...\n",
                "\ufefflora: a\n",
                "lora : a\nassay.base: b # suit: x\n",
                "lora: it's\n",
                "\"lora\": a\n'base': b\n",
                "lora:\n- a.safetensors@0.5\n- b: c.safetensors\n",
                "lora:\n- a.safetensors\n- 'my, own.safetensors'\n",
                "lora: [a,\nb]\n",
                "lora: 'a\nsuit: x'\n",
                "lora: \"a\\\"\nsuit: x\"\n",
                "lora: >-\n  a\n\n  suit: x\nsteps: 3\n",
                "comfyui.headers: |\n  X-Team: a\n  X-Other: b\n",
                "comfyui:\n  url: http://127.0.0.1:8188\n  vae: a\njudge:\n  model: b\nfolder:\n  pattern: c\n",
                "assay.comfyui:\n  url: http://127.0.0.1:8188\n",
                "comfyui: {url: 'http://127.0.0.1:8188',\nvae: a}\n",
                "{\nlora: a,\nsteps: 3\n}\n",
                "? lora\n: a\n",
                "lora: a\n  suit: x\n",
            })
    void what_the_file_says_is_not_refused_early(String yaml) throws IOException {
        Files.writeString(root.resolve("assay.yaml"), yaml);
        assertThatCode(() -> EarlyCheck.check(Map.of(), properties("assay.build.goals", "goals: [verify]")))
                .doesNotThrowAnyException();
    }

    @Test
    void every_setting_may_stand_in_the_file() throws IOException {
        for (String name : Settings.KEYS) {
            Files.writeString(root.resolve("assay.yaml"), name + ": x\n" + name.substring(6) + ": x\n");
            assertThatCode(() -> EarlyCheck.check(Map.of(), properties("assay.build.goals", "goals: [verify]")))
                    .as(name)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void an_earlier_verdict_does_not_pass_for_that_of_a_build_that_ended_here() throws IOException {
        Path record = file("suites/target/assay/last-run.json");
        Path report = file("reports/target/allure-report/index.html");
        Path card = file("reports/target/card/sound.assay.json");
        assertThatThrownBy(() -> EarlyCheck.check(Map.of(), properties("assay.lroa", "x")))
                .isNotNull();
        assertThat(record).as("no verdict was asked for").exists();

        assertThatThrownBy(() -> EarlyCheck.check(
                        Map.of(), properties("assay.lroa", "x", "assay.build.goals", "goals: [clean, verify]")))
                .isNotNull();
        assertThat(List.of(record, report, card)).noneMatch(Files::exists);
    }

    @Test
    void classes_are_taken_as_they_are_only_where_no_source_is_newer() throws IOException {
        assertThat(EarlyCheck.isFresh(root)).isFalse();
        Path source = file("reports/src/main/java/A.java");
        Path entry = file("somewhere/classes.jar");
        Path classPath = file(BuildStep.CLASS_PATH + ".txt");
        Files.writeString(classPath, entry + "\n");
        Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        assertThat(EarlyCheck.isFresh(root)).isTrue();

        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(EarlyCheck.isFresh(root)).isFalse();

        Files.delete(source);
        Files.delete(entry);
        assertThat(EarlyCheck.isFresh(root)).isFalse();
    }

    @Test
    void a_changed_pom_is_a_source_and_a_test_is_none() throws IOException {
        Path classPath = file(BuildStep.CLASS_PATH + ".txt");
        Files.writeString(classPath, file("somewhere/classes.jar") + "\n");
        file("reports/src/test/java/ATest.java");
        Path pom = file("reports/pom.xml");
        Files.setLastModifiedTime(classPath, FileTime.from(Instant.now().minusSeconds(60)));
        assertThat(EarlyCheck.isFresh(root)).isFalse();
        Files.delete(pom);
        assertThat(EarlyCheck.isFresh(root)).isTrue();
        file("pom.xml");
        assertThat(EarlyCheck.isFresh(root)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "[verify], [] [], [], true",
        "[verify], [] [], '[gate, cuda]', true",
        "[verify], [] [], [ci], false",
        "[verify], '[suites] []', [], false",
        "[verify], '[] [reports]', [], false",
        "'[clean, verify]', [] [], [], false",
        "[install], [] [], [], false",
    })
    void it_judges_by_itself_only_where_nothing_else_was_asked_for(
            String goals, String projects, String profiles, boolean only) {
        Properties build = new Properties();
        assertThat(EarlyCheck.onlyJudges(build)).isFalse();
        build.setProperty("assay.build.goals", "goals: " + goals);
        build.setProperty("assay.build.projects", "projects: " + projects);
        build.setProperty("assay.build.profiles", "profiles: " + profiles);
        assertThat(EarlyCheck.onlyJudges(build)).isEqualTo(only);
    }

    @ParameterizedTest
    @CsvSource({
        "[verify], assay harness metrics suites reports, true",
        "'[clean, verify]', reports, true",
        "[verify], suites, false",
        "[verify], assay harness metrics suites, false",
        "[verify], assay, false",
        "'[verify, install]', harness, false",
        "'[clean, verify]', assay harness, false",
        "[install], assay harness, true",
        "[test], suites, true",
        "[package], metrics, true",
        "[spotless:apply], assay, true",
    })
    void a_build_that_could_judge_nothing_is_refused_with_the_root_project_and_without(
            String goals, String modules, boolean taken) throws Exception {
        String reactor = reactor(modules);
        Map<String, String> build = properties("assay.build.goals", "goals: " + goals, "assay.build.reactor", reactor);
        if (taken) {
            assertThatCode(() -> EarlyCheck.check(Map.of(), build)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> EarlyCheck.check(Map.of(), build))
                    .hasMessageStartingWith("without the module reports nothing is judged");
        }
        assertThat(("goals: " + goals + " " + reactor).matches(ofPom("judged", "regex")))
                .isEqualTo(taken);
    }

    /** As Maven writes the modules of a build. */
    private static String reactor(String modules) {
        return "reactor: "
                + Stream.of(modules.split(" ", -1))
                        .map(m -> "MavenProject: dev.assay:" + m + ":0.1.0-SNAPSHOT @ /home/reports/" + m + "/pom.xml")
                        .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "[verify], true, false",
        "'[clean, package]', true, false",
        "[test], false, false",
        "[install], false, true",
        "'[verify, install]', false, true",
        "'[deploy, verify]', false, true",
    })
    void what_is_installed_has_the_classes_that_tests_of_others_need(String goals, boolean uncompiled, boolean unrun)
            throws Exception {
        assertThat(("goals: " + goals).matches(ofPom("no-tests", "regex"))).isEqualTo(uncompiled);
        assertThat(("goals: " + goals).matches(ofPom("no-test-runs", "regex"))).isEqualTo(unrun);
    }

    @ParameterizedTest
    @CsvSource({
        "harness, [], true",
        "harness, [reports], false",
        "reports, [reports], true",
        "metrics, '[:metrics, dev.assay:suites]', true",
        "suites, '[:metrics, dev.assay:suites]', true",
        "harness, [./metrics/], false",
    })
    void a_module_without_the_test_that_was_asked_for_fails_unless_another_was_named(
            String module, String selected, boolean fails) throws Exception {
        assertThat((module + " in: " + selected).matches(ofPom("tests-of-others", "regex")))
                .isEqualTo(fails);
    }

    /** Text of an element below an execution of the root's pom.xml. */
    private static String ofPom(String execution, String element) throws Exception {
        String path = "//*[local-name()='execution'][*[local-name()='id']='" + execution + "']//*[local-name()='"
                + element + "']";
        return XPathFactory.newInstance()
                .newXPath()
                .evaluate(path, new InputSource(Path.of("..", "pom.xml").toUri().toString()));
    }

    @Test
    void its_own_classes_are_stale_when_a_source_is_newer_or_gone() throws IOException {
        Path source = file("sources/a/B.java");
        Path classes = root.resolve("classes");
        Path made = file("classes/a/B$C.class");
        Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        assertThat(EarlyCheck.isStale(classes, root.resolve("sources"))).isFalse();
        Files.setLastModifiedTime(made, FileTime.from(Instant.parse("2025-01-01T00:00:00Z")));
        assertThat(EarlyCheck.isStale(classes, root.resolve("sources"))).isTrue();
        Files.setLastModifiedTime(made, FileTime.from(Instant.now()));
        Files.delete(source);
        assertThat(EarlyCheck.isStale(classes, root.resolve("sources"))).isTrue();
    }

    private Path file(String name) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "x");
    }
}
