package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.BASE;
import static dev.assay.harness.run.SettingKeys.DEVICE;
import static dev.assay.harness.run.SettingKeys.LORA;
import static dev.assay.harness.run.SettingKeys.STEPS;
import static dev.assay.harness.run.SettingKeys.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path root;

    @Test
    void without_any_source_there_are_defaults() {
        Settings settings = read(Map.of("PATH", "/bin"), Map.of("java.version", "17"));
        assertThat(settings.values())
                .isEqualTo(Map.of(
                        "assay.download", "off",
                        "assay.device", "cpu",
                        "assay.renderer", "local",
                        "assay.progress", "auto",
                        "assay.inconclusive", "fail",
                        "assay.unavailable", "fail",
                        "assay.seedOffset", "0",
                        "assay.trigger", "on",
                        "assay.comfyui.weightDtype", "default",
                        "assay.card", "target"));
        assertThat(settings.sources()).isEmpty();
        assertThat(settings.get(LORA)).isNull();
        assertThat(settings.given()).isEmpty();
        assertThat(settings.source(DEVICE)).isEqualTo("default");
    }

    @Test
    void what_was_given_is_told_from_defaults() {
        assertThat(read(Map.of("ASSAY_STEPS", "7"), Map.of("assay.lora", "a.safetensors@0.8"))
                        .given())
                .containsExactly(Map.entry("assay.lora", "a.safetensors@0.8"), Map.entry("assay.steps", "7"));
    }

    @Test
    void what_is_recorded_lets_nobody_in() {
        assertThat(read(
                                Map.of(
                                        "ASSAY_COMFYUI_HEADERS", "Authorization: Bearer sesame",
                                        "ASSAY_COMFYUI_QUERY", "token=sesame",
                                        "ASSAY_COMFYUI_URL", "https://a:8188/x,http://b:1"),
                                Map.of())
                        .given())
                .isEqualTo(Map.of("assay.comfyui.url", "https://a:8188/x,http://b:1"));
    }

    /** Build tools write properties into their reports, and systems show command lines to everybody. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "assay.comfyui.headers | Authorization: Bearer sesame | environment ASSAY_COMFYUI_HEADERS",
                "assay.comfyui.query | key=sesame | environment ASSAY_COMFYUI_QUERY",
                "assay.comfyui.url | http://b:1,http://me:sesame@a | a user name in it",
                "assay.comfyui.url | http:/me:sesame@a | a user name in it",
                "assay.comfyui.url | http://a/?key=sesame | a query or fragment",
                "assay.judge.url | http://me:sesame@a/v1 | a user name in it",
                "assay.judge.url | http://a/v1?key=sesame | a query or fragment",
                "assay.base | https://civitai.com/api/download/models/1?token=sesame | download the file first",
                "assay.checkpoint | a.safetensors,https://me:sesame@b/c.safetensors | download the file first",
                "assay.suite | https:/a/suite.yaml?access_token=sesame | download the file first",
                "assay.store | s3://key:sesame@bucket/renders | download the file first",
                "assay.weights | clip=a.onnx,detector=https://me:sesame@a/b.onnx | download the file first",
                "assay.comfyui.workflow | HTTPS://a/w.json#sesame | download the file first",
                "assay.comfyui.token | sesame | no such setting",
                "assay.judgeToken | sesame | no such setting"
            })
    void a_secret_on_the_command_line_is_refused_and_not_repeated(String key, String value, String said) {
        assertThatThrownBy(() -> read(Map.of(), Map.of(key, value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(said)
                .hasMessageNotContaining("sesame");
        Properties properties = new Properties();
        properties.setProperty(key, value);
        properties.setProperty("assay.lora", "a.safetensors");
        SettingKeys.forgetSecrets(properties);
        assertThat(properties.toString()).doesNotContain("sesame").contains("a.safetensors");
    }

    @Test
    void every_setting_is_read_from_every_source() throws IOException {
        Map<String, String> values = Map.ofEntries(
                Map.entry("assay.lora", "a.safetensors@0.8"),
                Map.entry("assay.checkpoint", "b"),
                Map.entry("assay.base", "microcosm:base"),
                Map.entry("assay.suite", "s.yaml"),
                Map.entry("assay.device", "cuda"),
                Map.entry("assay.cuda.python", "../ComfyUI/venv"),
                Map.entry("assay.steps", "7"),
                Map.entry("assay.renderer", "comfyui"),
                Map.entry("assay.store", "renders"),
                Map.entry("assay.progress", "off"),
                Map.entry("assay.inconclusive", "allow"),
                Map.entry("assay.seedOffset", "4000000000"),
                Map.entry("assay.seeds", "2"),
                Map.entry("assay.candidate", "pictures"),
                Map.entry("assay.models", "ComfyUI/models"),
                Map.entry("assay.metrics", "mine.jar, others.jar"),
                Map.entry("assay.weights", "clip=a,b,detector=hf:c/d/e.onnx"),
                Map.entry("assay.download", "true"),
                Map.entry("assay.licences", "AGPL-3.0"),
                Map.entry("assay.comfyui.url", "http://127.0.0.1:8188"),
                Map.entry("assay.comfyui.headers", "X-Team: a"),
                Map.entry("assay.comfyui.query", "a=b"),
                Map.entry("assay.comfyui.workflow", "w.json"),
                Map.entry("assay.comfyui.variant", "krea-dev"),
                Map.entry("assay.comfyui.textEncoders", "clip_l.safetensors"),
                Map.entry("assay.comfyui.vae", "ae.safetensors"),
                Map.entry("assay.comfyui.weightDtype", "fp8_e5m2"),
                Map.entry("assay.comfyui.clipStrength", "0.5"),
                Map.entry("assay.comfyui.trustStore", "trust.p12"),
                Map.entry("assay.folder.pattern", "{case}-{seed}"),
                Map.entry("assay.judge.url", "http://127.0.0.1:8080/v1"),
                Map.entry("assay.judge.model", "tiny-vision"),
                Map.entry("assay.judge.answers", "words"),
                Map.entry("assay.judge.calibration", "calibration.yaml"),
                Map.entry("assay.collection", "collection"),
                Map.entry("assay.card", "beside"),
                Map.entry("assay.sidecars", "preview"),
                Map.entry("assay.override", "ann: tried by hand"),
                Map.entry("assay.unavailable", "allow"),
                Map.entry("assay.trigger", "both"),
                Map.entry("assay.triggerWords", "sks man"),
                Map.entry("assay.triggerTemplate", "{prompt} by {trigger}"),
                Map.entry("assay.purpose", "speed"),
                Map.entry("assay.usage.strength", "0.8"),
                Map.entry("assay.usage.clipStrength", "0"),
                Map.entry("assay.usage.steps", "8"),
                Map.entry("assay.usage.guidance", "1"),
                Map.entry("assay.usage.distilledGuidance", "3.5"),
                Map.entry("assay.usage.sampler", "lcm"),
                Map.entry("assay.usage.scheduler", "sgm_uniform"),
                Map.entry("assay.usage.shift", "3"),
                Map.entry("assay.usage.clipSkip", "1"),
                Map.entry("assay.usage.size", "1024x768"),
                Map.entry("assay.usage.negative", "blurry"));
        assertThat(values.keySet()).containsExactlyInAnyOrderElementsOf(Settings.KEYS);
        Map<String, String> open = new java.util.LinkedHashMap<>(values);
        open.keySet().removeAll(List.of("assay.comfyui.headers", "assay.comfyui.query"));
        assertThat(read(Map.of(), open).values()).isEqualTo(open);

        Map<String, String> env = new java.util.HashMap<>();
        values.forEach((k, v) ->
                env.put(k.replaceAll("([A-Z])", "_$1").replace('.', '_').toUpperCase(java.util.Locale.ROOT), v));
        assertThat(read(env, Map.of()).values()).isEqualTo(values);

        StringBuilder yaml = new StringBuilder();
        values.forEach(
                (k, v) -> yaml.append(k.substring(6)).append(": '").append(v).append("'\n"));
        file(yaml.toString());
        assertThat(read(Map.of(), Map.of()).values()).isEqualTo(values);
    }

    @Test
    void what_is_said_of_use_has_its_source() throws IOException {
        file("triggerWords: [sks man, oil]\nusage:\n  steps: 8\n  size: 1024x768\n");
        Usage usage = read(Map.of(), Map.of("assay.usage.steps", "4", "assay.purpose", "Speed"))
                .usage();
        assertThat(usage)
                .isEqualTo(new Usage(
                        List.of("sks man, oil"),
                        Usage.START,
                        null,
                        null,
                        new SuiteSettings(1024, 768, 4, null, null, null, null, null, null),
                        null,
                        Purpose.SPEED,
                        Map.of(
                                Fact.TRIGGERS, "assay.triggerWords (assay.yaml)",
                                Fact.PURPOSE, "assay.purpose (-Dassay.purpose)",
                                Fact.STEPS, "assay.usage.steps (-Dassay.usage.steps)",
                                Fact.SIZE, "assay.usage.size (assay.yaml)")));
    }

    @Test
    void steps_of_both_sides_are_those_of_the_candidate_too() {
        Settings settings = read(Map.of(), Map.of("assay.steps", "4"));
        assertThat(settings.usage()).isEqualTo(Usage.OPEN);
        assertThat(settings.usageOfBoth().settings().steps()).isEqualTo(4);
        assertThat(settings.usageOfBoth().source(Fact.STEPS)).contains("assay.steps (-Dassay.steps)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "assay.trigger | maybe | expected one of on, off, both, found maybe",
                "assay.usage.steps | 100000 | assay.usage.steps (-Dassay.usage.steps): expected a whole number from 1"
                        + " to 1000",
                "assay.usage.strength | NaN | expected a number from -20 to 20, found NaN",
                "assay.purpose | styles | found styles; did you mean style?",
                "assay.triggerTemplate | {trigger} | expected start, end, or a text with {trigger} and {prompt} once"
                        + " each",
                "assay.triggerWords | <lora:x:1> | expected words without < and >",
                "assay.usage.strenght | 1 | did you mean assay.usage.strength?"
            })
    void what_no_picture_can_be_made_with_is_refused(String key, String value, String said) {
        assertThatThrownBy(() -> read(Map.of(), Map.of(key, value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(said);
    }

    @Test
    void properties_beat_the_environment_which_beats_the_file() throws IOException {
        file("lora: file\nassay.base: file\nsuite: file\n");
        Settings settings = read(
                Map.of("ASSAY_LORA", "env", "ASSAY_BASE", "env"), Map.of("assay.lora", "property", "assay.steps", "3"));
        assertThat(Arrays.asList(settings.get(LORA), settings.get(BASE), settings.get(SUITE)))
                .containsExactly("property", "env", "file");
        assertThat(settings.sources())
                .isEqualTo(Map.of(
                        "assay.lora", "-Dassay.lora",
                        "assay.base", "environment ASSAY_BASE",
                        "assay.suite", "assay.yaml",
                        "assay.steps", "-Dassay.steps"));
    }

    @Test
    void several_loras_may_be_a_list_whose_names_may_have_commas() throws IOException {
        file("lora: [a.safetensors@0.5, 'my, own.safetensors@2', \"it's, so.safetensors\"]\n");
        assertThat(read(Map.of(), Map.of()).get(SettingKeys.LORA))
                .isEqualTo("a.safetensors@0.5,\"my, own.safetensors\"@2,\"it's, so.safetensors\"");
        file("base: [a, b]\n");
        assertThatThrownBy(() -> read(Map.of(), Map.of()))
                .hasMessage("assay.yaml: base: expected one value, found a list");
    }

    @Test
    void what_the_file_says_is_taken_as_written() throws IOException {
        file("lora: 0123\nbase: 1.10\nsuite: 1_0\nstore: yes\ncheckpoint: .nan\nmodels: 0x10\n");
        assertThat(read(Map.of(), Map.of()).given())
                .isEqualTo(Map.of(
                        "assay.lora", "0123",
                        "assay.base", "1.10",
                        "assay.suite", "1_0",
                        "assay.store", "yes",
                        "assay.checkpoint", ".nan",
                        "assay.models", "0x10"));
        file("lora: [0123, 1.10]\nseedOffset: 010\ndownload: yes\nprogress: false\n");
        assertThat(read(Map.of(), Map.of()).given())
                .isEqualTo(Map.of(
                        "assay.lora", "0123,1.10",
                        "assay.seedOffset", "010",
                        "assay.download", "on",
                        "assay.progress", "off"));
        assertThat(read(Map.of(), Map.of()).get(SettingKeys.SEED_OFFSET)).isEqualTo(10);
        file("steps: 0x10\n");
        assertRefused(
                Map.of(),
                Map.of(),
                "assay.steps (assay.yaml): expected a whole number from 1 to 2147483647, found 0x10");
        Files.write(root.resolve("assay.yaml"), "steps: 2\nlora: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(
                Map.of(), Map.of(), "assay.yaml: line 2: expected UTF-8, found the byte 0xE9; save the file as UTF-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lora: [[a]] | lora[0]: expected a file (a.safetensors or a.safetensors@0.8), found a list",
                "lora: [b, {a: b}] | lora[1]: expected a file (a.safetensors or a.safetensors@0.8), found fields",
                "lora: [~, a] | lora[0]: expected a file (a.safetensors or a.safetensors@0.8), found nothing",
                "'lora: [a, \"\"]' | lora[1]: expected a file (a.safetensors or a.safetensors@0.8), found nothing",
                "lora: [] | lora: expected one value, found a list"
            })
    void a_list_of_loras_is_one_of_files(String yaml, String expected) throws IOException {
        file(yaml + "\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: " + expected);
    }

    @Test
    void a_setting_with_and_without_its_prefix_is_given_twice_though_one_be_empty() throws IOException {
        file("assay.steps:\nsteps: 2\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: steps: given twice; remove one");
        file("steps: 2\nassay.steps:\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: assay.steps: given twice; remove one");
    }

    @Test
    void an_empty_value_is_not_given() throws IOException {
        file("lora: file\nsteps:\n");
        Settings settings = read(Map.of("ASSAY_LORA", ""), Map.of("assay.lora", " ", "assay.device", ""));
        assertThat(settings.get(LORA)).isEqualTo("file");
        assertThat(settings.get(STEPS)).isNull();
        assertThat(settings.get(DEVICE)).isEqualTo("cpu");
    }

    @Test
    void an_unknown_key_is_an_error_that_names_its_source() throws IOException {
        assertRefused(Map.of(), Map.of("assay.loras", "x"), "-Dassay.loras: no such setting; did you mean assay.lora?");
        assertRefused(Map.of(), Map.of("assay.Lora", "x"), "-Dassay.Lora: no such setting; did you mean assay.lora?");
        assertRefused(Map.of(), Map.of("Assay.lora", ""), "-DAssay.lora: no such setting; did you mean assay.lora?");
        assertRefused(
                Map.of("ASSAY_SEEDOFFSET", "1"),
                Map.of(),
                "environment ASSAY_SEEDOFFSET: no such setting; did you mean ASSAY_SEED_OFFSET?");
        assertRefused(
                Map.of(),
                Map.of("assay.temperature", "1"),
                "-Dassay.temperature: no such setting; there are assay.lora, ");
        file("chekpoint: x\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: chekpoint: no such setting; did you mean checkpoint?");
        file("assay.chekpoint: x\n");
        assertRefused(
                Map.of(), Map.of(), "assay.yaml: assay.chekpoint: no such setting; did you mean assay.checkpoint?");
        file("out: x\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: out: no such setting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"assay.root", "assay.out", "assay.microcosm", "assay.reports", "assay.build.started"})
    void keys_of_the_build_are_allowed(String key) {
        assertThat(read(Map.of(), Map.of(key, "x")).sources()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "assay.device | gpu | expected one of cpu, cuda, found gpu",
                "assay.device | cudo | expected one of cpu, cuda, found cudo; did you mean cuda?",
                "assay.progress | true | expected one of auto, on, off, found true",
                "assay.inconclusive | ignore | expected one of fail, allow, found ignore",
                "assay.steps | 0 | expected a whole number from 1 to 2147483647, found 0",
                "assay.steps | ten | expected a whole number from 1 to 2147483647, found ten",
                "assay.steps | 2147483648 | expected a whole number from 1",
                "assay.judge.answers | word | expected one of probabilities, words, found word; did you mean words?",
                "assay.seeds | 1.5 | expected a whole number from 1",
                "assay.seeds | 1001 | expected a whole number from 1 to 1000, found 1001",
                "assay.seedOffset | -1 | expected a whole number from 0 to 281474976710656, found -1",
                "assay.seedOffset | 9223372036854775808 | expected a whole number from 0",
            })
    void a_wrong_value_is_an_error_that_names_key_and_source(String key, String value, String expected) {
        assertRefused(Map.of(), Map.of(key, value), key + " (-D" + key + "): " + expected);
    }

    @Test
    void a_bad_file_is_an_error() throws IOException {
        file("- lora\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: expected settings (lora: FILE), found a list");
        file("base: [a, b]\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: base: expected one value, found a list");
        file("lora: a\nlora: b\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: line 2");
        file("lora: a\nassay.lora: b\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: assay.lora: given twice");
        Files.delete(root.resolve("assay.yaml"));
        Files.createDirectory(root.resolve("assay.yaml"));
        assertRefused(Map.of(), Map.of(), "assay.yaml: cannot be read");
    }

    @Test
    void settings_of_one_thing_may_stand_together_in_the_file() throws IOException {
        file("comfyui:\n  url: http://127.0.0.1:8188\n  vae: ae.safetensors\n");
        assertThat(read(Map.of(), Map.of()).get(SettingKeys.COMFYUI_URL)).isEqualTo("http://127.0.0.1:8188");
        file("comfyui: {uri: x}\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: comfyui.uri: no such setting; did you mean comfyui.url?");
        file("lora: {url: x}\n");
        assertRefused(Map.of(), Map.of(), "assay.yaml: lora: expected one value, found fields");
    }

    @Test
    void secrets_come_from_the_environment_alone() {
        for (String secret : List.of("ASSAY_COMFYUI_TOKEN", "ASSAY_JUDGE_TOKEN")) {
            assertThat(read(Map.of(secret, "s3cret"), Map.of()).toString()).doesNotContain("s3cret");
        }
        assertRefused(Map.of(), Map.of("assay.judge.token", "s3cret"), "-Dassay.judge.token: no such setting");
        assertRefused(Map.of(), Map.of("assay.comfyui.token", "s3cret"), "-Dassay.comfyui.token: no such setting");
    }

    @Test
    void an_empty_file_gives_nothing() throws IOException {
        file("# nothing yet\n");
        assertThat(read(Map.of(), Map.of()).sources()).isEmpty();
    }

    private void assertRefused(Map<String, String> env, Map<String, String> properties, String expected) {
        assertThatThrownBy(() -> read(env, properties))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(expected);
    }

    private void file(String yaml) throws IOException {
        Files.writeString(root.resolve("assay.yaml"), yaml);
    }

    private Settings read(Map<String, String> env, Map<String, String> properties) {
        return Settings.read(root, env, properties);
    }

    @Test
    void weights_are_roles_with_references_which_may_have_commas() {
        Settings settings = read(Map.of(), Map.of("assay.weights", "clip=a,b, detector=hf:c/d/e.onnx"));
        assertThat(WeightsSettings.given(settings)).isEqualTo(Map.of("clip", "a,b", "detector", "hf:c/d/e.onnx"));
        Suite suite = new Suite(
                "tiny",
                "1",
                "",
                null,
                Map.of("clip", "microcosm:clip", "aesthetic", "head.pth"),
                List.of(new PromptCase("a", "a cat", "", List.of(1L), List.of(), null)),
                List.of(new Criterion("grid", List.of(), null, 1, 1, null, Map.of())));
        assertThat(WeightsSettings.over(suite, settings).models())
                .isEqualTo(Map.of("clip", "a,b", "detector", "hf:c/d/e.onnx", "aesthetic", "head.pth"));
    }

    @Test
    void a_role_that_is_none_is_an_error_which_names_the_right_one() {
        assertThatThrownBy(() -> read(Map.of(), Map.of("assay.weights", "clib=x")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("assay.weights")
                .hasMessageContaining("clip");
        assertThatThrownBy(() -> read(Map.of(), Map.of("assay.weights", "clip=")))
                .hasMessageContaining("expected ROLE=REFERENCE");
        assertThatThrownBy(() -> read(Map.of(), Map.of("assay.weights", "clip=a,clip=b")))
                .hasMessageContaining("given twice");
    }
}
