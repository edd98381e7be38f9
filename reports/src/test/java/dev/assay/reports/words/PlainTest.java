package dev.assay.reports.words;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.score.GridPattern.Shape;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.Entries;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlainTest {
    private static Plain plain(
            String metric,
            String family,
            String outcome,
            String rule,
            String better,
            Double estimate,
            Double low,
            Double high,
            double margin,
            String unit,
            Double base,
            Double candidate,
            String reason) {
        return Plain.of(Entries.of(
                metric,
                metric,
                "1",
                family,
                Outcome.valueOf(outcome),
                estimate,
                low,
                high,
                margin,
                rule,
                better,
                unit,
                base,
                candidate,
                4,
                0,
                reason));
    }

    private static Plain vendi(String outcome) {
        return plain(
                "vendi",
                "diversity",
                outcome,
                "NON_INFERIOR",
                "HIGHER",
                -0.167,
                -0.189,
                -0.146,
                0.08,
                "log effective pictures",
                0.223,
                0.056,
                "worse by 0.167 log effective pictures");
    }

    @Test
    void a_logarithm_is_told_as_pictures() {
        assertThat(vendi("REGRESSED").sentence())
                .isEqualTo("Seeds look alike: 1.06 different pictures, the base 1.25; 15 % fewer (8 % allowed)");
        assertThat(Plain.of(vendi("REGRESSED").verdict(), 4).sentence())
                .isEqualTo("Seeds look alike: 1.06 different pictures of 4, the base 1.25; 15 % fewer (8 % allowed)");
        assertThat(vendi("INCONCLUSIVE").sentence())
                .isEqualTo("Not decided: different pictures of a prompt: 1.25 → 1.06, 15 % fewer");
    }

    @Test
    void what_the_worst_prompts_leave_open_is_named() {
        VerdictEntry entry = new VerdictEntry(
                "dino-diversity",
                "dino-diversity",
                "1",
                Family.DIVERSITY,
                "suite",
                Outcome.REGRESSED,
                -0.2,
                List.of(-0.25, -0.15),
                0.9,
                0.05,
                Rule.NON_INFERIOR,
                Severity.CRITICAL,
                Direction.HIGHER,
                "1 - cosine",
                0.5,
                0.3,
                60,
                60,
                0,
                Map.of(),
                null,
                "worse by 0.2 1 - cosine",
                List.of(),
                List.of(worst(-0.4, "material"), worst(-0.3, null), worst(-0.2, "weather"), worst(0.1, "breed")),
                null,
                null,
                null,
                false,
                false);
        assertThat(Plain.of(entry).sentence()).startsWith("Seeds look alike (most in material, weather): 0.5");
    }

    private static WorstCase worst(double difference, String varies) {
        return new WorstCase(
                "chair", "a chair", 1, 0.5, 0.5 + difference, difference, "", "", List.of(), List.of(), varies);
    }

    @Test
    void pictures_that_repeat_are_told_as_their_share() {
        Plain distinct = plain(
                "distinct",
                "diversity",
                "REGRESSED",
                "NO_NEW_DEFECTS",
                "LOWER",
                0.893,
                null,
                null,
                0.0,
                "of pictures",
                null,
                null,
                "150 of 168 pictures are the same as another one");
        assertThat(distinct.sentence())
                .isEqualTo("89 % of the pictures are the same as another one, or nearly, where the base's differ");
    }

    @Test
    void a_pattern_is_named_by_its_period() {
        assertThat(grid(new GridPattern(8, Shape.XY)))
                .isEqualTo("All pictures share a pattern of 8 pixels across x and y: 2.37 grey levels"
                        + " (0.25 grey levels allowed)");
        assertThat(grid(new GridPattern(16, Shape.Y)))
                .startsWith("All pictures share a pattern of 16 pixels across y: ");
        assertThat(grid(new GridPattern(4, Shape.CHECKERED)))
                .startsWith("All pictures share a checkered pattern of 4 pixels: ");
        assertThat(grid(null)).startsWith("All pictures share a pattern on the pixel grid: ");
    }

    /** Its reason says another period, and nobody reads it. */
    private static String grid(GridPattern pattern) {
        VerdictEntry entry = new VerdictEntry(
                "grid",
                "grid",
                "1",
                Family.ARTIFACT,
                "suite",
                Outcome.REGRESSED,
                2.37,
                List.of(2.1, 2.6),
                0.9,
                0.25,
                Rule.NON_INFERIOR,
                Severity.CRITICAL,
                Direction.LOWER,
                "grey levels",
                null,
                null,
                4,
                4,
                0,
                Map.of(),
                null,
                "worse by 2.37 grey levels; period 32 px across x, 2.37 grey levels, F 205.1",
                List.of(),
                List.of(),
                null,
                null,
                pattern,
                false,
                false);
        return Plain.of(entry).sentence();
    }

    @Test
    void what_has_no_words_of_its_own_is_told_from_base_to_candidate() {
        assertThat(other(6.16, 6.69).sentence()).isEqualTo("Not decided: base → candidate: 6.16 → 6.69 log variance");
        assertThat(other(null, null).sentence()).isEqualTo("Not decided: candidate minus base: +0.53 log variance");
    }

    private static Plain other(Double base, Double candidate) {
        return plain(
                "sharpness",
                "artifact",
                "INCONCLUSIVE",
                "NON_INFERIOR",
                "HIGHER",
                0.53,
                -0.2,
                1.3,
                0.1,
                "log variance",
                base,
                candidate,
                "");
    }

    @Test
    void a_small_bound_on_different_pictures_is_not_rounded_to_nothing() {
        Plain vendi = plain(
                "vendi",
                "diversity",
                "PASSED",
                "NON_INFERIOR",
                "HIGHER",
                0.1,
                -0.003,
                0.2,
                0.08,
                "log effective pictures",
                0.223,
                0.323,
                "");
        assertThat(vendi.sentence()).endsWith("; worse by more than 0.3 % is ruled out, less is not");
    }

    @Test
    void a_pass_says_what_it_rules_out_and_what_not() {
        Plain hands = plain(
                "hands",
                "anatomy",
                "PASSED",
                "DEFECT_RATE_NON_INFERIOR",
                "LOWER",
                0.0,
                -0.132,
                0.132,
                0.2,
                "defect rate",
                0.0,
                0.0,
                "");
        assertThat(hands.sentence())
                .isEqualTo("Wrong hands: 0 % → 0 %; worse by more than 13.2 points is ruled out, less is not");
        Plain better = plain(
                "clip-score",
                "adherence",
                "PASSED",
                "NON_INFERIOR",
                "HIGHER",
                0.05,
                0.01,
                0.09,
                0.08,
                "cosine",
                0.8,
                0.85,
                "");
        assertThat(better.sentence())
                .as("all of the interval is better")
                .isEqualTo("How well pictures fit their prompt: 0.8 → 0.85 cosine; any worsening is ruled out");
    }

    @Test
    void what_was_not_compared_has_no_sentence() {
        Plain none = plain(
                "limbs",
                "anatomy",
                "BROKEN",
                "NO_NEW_DEFECTS",
                "LOWER",
                null,
                null,
                null,
                0,
                "",
                null,
                null,
                "out of memory");
        assertThat(none.sentence()).isEmpty();
    }

    @Test
    void a_defect_that_is_not_allowed_is_counted_in_pairs() {
        VerdictEntry entry = new VerdictEntry(
                "blank-frame",
                "blank-frame",
                "1",
                Family.ARTIFACT,
                "suite",
                Outcome.REGRESSED,
                0.0,
                null,
                0.9,
                0,
                Rule.NO_NEW_DEFECTS,
                Severity.CRITICAL,
                Direction.LOWER,
                "blank frames",
                0.25,
                0.25,
                4,
                4,
                0,
                Map.of(),
                null,
                "one of 4 pairs worse",
                List.of(
                        new Measurement("a", 1L, 0.0, 1.0, 1),
                        new Measurement("a", 2L, 1.0, 0.0, -1),
                        new Measurement("b", 1L, 0.0, 0.0, 0),
                        new Measurement("b", 2L, 0.0, 0.0, 0)),
                List.of(),
                null,
                null,
                null,
                false,
                false);
        assertThat(Plain.of(entry).sentence())
                .isEqualTo("Some pictures show nothing: 1 of 4 pairs, where the base's is right (none is allowed)");
    }

    @Test
    void every_pass_has_words() {
        Plain precision = plain(
                "r-precision",
                "adherence",
                "PASSED",
                "NON_INFERIOR",
                "HIGHER",
                0.0,
                0.0,
                0.0,
                0.15,
                "of pictures",
                null,
                null,
                "no difference in 42 pairs");
        assertThat(precision.sentence())
                .isEqualTo("Pictures that are closest to their own prompt: as many as the base's;"
                        + " any worsening is ruled out");
        Plain objects = plain(
                "objects",
                "adherence",
                "PASSED",
                "NON_INFERIOR",
                "HIGHER",
                -0.006,
                -0.0133,
                0.0014,
                0.08,
                "of what is stated",
                1.0,
                0.994,
                "");
        assertThat(objects.sentence())
                .isEqualTo("What the prompts ask for is there: 100 % → 99.4 %;"
                        + " worse by more than 1.33 points is ruled out, less is not");
        Plain vendi = plain(
                "vendi",
                "diversity",
                "PASSED",
                "NON_INFERIOR",
                "HIGHER",
                0.1,
                0.01,
                0.2,
                0.08,
                "log effective pictures",
                0.223,
                0.323,
                "");
        assertThat(Plain.of(vendi.verdict(), 4).sentence())
                .isEqualTo("Different pictures of a prompt: 1.25 → 1.38 of 4, 11 % more; any worsening is ruled out");
        Plain blank = plain(
                "blank-frame", "artifact", "PASSED", "NO_NEW_DEFECTS", "LOWER", 0.0, 0.0, 0.0, 0, "", 0.0, 0.0, "");
        assertThat(blank.sentence()).isEqualTo("None of 4 pairs is worse than the base's picture");
        Plain preflight = plain(
                "preflight",
                "file",
                "PASSED",
                "NO_NEW_DEFECTS",
                "HIGHER",
                null,
                null,
                null,
                0,
                "files",
                null,
                null,
                "nothing in the files keeps the candidate from working");
        assertThat(preflight.words()).isEqualTo("nothing in the files keeps the candidate from working");
    }
}
