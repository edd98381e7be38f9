package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.Session;
import dev.assay.harness.verdict.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that want to be used in a way of their own, rendered by Assay itself: as the files beside them say, and otherwise. */
@Tag("slow")
class TriggerRunTest {
    @TempDir
    Path folder;

    private RunRecord run(Map<String, String> settings) throws IOException {
        Files.writeString(folder.resolve("triggers.yaml"), TriggerSuite.YAML);
        Map<String, String> all = new HashMap<>(settings);
        all.put("assay.root", folder.toString());
        all.put("assay.out", folder.resolve("out").toString());
        all.put("assay.microcosm", MicrocosmPictures.MICROCOSM.toAbsolutePath().toString());
        all.put("assay.suite", "triggers.yaml");
        Session session = Session.read("triggers", Map.of(), all);
        return session.evaluate(session.criteria());
    }

    private static VerdictEntry verdict(RunRecord record, String id) {
        return record.verdicts().stream()
                .filter(v -> v.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(record.problem()));
    }

    @Test
    void a_bound_lora_passes_with_the_trigger_that_its_sidecar_says_and_perhaps_waits_for_it_without()
            throws IOException {
        RunRecord both = run(Map.of("assay.lora", "microcosm:bound", "assay.trigger", "both"));
        assertThat(both.outcome()).as(String.valueOf(both.verdicts())).isEqualTo(Outcome.PASSED);
        assertThat(both.renderings())
                .filteredOn(r -> r.role().equals("candidate"))
                .extracting(RenderingEntry::sent)
                .allMatch(p -> p.startsWith("zok, "));
        VerdictEntry leak = verdict(both, "trigger-leak");
        assertThat(leak.estimate()).isLessThan(0.2);
        assertThat(leak.interval()).isNotNull();
        assertThat(leak.soft()).isTrue();

        Path alone = Files.createDirectory(folder.resolve("alone")).resolve("bound.safetensors");
        Files.copy(MicrocosmPictures.MICROCOSM.resolve("loras/bound.safetensors"), alone);
        RunRecord without = run(Map.of("assay.lora", alone.toString(), "assay.base", "microcosm:base"));
        assertThat(without.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(verdict(without, "effect").reason())
                .contains("perhaps it waits for its trigger: none was found in bound.assay.yaml")
                .endsWith("assay.triggerWords=WORDS");
    }

    @Test
    void a_lora_that_is_always_on_leaks_about_all_of_its_effect() throws IOException {
        RunRecord always = run(Map.of(
                "assay.lora",
                "microcosm:narrow",
                "assay.trigger",
                "both",
                "assay.triggerWords",
                "a",
                "assay.triggerTemplate",
                "{prompt} {trigger}"));
        VerdictEntry leak = verdict(always, "trigger-leak");
        assertThat(leak.estimate()).isBetween(0.8, 1.2);
        assertThat(leak.low()).isLessThan(1.1);
        assertThat(leak.high()).isGreaterThan(0.9);
        assertThat(leak.outcome()).isEqualTo(Outcome.REGRESSED);
    }

    @Test
    void a_few_step_lora_is_judged_at_its_own_steps_and_the_base_at_its_own() throws IOException {
        RunRecord run = run(Map.of("assay.lora", "microcosm:few-step"));
        assertThat(run.outcome()).as(String.valueOf(run.verdicts())).isEqualTo(Outcome.PASSED);
        assertThat(run.settings().steps()).isEqualTo(12);
        assertThat(run.usage().settings().steps()).isEqualTo(5);
        assertThat(run.usage().settings().guidanceScale()).isEqualTo(1);
        assertThat(verdict(run, "effect").soft()).as("of a speed-up").isTrue();
    }

    @Test
    void weights_that_change_by_less_than_half_precision_rounds_wait_for_nothing() throws IOException {
        RunRecord inert = run(Map.of("assay.lora", "microcosm:inert"));
        assertThat(verdict(inert, "effect").outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(List.of(inert.outcome())).containsExactly(Outcome.REGRESSED);
    }
}
