package dev.assay.suites.comfyui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Png;
import dev.assay.harness.render.comfyui.ComfyStandIn;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import dev.assay.harness.usage.Fact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on a server whose LoRA has a word of its own beside it, and what the server was asked for. */
class ComfyUsageTest {
    private static final String SUITE = """
            name: two
            version: "1"
            settings: {width: 64, height: 64, steps: 28, guidanceScale: 7, sampler: euler, scheduler: normal}
            seeds: [1, 2]
            cases:
              - {id: one, prompt: a red house}
              - {id: two, prompt: a dog, negativePrompt: cats}
            criteria:
              - {metric: effect, rule: HAS_EFFECT, margin: 0.001, minPairs: 1, severity: NORMAL}
            """;

    private final ComfyStandIn server = new ComfyStandIn();
    private final Map<String, String> settings = new LinkedHashMap<>();

    @TempDir
    Path root;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(root.resolve("two.yaml"), SUITE);
        settings.putAll(Map.of(
                "assay.root", root.toString(),
                "assay.out", root.resolve("out").toString(),
                "assay.renderer", "comfyui",
                "assay.comfyui.url", server.url(),
                "assay.comfyui.variant", "sd15",
                "assay.base", "sd15.safetensors",
                "assay.lora", "style.safetensors",
                "assay.suite", "two.yaml",
                "assay.progress", "off"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RunRecord run() {
        Session session = Session.read("microcosm", Map.of(), settings);
        assertThat(session.problem()).isNull();
        RunRecord record = session.evaluate(session.criteria());
        assertThat(record.problem()).isNull();
        return record;
    }

    /** The text chunks of a side's first picture. */
    private Map<String, String> said(RunRecord record, String role) {
        RenderingEntry first = record.renderings().stream()
                .filter(r -> r.role().equals(role))
                .findFirst()
                .orElseThrow();
        return Png.read(RunRecords.folder(root.resolve("out"), record.id()).resolve(first.file()))
                .text();
    }

    private JsonNode graph(RunRecord record, String role) throws IOException {
        return new ObjectMapper().readTree(said(record, role).get("prompt"));
    }

    @Test
    void a_few_step_lora_that_lies_beside_its_sidecars_is_asked_as_they_say() throws IOException {
        Path models = Files.createDirectory(root.resolve("models"));
        server.lora(models, "style.safetensors");
        Files.writeString(models.resolve("style.assay.yaml"), """
                purpose: speed
                steps: 8
                guidance: 0
                sampler: lcm
                scheduler: sgm_uniform
                negative: blurry
                """);
        Files.writeString(models.resolve("style.metadata.json"), """
                {"civitai": {"trainedWords": ["sks", "oil"]}, "usage_tips": "{\\"strength\\": 0.8, \\"clip_strength\\": 0.4}"}
                """);

        RunRecord record = run();

        assertThat(record.renderings()).as(record.findings().toString()).isNotEmpty();
        JsonNode own = graph(record, "candidate");
        assertThat(own.at("/4/inputs/text").asText()).isEqualTo("sks, oil, a red house");
        assertThat(own.at("/7/inputs/steps").asInt()).isEqualTo(8);
        assertThat(own.at("/7/inputs/cfg").asDouble()).isEqualTo(1);
        assertThat(own.at("/7/inputs/sampler_name").asText()).isEqualTo("lcm");
        assertThat(own.at("/7/inputs/scheduler").asText()).isEqualTo("sgm_uniform");
        assertThat(own.at("/101/inputs/strength_model").asDouble()).isEqualTo(0.8);
        assertThat(own.at("/101/inputs/strength_clip").asDouble()).isEqualTo(0.4);
        JsonNode base = graph(record, "base");
        assertThat(base.at("/4/inputs/text").asText()).isEqualTo("a red house");
        assertThat(base.at("/7/inputs/steps").asInt()).isEqualTo(28);
        assertThat(base.at("/7/inputs/cfg").asDouble()).isEqualTo(7);
        assertThat(base.at("/7/inputs/sampler_name").asText()).isEqualTo("euler");
        assertThat(base.at("/7/inputs/seed").asLong())
                .isEqualTo(own.at("/7/inputs/seed").asLong());

        assertThat(said(record, "candidate").get("parameters"))
                .startsWith("sks, oil, a red house <lora:style:0.4:0.8>\nNegative prompt: \nSteps: 8, Sampler: LCM,"
                        + " Schedule type: SGM Uniform, CFG scale: 1, Seed: 1, Size: 64x64");
        assertThat(said(record, "base").get("parameters"))
                .startsWith("a red house\nNegative prompt: \nSteps: 28, Sampler: Euler,");
        assertThat(record.candidate().name()).isEqualTo("style@0.8");
        assertThat(record.usage().purpose()).isEqualTo("speed");
        assertThat(record.usage().source(Fact.TRIGGERS)).isEqualTo("style.metadata.json");
        assertThat(record.candidateSettings().steps()).isEqualTo(8);
        assertThat(record.settings().steps()).isEqualTo(28);
    }

    @Test
    void a_lora_on_the_server_alone_says_its_word_through_the_servers_knowledge_of_its_header() {
        server.metadata("style.safetensors", "modelspec.trigger_phrase", "sks man");
        RunRecord record = run();
        assertThat(record.renderings())
                .filteredOn(r -> r.role().equals("candidate"))
                .extracting(RenderingEntry::sent)
                .containsOnly("sks man, a red house", "sks man, a dog");
        assertThat(record.usage().triggers()).isEqualTo(List.of("sks man"));
    }

    @Test
    void asked_both_ways_the_server_paints_a_third_set_without_the_word_that_it_alone_knew() {
        server.metadata("style.safetensors", "modelspec.trigger_phrase", "sks man");
        settings.put("assay.trigger", "both");
        RunRecord record = run();
        assertThat(record.renderings())
                .filteredOn(r -> r.role().equals("untriggered"))
                .hasSize(4)
                .extracting(RenderingEntry::sent)
                .as("no other than the case's prompt")
                .containsOnlyNulls();
        assertThat(record.verdicts())
                .filteredOn(v -> v.id().equals("trigger-leak"))
                .singleElement()
                .matches(RunRecord.VerdictEntry::soft);
    }

    @Test
    void the_purpose_beside_a_file_that_only_the_server_knows_changes_what_is_asked() throws IOException {
        Path models = Files.createDirectory(root.resolve("models"));
        server.lora(models, "style.safetensors");
        Files.writeString(models.resolve("style.assay.yaml"), "purpose: fix\n");
        Files.writeString(
                root.resolve("two.yaml"),
                SUITE.replace(
                        "severity: NORMAL}",
                        "severity: NORMAL, purposes: {fix: soft}}\n  - {metric: blank-frame,"
                                + " rule: NO_NEW_DEFECTS, minPairs: 1}"));
        RunRecord record = run();
        assertThat(record.verdicts())
                .filteredOn(v -> v.id().equals("effect"))
                .singleElement()
                .matches(RunRecord.VerdictEntry::soft);
    }

    @Test
    void a_mistake_beside_a_file_that_only_the_server_knows_is_told_before_the_first_picture() throws IOException {
        Path models = Files.createDirectory(root.resolve("models"));
        server.lora(models, "style.safetensors");
        Files.writeString(models.resolve("style.assay.yaml"), "stpes: 8\n");
        Session session = Session.read("microcosm", Map.of(), settings);
        RunRecord record = session.evaluate(session.criteria());
        assertThat(record.problem()).contains("style.assay.yaml: stpes: no such field; did you mean steps?");
        assertThat(record.rendersMade()).isZero();
    }
}
