package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Png;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LoRA of the microcosm with words of its own beside it, in this process: what is asked, recorded, kept and asked anew. */
class UsageRunTest {
    private static final String SUITE = """
            name: two
            version: "1"
            settings: {width: 64, height: 64, steps: 4, guidanceScale: 3, sampler: ddim, scheduler: normal}
            seeds: [1, 2]
            cases:
              - {id: one, prompt: a red circle}
              - {id: two, prompt: a blue square}
            criteria:
              - {metric: effect, rule: HAS_EFFECT, margin: 0.001, minPairs: 1, severity: NORMAL}
            """;

    private final Map<String, String> settings = new LinkedHashMap<>();

    @TempDir
    Path root;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(root.resolve("two.yaml"), SUITE);
        Path bundled = MicrocosmPictures.MICROCOSM;
        Files.copy(bundled.resolve("loras/grid.safetensors"), root.resolve("grid.safetensors"));
        settings.putAll(Map.of(
                "assay.root",
                root.toString(),
                "assay.out",
                root.resolve("out").toString(),
                "assay.microcosm",
                bundled.toAbsolutePath().toString(),
                "assay.lora",
                "grid.safetensors",
                "assay.suite",
                "two.yaml",
                "assay.progress",
                "off"));
    }

    private void beside(String ending, String text) throws IOException {
        Files.writeString(root.resolve("grid" + ending), text);
    }

    private Map<String, String> deciders() {
        Session session = Session.read("microcosm", Map.of(), settings);
        assertThat(session.problem()).isNull();
        return session.deciders(Hashes::sha256);
    }

    private RunRecord run() {
        Session session = Session.read("microcosm", Map.of(), settings);
        RunRecord record = session.evaluate(session.criteria());
        assertThat(record.problem()).isNull();
        return record;
    }

    private Map<String, String> picture(RunRecord record, String role) {
        RenderingEntry first = record.renderings().stream()
                .filter(r -> r.role().equals(role))
                .findFirst()
                .orElseThrow();
        return Png.read(RunRecords.folder(root.resolve("out"), record.id()).resolve(first.file()))
                .text();
    }

    @Test
    void the_candidate_is_painted_in_its_own_way_and_another_word_paints_the_candidate_anew() throws IOException {
        beside(".assay.yaml", "triggerWords: sks\nsteps: 2\nguidance: 1\nstrength: 0.5\n");
        RunRecord first = run();
        assertThat(picture(first, "candidate").get("parameters"))
                .startsWith("sks, a red circle <lora:grid:0.5>\nNegative prompt: \nSteps: 2, ")
                .contains("CFG scale: 1,");
        assertThat(picture(first, "base").get("parameters"))
                .startsWith("a red circle\nNegative prompt: \nSteps: 4, ")
                .contains("CFG scale: 3,");
        assertThat(first.candidate().name()).isEqualTo("grid@0.5");
        assertThat(first.candidateSettings().steps()).isEqualTo(2);
        assertThat(first.rendersMade()).isEqualTo(4 + 2 + 4);

        beside(".assay.yaml", "triggerWords: zwx\nsteps: 2\nguidance: 1\nstrength: 0.5\n");
        assertThat(run().rendersMade()).isEqualTo(4);
        settings.put("assay.trigger", "off");
        RunRecord off = run();
        assertThat(off.rendersMade()).isEqualTo(4);
        assertThat(off.usage().triggers()).isEqualTo(List.of("zwx"));
        assertThat(picture(off, "candidate").get("parameters")).startsWith("a red circle <lora:grid:0.5>");
    }

    @Test
    void a_changed_sidecar_is_another_question_and_a_verdicts_own_words_are_none() throws IOException {
        Map<String, String> before = deciders();
        assertThat(before).doesNotContainKeys("use of the candidate", "use of the base", "setting assay.trigger");
        beside(
                ".metadata.json",
                "{\"assayWrote\": {\"trainedWords\": [\"sks\"]}, \"civitai\": {\"trainedWords\": [\"sks\"]}}");
        assertThat(deciders()).isEqualTo(before);
        beside(".metadata.json", "{\"civitai\": {\"trainedWords\": [\"sks\"]}}");
        Map<String, String> word = deciders();
        assertThat(word).isNotEqualTo(before).containsKey("use of the candidate");
        beside(".assay.yaml", "purpose: style\n");
        Map<String, String> style = deciders();
        assertThat(style).isNotEqualTo(word);
        settings.put("assay.usage.steps", "2");
        assertThat(deciders()).isNotEqualTo(style);
        settings.put("assay.trigger", "off");
        assertThat(deciders()).containsEntry("setting assay.trigger", "off");
    }

    @Test
    void a_mistake_in_a_persons_own_file_ends_the_run_before_its_first_picture() throws IOException {
        beside(".assay.yaml", "strenght: 0.5\n");
        Session session = Session.read("microcosm", Map.of(), settings);
        assertThat(session.problem()).endsWith("grid.assay.yaml: strenght: no such field; did you mean strength?");
        assertThat(session.evaluate(session.criteria()).problem()).isEqualTo(session.problem());
        beside(".assay.yaml", "sampler: no_such_sampler\n");
        Session unfit = Session.read("microcosm", Map.of(), settings);
        assertThat(unfit.evaluate(unfit.criteria()).problem())
                .contains("no_such_sampler", "the candidate's own settings: sampler no_such_sampler (grid.assay.yaml)");
        assertThat(root.resolve(".assay/renders")).doesNotExist();
    }
}
