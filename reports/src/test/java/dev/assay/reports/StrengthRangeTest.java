package dev.assay.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.history.RunSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StrengthRangeTest {
    private static RunSummary run(double strength, Outcome outcome) {
        return run(strength, outcome, "aa", "1", Map.of("assay.lora", "x@" + strength));
    }

    private static RunSummary run(
            double strength, Outcome outcome, String sha256, String suiteVersion, Map<String, String> asked) {
        return new RunSummary(
                RunSummary.SCHEMA,
                "run " + strength,
                "2026-11-01",
                "2026-11-01T00:00:00Z",
                1,
                outcome,
                null,
                "m",
                List.of(new RunSummary.Part("base", "bb", 1, null), new RunSummary.Part("x", sha256, 1, strength)),
                "base",
                "cc",
                null,
                new RunSummary.Suite("s", suiteVersion, "dd" + suiteVersion, 1, 1),
                "local 1 cpu",
                1,
                List.of(Entries.grid("1", outcome)),
                null,
                null,
                null,
                asked);
    }

    private static StrengthRange around(RunSummary run, RunSummary... earlier) {
        return StrengthRange.around(run, List.of(earlier));
    }

    @Test
    void the_range_goes_from_the_lowest_to_the_highest_that_passed() {
        assertThat(around(run(0.8, Outcome.PASSED), run(0.6, Outcome.PASSED), run(1, Outcome.PASSED)))
                .isEqualTo(new StrengthRange(0.6, 1));
    }

    @Test
    void it_ends_where_something_did_not_pass() {
        assertThat(around(
                        run(0.8, Outcome.PASSED),
                        run(0.6, Outcome.PASSED),
                        run(0.5, Outcome.INCONCLUSIVE),
                        run(0.4, Outcome.PASSED),
                        run(1, Outcome.REGRESSED),
                        run(1.2, Outcome.PASSED)))
                .isEqualTo(new StrengthRange(0.6, 0.8));
    }

    @Test
    void one_strength_is_no_range_and_what_did_not_pass_has_none() {
        assertThat(around(run(0.8, Outcome.PASSED))).isNull();
        assertThat(around(run(0.8, Outcome.PASSED), run(0.8, Outcome.PASSED))).isNull();
        assertThat(around(run(0.8, Outcome.REGRESSED), run(0.6, Outcome.PASSED), run(1, Outcome.PASSED)))
                .isNull();
    }

    @Test
    void the_newest_word_about_a_strength_counts() {
        assertThat(around(run(0.8, Outcome.PASSED), run(0.6, Outcome.PASSED), run(0.6, Outcome.REGRESSED)))
                .isNull();
    }

    @Test
    void another_question_tells_nothing() {
        Map<String, String> lora = Map.of("assay.lora", "x");
        List<RunSummary> others = new ArrayList<>();
        others.add(run(0.6, Outcome.PASSED, "other bytes", "1", lora));
        others.add(run(0.6, Outcome.PASSED, null, "1", lora));
        others.add(run(0.6, Outcome.PASSED, "aa", "2", lora));
        others.add(run(0.6, Outcome.PASSED, "aa", "1", Map.of("assay.lora", "x", "assay.steps", "3")));
        assertThat(StrengthRange.around(run(0.8, Outcome.PASSED), others)).isNull();
        others.add(run(0.6, Outcome.PASSED, "aa", "1", Map.of("assay.lora", "x", "assay.card", "off")));
        assertThat(StrengthRange.around(run(0.8, Outcome.PASSED), others)).isEqualTo(new StrengthRange(0.6, 0.8));
    }
}
