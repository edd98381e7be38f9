package dev.assay.harness.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.SuiteSettings;
import dev.assay.harness.text.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileUsageTest {
    @TempDir
    Path folder;

    private FileUsage read(Map<String, String> metadata) {
        return FileUsage.of(folder.resolve("my-style.safetensors"), metadata, Set.of());
    }

    private FileUsage beside(String ending, String text) throws IOException {
        Files.writeString(folder.resolve("my-style" + ending), text);
        return read(Map.of());
    }

    @Test
    void a_file_that_nobody_speaks_of_is_open_and_says_where_was_looked() {
        FileUsage nothing = read(Map.of());
        assertThat(nothing.usage()).isEqualTo(Usage.OPEN);
        assertThat(nothing.hints()).isEmpty();
        assertThat(nothing.lookedIn())
                .containsExactly(
                        "my-style.assay.yaml",
                        "my-style.metadata.json",
                        "my-style.civitai.info",
                        "my-style.json",
                        "its own metadata");
    }

    @Test
    void a_person_says_everything_in_the_assay_file() throws IOException {
        Usage usage = beside(".assay.yaml", """
            triggerWords: [sks man, "oil, thick"]
            triggerTemplate: end
            purpose: speed
            strength: 0.8
            clipStrength: 0
            steps: 8
            guidance: 1
            distilledGuidance: 3.5
            sampler: lcm
            scheduler: sgm_uniform
            shift: 3
            clipSkip: 1
            size: 1024x768
            negative: |
              blurry,
              grey
            """).usage();
        assertThat(usage)
                .isEqualTo(new Usage(
                        List.of("sks man", "oil, thick"),
                        Usage.END,
                        0.8,
                        0.0,
                        new SuiteSettings(1024, 768, 8, 1.0, "lcm", "sgm_uniform", 1, 3.5, 3.0),
                        "blurry, grey",
                        Purpose.SPEED,
                        usage.sources()));
        assertThat(usage.sources())
                .hasSize(Fact.values().length)
                .allSatisfy((fact, source) -> assertThat(source).isEqualTo("my-style.assay.yaml"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trigerWords: x         | trigerWords: no such field; did you mean triggerWords?",
                "strength: 1e9          | strength: expected a number from -20 to 20, found 1.0E9",
                "strength: .nan         | strength: expected a number from -20 to 20, found NaN",
                "strength: 0            | strength: expected a strength other than 0, which changes nothing, found 0",
                "steps: 100000          | steps: expected a whole number from 1 to 1000, found 100000",
                "steps: 8.5             | steps: expected a whole number from 1 to 1000, found 8.5",
                "sampler: DPM++ 2M      | sampler: expected a name as ComfyUI has it",
                "purpose: styl          | purpose: expected one of style, character, concept, enhancer, speed, fix,"
                        + " finetune, unknown, found styl; did you mean style?",
                "size: 1000x1001        | size: expected WIDTHxHEIGHT, multiples of 8 from 64 to 4096, found 1000x1001",
                "triggerTemplate: hello | triggerTemplate: expected start, end, or a text with {trigger} and {prompt}"
                        + " once each, found hello",
                "triggerWords: '<lora:x:1> sks' | triggerWords: expected words without < and >",
                "triggerWords: []       | triggerWords: expected 1 to 20 trigger words or phrases, found 0",
                "triggerWords: {a: 1}   | triggerWords: expected text, found fields",
                "negative: 7            | negative: expected text, found 7",
                "[a, b]                 | expected fields",
                "steps: 1\\nsteps: 2     | uplicate",
            })
    void a_mistake_of_a_person_is_told_with_its_place(String yaml, String said) {
        assertThatThrownBy(() -> beside(".assay.yaml", yaml.replace("\\n", "\n")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("my-style.assay.yaml: ")
                .hasMessageContaining(said);
    }

    /** What a person wrote is never passed over in silence. */
    @Test
    void a_file_of_a_person_that_cannot_be_read_is_an_error_whatever_it_is() throws IOException {
        Path model = folder.resolve("my-style.safetensors");
        Path own = folder.resolve("my-style.assay.yaml");
        Files.createSymbolicLink(own, folder.resolve("gone.yaml"));
        assertThatThrownBy(() -> FileUsage.of(model, Map.of(), Set.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("my-style.assay.yaml: cannot be read");
        Files.delete(own);
        Files.createDirectory(own);
        assertThatThrownBy(() -> FileUsage.of(model, Map.of(), Set.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("my-style.assay.yaml: cannot be read");
        Files.delete(own);
        Files.writeString(folder.resolve("my-style.assay.yml"), "steps: 8");
        assertThatThrownBy(() -> FileUsage.of(model, Map.of(), Set.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("my-style.assay.yml: is not read under this name; call it my-style.assay.yaml");
    }

    @Test
    void a_long_or_invisible_trigger_of_a_person_is_an_error() {
        assertThatThrownBy(() -> beside(".assay.yaml", "triggerWords: " + "a ".repeat(20_000)))
                .hasMessageContaining("triggerWords: expected at most 600 characters, found");
        assertThatThrownBy(() -> beside(".assay.yaml", "triggerWords: \"a\\u200bb\""))
                .hasMessageContaining("characters that cannot be seen");
    }

    @Test
    void lora_manager_is_read_as_it_writes() throws IOException {
        FileUsage found = beside(".metadata.json", """
            {"file_name": "my-style", "base_model": "Pony", "notes": "mine", "tags": ["anime", "Style"],
             "civitai": {"id": 7, "modelId": 8, "trainedWords": ["sks", "<lora:my-style:0.8>", "oil paint"]},
             "usage_tips": "{\\"strength\\": 0.6, \\"clip_strength\\": 0.5, \\"clip_skip\\": 2}"}
            """);
        Usage usage = found.usage();
        assertThat(usage.triggers()).containsExactly("sks", "oil paint");
        assertThat(usage.strength()).isEqualTo(0.6);
        assertThat(usage.clipStrength()).isEqualTo(0.5);
        assertThat(usage.settings().clipSkip()).isEqualTo(1);
        assertThat(usage.source(Fact.STRENGTH)).contains("my-style.metadata.json");
        assertThat(found.hints())
                .containsExactly(
                        "my-style.metadata.json: has the tags style, which decide nothing; if that is its purpose, give"
                                + " assay.purpose=style",
                        "my-style.metadata.json: says that it is for Pony");
    }

    @Test
    void what_models_of_a_kind_have_no_place_for_is_not_used_where_another_program_says_it() throws IOException {
        beside(".metadata.json", "{\"usage_tips\": \"{\\\"clip_skip\\\": 2}\"}");
        FileUsage found = FileUsage.of(folder.resolve("my-style.safetensors"), Map.of(), Set.of(Fact.CLIP_SKIP));
        assertThat(found.usage()).isEqualTo(Usage.OPEN);
        assertThat(found.hints())
                .containsExactly(
                        "my-style.metadata.json: usage_tips.clip_skip: models of this kind take none; not used");
    }

    @Test
    void of_a_range_of_strengths_the_middle_is_taken() throws IOException {
        Usage usage = beside(
                        ".metadata.json",
                        "{\"usage_tips\": \"{\\\"strength_min\\\": 0.6, \\\"strength_max\\\": 0.9}\"}")
                .usage();
        assertThat(usage.strength()).isEqualTo(0.75);
        assertThat(usage.source(Fact.STRENGTH)).contains("my-style.metadata.json, the middle of 0.6 to 0.9");
    }

    @Test
    void whole_phrases_stand_for_themselves_and_the_first_is_used() throws IOException {
        FileUsage found = beside(
                ".civitai.info",
                "{\"baseModel\": \"SDXL 1.0\", \"trainedWords\": [\"sks, red dress\", \"sks, armour\", \"sks,"
                        + " suit\"]}");
        assertThat(found.usage().triggers()).containsExactly("sks, red dress");
        assertThat(found.hints())
                .containsExactly(
                        "my-style.civitai.info: has 3 phrases, of which the first is used; another one:"
                                + " assay.triggerWords=sks, armour",
                        "my-style.civitai.info: says that it is for SDXL 1.0");
    }

    @Test
    void the_web_uis_editor_is_read_and_its_zero_is_off() throws IOException {
        FileUsage found = beside(".json", """
            {"description": "d", "sd version": "Unknown", "activation text": "sks man, photo || sks man, drawing",
             "preferred weight": 0.7, "negative text": "blurry", "notes": ""}
            """);
        assertThat(found.usage().triggers()).containsExactly("sks man, photo");
        assertThat(found.usage().strength()).isEqualTo(0.7);
        assertThat(found.usage().negativePrompt()).isEqualTo("blurry");
        assertThat(beside(".json", "{\"preferred weight\": 0, \"activation text\": \"\", \"negative text\": \"\"}")
                        .usage())
                .isEqualTo(Usage.OPEN);
    }

    @Test
    void the_first_source_in_order_has_the_word_on_each_fact() throws IOException {
        beside(".assay.yaml", "strength: 0.9");
        beside(
                ".metadata.json",
                "{\"civitai\": {\"trainedWords\": [\"manager\"]}, \"usage_tips\": {\"strength\": 0.1}}");
        beside(".civitai.info", "{\"trainedWords\": [\"civitai\"]}");
        beside(".json", "{\"activation text\": \"web\", \"negative text\": \"grey\"}");
        Usage usage = read(Map.of("modelspec.trigger_phrase", "own")).usage();
        assertThat(usage.strength()).isEqualTo(0.9);
        assertThat(usage.triggers()).containsExactly("manager");
        assertThat(usage.negativePrompt()).isEqualTo("grey");
        assertThat(usage.sources())
                .isEqualTo(Map.of(
                        Fact.STRENGTH,
                        "my-style.assay.yaml",
                        Fact.TRIGGERS,
                        "my-style.metadata.json",
                        Fact.NEGATIVE,
                        "my-style.json"));
    }

    @Test
    void of_its_own_metadata_the_trigger_phrase_is_used_and_a_hint_is_shown() {
        FileUsage found = read(Map.of(
                "modelspec.trigger_phrase",
                "sks man",
                "modelspec.usage_hint",
                "strength\u0007 0.7",
                "ss_clip_skip",
                "2"));
        assertThat(found.usage().triggers()).containsExactly("sks man");
        assertThat(found.usage().source(Fact.TRIGGERS)).contains("the file's own metadata");
        assertThat(found.usage().settings()).isEqualTo(SuiteSettings.OPEN); // how it was trained is not how it is used
        assertThat(found.hints()).containsExactly("the file's own metadata says of its use: strength 0.7");
    }

    @Test
    void tags_of_captions_are_shown_and_never_used() {
        FileUsage found = read(Map.of(
                "ss_dataset_dirs", "{\"10_sks man\": {\"n_repeats\": 10, \"img_count\": 20}}",
                "ss_tag_frequency", "{\"10_sks man\": {\"sks\": 20, \"man\": 19, \"hat\": 3}}"));
        assertThat(found.usage()).isEqualTo(Usage.OPEN);
        assertThat(found.hints())
                .containsExactly("its training data name sks man, sks, man, which may be its trigger; if so, give"
                        + " assay.triggerWords=sks man");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"usage_tips\": {\"strength\": 1e9}}            | strength: expected a number from -20 to 20, found"
                        + " 1.0E9; not used",
                "{\"usage_tips\": {\"strength\": \"NaN\"}}        | strength: expected a number from -20 to 20, found"
                        + " NaN; not used",
                "{\"usage_tips\": {\"strength\": [1]}}            | strength: expected a number from -20 to 20, found"
                        + " nothing; not used",
                "{\"usage_tips\": {\"strength_min\": -900, \"strength_max\": 1}} | strength_min, strength_max:"
                        + " expected",
                "{\"usage_tips\": {\"clip_skip\": 4000}}          | usage_tips.clip_skip: expected a whole number from"
                        + " 0 to 11",
                "{\"civitai\": {\"trainedWords\": [\"a\\u0007b\"]}} | trainedWords: expected text without characters"
                        + " that cannot be seen",
                "{\"civitai\": {\"trainedWords\": [\"a <b> c\"]}} | trainedWords: expected words without < and >",
                "{\"usage_tips\": \"{}\"                          | is not used: ",
                "[1]                                              | is not used: expected fields",
            })
    void what_strangers_wrote_and_no_picture_can_have_is_told_and_not_used(String json, String said)
            throws IOException {
        FileUsage found = beside(".metadata.json", json);
        assertThat(found.usage()).isEqualTo(Usage.OPEN);
        assertThat(found.hints()).singleElement().asString().startsWith("my-style.metadata.json: " + said);
    }

    @Test
    void a_million_words_and_ten_megabytes_are_not_used() throws IOException {
        FileUsage words = beside(".civitai.info", "{\"trainedWords\": [" + "\"w\",".repeat(500_000) + "\"w\"]}");
        assertThat(words.usage()).isEqualTo(Usage.OPEN);
        assertThat(words.hints()).hasSize(1);
        FileUsage text = beside(".civitai.info", "{\"trainedWords\": [\"" + "a ".repeat(500_000) + "\"]}");
        assertThat(text.usage()).isEqualTo(Usage.OPEN);
        assertThat(text.hints()).singleElement().asString().contains("expected at most 600 characters");
        FileUsage large = beside(".civitai.info", "{\"x\": \"" + "a".repeat(10 << 20) + "\"}");
        assertThat(large.usage()).isEqualTo(Usage.OPEN);
        assertThat(large.hints())
                .singleElement()
                .asString()
                .contains("my-style.civitai.info: is not used: expected at most");
    }

    /** A purpose softens criteria: who made a file has no say in how mildly it is judged. */
    @ParameterizedTest
    @CsvSource({
        ".metadata.json, '{\"tags\": [\"style\", \"character\"]}'",
        ".metadata.json, '{\"civitai\": {\"model\": {\"tags\": [\"Style\"]}}}'",
        ".metadata.json, '{\"purpose\": \"style\"}'",
        ".civitai.info, '{\"model\": {\"tags\": [\"style\"]}}'",
        ".civitai.info, '{\"tags\": [\"concept\"], \"purpose\": \"speed\"}'",
        ".json, '{\"tags\": [\"style\"], \"purpose\": \"style\"}'",
    })
    void no_stranger_says_what_a_file_is_for(String ending, String json) throws IOException {
        FileUsage found = beside(ending, json);
        assertThat(found.usage()).isEqualTo(Usage.OPEN);
        assertThat(found.hints()).allMatch(h -> h.contains("give assay.purpose="));
        assertThat(found.hints().isEmpty()).isEqualTo(!json.contains("tags") || ending.equals(".json"));
    }

    @Test
    void a_verdict_of_assay_is_not_read_back_as_a_persons_word() throws IOException {
        String marked = """
            {"assayWrote": {"strength": 0.8, "trainedWords": ["sks"]}, "usage_tips": {"strength": %s},
             "civitai": {"trainedWords": ["sks"]}}
            """;
        FileUsage kept = beside(".metadata.json", marked.formatted("0.8"));
        assertThat(kept.usage()).isEqualTo(Usage.OPEN);
        assertThat(kept.hints())
                .containsExactly(
                        "my-style.metadata.json: names trigger words that Assay put there; they are not used as a"
                                + " person's word",
                        "my-style.metadata.json: names the strength 0.8, at which Assay passed it before; that is not"
                                + " used as a person's word");
        assertThat(beside(".metadata.json", marked.formatted("0.5")).usage().strength())
                .isEqualTo(0.5); // somebody changed it
    }

    @Test
    void what_assay_wrote_before_it_marked_that_is_known_by_its_sentence() throws IOException {
        FileUsage found = beside(".metadata.json", """
            {"notes": "Assay: PASSED at strength 0.8 on suite starter 1, against base", "usage_tips": "{\\"strength\\": 0.8}",
             "civitai": {"trainedWords": ["sks"]}}
            """);
        assertThat(found.usage()).isEqualTo(Usage.OPEN);
        assertThat(beside(".metadata.json", """
            {"notes": "Assay: PASSED at strength 0.8 on suite starter 1, against base",
             "civitai": {"id": 3, "trainedWords": ["sks"]}}
            """).usage().triggers()).containsExactly("sks"); // Civitai's own answer
    }
}
