package dev.assay.suites.comfyui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Png;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import dev.assay.harness.verdict.Outcome;
import dev.assay.suites.TriggerSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * LoRAs that want to be used in a way of their own, on a real ComfyUI that can load the microcosm (docs/live-test.md):
 * trained networks, so that what a trigger word does is seen.
 */
class UsageLive {
    private static final String CHECKPOINT = "microcosm.safetensors";

    private static LiveServer server;

    @TempDir
    Path folder;

    private final Map<String, String> settings = new HashMap<>();

    @BeforeAll
    static void server() {
        server = LiveServer.find();
        assertThat(server.get("/api/object_info/CheckpointLoaderSimple").toString())
                .as("the server's checkpoints; link the custom node comfyui_microcosm as docs/live-test.md says")
                .contains(CHECKPOINT);
    }

    @BeforeEach
    void settings() throws IOException {
        server.free(); // pictures of an earlier run with the same prompts
        Files.writeString(folder.resolve("triggers.yaml"), TriggerSuite.YAML);
        settings.putAll(Map.of(
                "assay.root",
                folder.toString(),
                "assay.out",
                folder.resolve("out").toString(),
                "assay.microcosm",
                Path.of("microcosm").toAbsolutePath().toString(),
                "assay.renderer",
                "comfyui",
                "assay.comfyui.url",
                server.url().toString(),
                "assay.comfyui.variant",
                "sd15",
                "assay.base",
                CHECKPOINT,
                "assay.suite",
                "triggers.yaml",
                "assay.progress",
                "off"));
    }

    private RunRecord run(String lora, Map<String, String> more) {
        settings.put("assay.lora", lora);
        settings.putAll(more);
        Session session = Session.read("triggers", Map.of(), settings);
        assertThat(session.problem()).isNull();
        RunRecord record = session.evaluate(session.criteria());
        assertThat(record.problem()).isNull();
        System.out.println(
                lora + " " + more + ": " + record.outcome() + ", " + record.rendersMade() + " made, findings "
                        + record.findings() + ", "
                        + record.verdicts().stream()
                                .map(v -> v.id() + " " + v.outcome() + " (" + v.reason() + ")")
                                .toList());
        return record;
    }

    private static VerdictEntry verdict(RunRecord record, String id) {
        return record.verdicts().stream()
                .filter(v -> v.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no verdict on " + id + " among " + record.verdicts()));
    }

    private static List<RenderingEntry> pictures(RunRecord record, String role) {
        return record.renderings().stream().filter(r -> r.role().equals(role)).toList();
    }

    /** Inputs of the sampler that made the first picture of a side, as the server itself wrote them into it. */
    private JsonNode sampler(RunRecord record, String role) throws IOException {
        Path picture = RunRecords.folder(folder.resolve("out"), record.id())
                .resolve(pictures(record, role).get(0).file());
        JsonNode graph = new ObjectMapper().readTree(Png.read(picture).text().get("prompt"));
        return graph.properties().stream()
                .map(Map.Entry::getValue)
                .filter(n -> n.path("class_type").asText().equals("KSampler"))
                .findFirst()
                .orElseThrow()
                .get("inputs");
    }

    @Test
    void a_bound_lora_passes_with_the_word_beside_it_on_the_server_and_hardly_leaks() {
        RunRecord both = run("bound.safetensors", Map.of("assay.trigger", "both"));

        assertThat(both.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(both.usage().triggers()).containsExactly("zok");
        assertThat(pictures(both, "candidate"))
                .hasSize(16)
                .extracting(RenderingEntry::sent)
                .allMatch(prompt -> prompt.startsWith("zok, "));
        assertThat(pictures(both, "untriggered"))
                .hasSize(16)
                .extracting(RenderingEntry::sent)
                .containsOnlyNulls();
        VerdictEntry leak = verdict(both, "trigger-leak");
        assertThat(leak.outcome()).isIn(Outcome.PASSED, Outcome.INCONCLUSIVE); // eight prompts are few for an interval
        assertThat(leak.soft()).isTrue();
        assertThat(leak.estimate()).isBetween(0.05, 0.2);
        assertThat(leak.low()).isBetween(0.0, leak.estimate());
        assertThat(leak.high()).isBetween(leak.estimate(), 0.3);
    }

    @Test
    void asked_without_its_word_it_perhaps_waits_for_it() {
        RunRecord off = run("bound.safetensors", Map.of("assay.trigger", "off"));

        assertThat(off.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(off, "effect").outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(off, "effect").reason())
                .contains("asked without its trigger words (zok), and perhaps waits for them");
    }

    @Test
    void with_nothing_beside_it_it_perhaps_waits_for_a_word_that_nobody_knows() {
        RunRecord alone = run("alone/bound.safetensors", Map.of());

        assertThat(alone.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(alone, "effect").outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(alone, "effect").reason())
                .contains("perhaps it waits for its trigger: none was found in bound.assay.yaml")
                .endsWith("assay.triggerWords=WORDS");
    }

    @Test
    void a_few_step_lora_is_judged_at_its_own_steps_and_the_base_at_its_own() throws IOException {
        RunRecord run = run("few-step.safetensors", Map.of());

        assertThat(run.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(run.usage().purpose()).isEqualTo("speed");
        assertThat(sampler(run, "candidate").get("steps").asInt()).isEqualTo(5);
        assertThat(sampler(run, "candidate").get("cfg").asDouble()).isEqualTo(1);
        assertThat(sampler(run, "base").get("steps").asInt()).isEqualTo(12);
        assertThat(sampler(run, "base").get("cfg").asDouble()).isEqualTo(3);
        assertThat(verdict(run, "effect").soft()).as("of a speed-up").isTrue();
    }

    @Test
    void a_lora_that_is_always_on_leaks_about_all_of_its_effect() {
        RunRecord always = run(
                "sound.safetensors",
                Map.of(
                        "assay.trigger", "both",
                        "assay.triggerWords", "a",
                        "assay.triggerTemplate", "{prompt} {trigger}"));

        assertThat(pictures(always, "candidate"))
                .hasSize(16)
                .extracting(RenderingEntry::sent)
                .allMatch(prompt -> prompt.endsWith(" a"));
        VerdictEntry leak = verdict(always, "trigger-leak");
        assertThat(leak.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(leak.soft()).isTrue();
        assertThat(leak.estimate()).isBetween(0.8, 1.2);
        assertThat(leak.low()).isLessThan(1.1);
        assertThat(leak.high()).isGreaterThan(0.9);
    }
}
