package dev.assay.reports.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Runs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunSummaryTest {
    @TempDir
    Path folder;

    @Test
    void a_run_keeps_its_numbers() {
        RunRecord run = Runs.mixed(folder);
        RunSummary digest = RunSummary.of(run, "runs/x/run.json", null);
        assertThat(digest.model()).isEqualTo("three-legs");
        assertThat(digest.night()).isEqualTo("2026-11-22");
        assertThat(digest.criteria()).hasSameSizeAs(run.verdicts());
        assertThat(digest.record()).isEqualTo("runs/x/run.json");
        VerdictEntry limbs = digest.criteria().get(2);
        assertThat(limbs.estimate()).isEqualTo(run.verdicts().get(2).estimate());
        assertThat(List.of(limbs.low(), limbs.high()))
                .isEqualTo(run.verdicts().get(2).interval());
        assertThat(limbs.margin()).isEqualTo(0.15);
        assertThat(digest.asked()).isEqualTo(run.asked()).containsKey("assay.lora");
        assertThat(digest.parts()).hasSize(2);
        assertThat(digest.parts().get(1).strength()).isEqualTo(0.8);
        assertThat(digest.cost().secondsPerPicture()).isEqualTo(0.2);
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void a_run_is_what_its_only_criterion_is(Outcome outcome) {
        RunSummary digest = RunSummary.of(Runs.single(folder, outcome.name()));
        assertThat(digest.outcome())
                .isEqualTo(
                        outcome == Outcome.UNAVAILABLE ? Outcome.INCONCLUSIVE : outcome); // a run is never the former
    }

    @Test
    void a_run_that_claims_more_than_its_criteria_show_is_brought_down() {
        RunRecord regressed = Runs.with(Runs.single(folder, "REGRESSED"), "PASSED", 1);
        assertThat(RunSummary.of(regressed).outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(RunSummary.of(regressed).problem()).contains("the record says PASSED");
        RunRecord part = Runs.with(Runs.single(folder, "PASSED"), "PASSED", 6);
        assertThat(RunSummary.of(part).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(RunSummary.of(part).problem()).isEqualTo("judged 1 of 6 criteria");
    }

    @Test
    void nothing_passes_on_nothing() {
        RunSummary stopped = RunSummary.of(Runs.stopped("file not found"));
        assertThat(stopped.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(stopped.problem()).isEqualTo("file not found");
        RunSummary whole = RunSummary.of(Runs.single(folder, "PASSED"));
        assertThatExceptionOfType(AssayException.class)
                .isThrownBy(() -> new RunSummary(
                        RunSummary.SCHEMA,
                        "run",
                        null,
                        "2026-11-22T12:00:00Z",
                        1,
                        Outcome.PASSED,
                        null,
                        "m",
                        null,
                        null,
                        null,
                        null,
                        whole.suite(),
                        null,
                        6,
                        List.of(),
                        null,
                        null,
                        null,
                        null))
                .withMessageContaining("PASSED with every criterion passed");
    }

    @Test
    void a_record_with_holes_is_a_digest_all_the_same() {
        RunRecord holes = new RunRecord(
                RunRecord.SCHEMA,
                null,
                Outcome.PASSED,
                null,
                null,
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                null);
        RunSummary digest = RunSummary.of(holes);
        assertThat(digest.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(digest.model()).isEqualTo("unknown");
    }
}
