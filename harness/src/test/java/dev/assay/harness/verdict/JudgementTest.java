package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.score.Better;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Criterion.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgementTest {
    @Test
    void an_interval_inside_the_margin_passes() {
        assertThat(nonInferior(Better.LOWER, 0.5, interval(0.1, -0.2, 0.4)))
                .isEqualTo(new Judgement(
                        Outcome.PASSED,
                        "worse by 0.1 grey levels (90 % interval 0.2 better to 0.4 worse); at most 0.5 is allowed"));
    }

    @Test
    void an_interval_beyond_the_margin_regresses() {
        assertThat(nonInferior(Better.LOWER, 0.5, interval(1.234, 1, 1.5)))
                .isEqualTo(new Judgement(
                        Outcome.REGRESSED,
                        "worse by 1.23 grey levels (90 % interval 1 to 1.5); at most 0.5 is allowed"));
    }

    @Test
    void an_interval_across_the_margin_says_how_many_prompts_would_decide() {
        Judgement found = nonInferior(Better.LOWER, 0.5, interval(0.2, -0.2, 0.6));
        // sigma 0.4 / t(15) * 4 = 0.9127, distance 0.3: n = (2.4865 * 0.9127 / 0.3)^2 = 57.2
        assertThat(found)
                .isEqualTo(new Judgement(
                        Outcome.INCONCLUSIVE,
                        "worse by 0.2 grey levels (90 % interval 0.2 better to 0.6 worse); at most 0.5 is allowed;"
                                + " about 42 more prompts at this spread would decide"));
    }

    @Test
    void at_the_margin_itself_no_number_of_prompts_is_promised() {
        assertThat(nonInferior(Better.LOWER, 0.5, interval(0.5, 0.1, 0.9)).reason())
                .endsWith("it lies so close to the limit that more prompts would hardly decide");
    }

    @Test
    void where_higher_is_better_a_fall_is_worse() {
        assertThat(nonInferior(Better.HIGHER, 0.02, interval(-0.1, -0.12, -0.08)))
                .isEqualTo(new Judgement(
                        Outcome.REGRESSED,
                        "worse by 0.1 grey levels (90 % interval 0.08 to 0.12); at most 0.02 is allowed"));
        assertThat(nonInferior(Better.HIGHER, 0.02, interval(0.1, 0.08, 0.12)))
                .isEqualTo(new Judgement(
                        Outcome.PASSED,
                        "better by 0.1 grey levels (90 % interval 0.08 to 0.12); at most 0.02 is allowed"));
    }

    @Test
    void a_drift_either_way_regresses() {
        assertThat(nonInferior(Better.EITHER, 0.5, interval(-1, -1.2, -0.8)).outcome())
                .isEqualTo(Outcome.REGRESSED);
        assertThat(nonInferior(Better.EITHER, 0.5, interval(1, 0.8, 1.2)).outcome())
                .isEqualTo(Outcome.REGRESSED);
        assertThat(nonInferior(Better.EITHER, 0.5, interval(0, -0.4, 0.4)))
                .isEqualTo(new Judgement(
                        Outcome.PASSED,
                        "differs by 0 grey levels (90 % interval -0.4 to 0.4); at most 0.5 either way is allowed"));
        assertThat(nonInferior(Better.EITHER, 0.5, interval(0, -0.9, 0.9)).outcome())
                .isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void identical_pictures_pass_even_a_margin_of_zero() {
        assertThat(nonInferior(Better.LOWER, 0, interval(0, 0, 0)))
                .isEqualTo(new Judgement(Outcome.PASSED, "no difference in 64 pairs; at most 0 is allowed"));
    }

    @Test
    void too_few_scored_pairs_decide_nothing_and_the_reason_says_why() {
        Judgement found = Judgement.of(
                criterion(Rule.NON_INFERIOR, 0.5, 48),
                metric(Better.LOWER),
                new Comparison(0, 0, 0, 0.90, 3, 3, 93),
                List.of(),
                Map.of("no detector weights", 93),
                0);
        assertThat(found)
                .isEqualTo(new Judgement(
                        Outcome.INCONCLUSIVE, "3 of 96 pairs scored; 48 are needed: 93 x no detector weights"));
    }

    @Test
    void more_than_a_quarter_unscored_decides_nothing() {
        Comparison c = new Comparison(0, 0, 0, 0.90, 16, 60, 21);
        Judgement found = Judgement.of(
                criterion(Rule.NON_INFERIOR, 0.5, 48), metric(Better.LOWER), c, List.of(), Map.of("blank", 21), 0);
        assertThat(found.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(found.reason()).isEqualTo("21 of 81 pairs unscored; at most a quarter may be: 21 x blank");
        Comparison exactly = new Comparison(0, 0, 0, 0.90, 16, 60, 20);
        assertThat(nonInferior(Better.LOWER, 0.5, exactly).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void nothing_passes_on_nothing() {
        for (Rule rule : Rule.values()) {
            Judgement found = Judgement.of(
                    criterion(rule, 0.5, 1),
                    metric(Better.LOWER),
                    Compare.paired(List.of(), 0, 0.90),
                    List.of(),
                    Map.of(),
                    0);
            assertThat(found).isEqualTo(new Judgement(Outcome.INCONCLUSIVE, "0 of 0 pairs scored; 1 is needed"));
        }
    }

    @Test
    void a_single_prompt_decides_no_interval() {
        List<PairedDifference> pairs = CompareTest.pairs(new double[][] {{0, 0, 0, 0}});
        for (Rule rule : List.of(Rule.NON_INFERIOR, Rule.EFFECTIVE)) {
            assertThat(judge(rule, 0.5, pairs).reason())
                    .isEqualTo("pairs of 1 prompt only; an interval needs at least 2 prompts");
        }
    }

    @Test
    void one_new_defect_regresses_even_where_others_were_mended() {
        assertThat(judge(Rule.NONE_NEW, 0, CompareTest.pairs(new double[][] {{-1, -1}, {-1, 1}})))
                .isEqualTo(new Judgement(
                        Outcome.REGRESSED,
                        "1 of 4 pairs worse in the candidate than in the base (grid); none is allowed"));
        assertThat(judge(Rule.NONE_NEW, 0, CompareTest.pairs(new double[][] {{-1, -1}, {0, 0}})))
                .isEqualTo(new Judgement(
                        Outcome.PASSED, "none of 4 pairs worse in the candidate than in the base (grid)"));
    }

    @Test
    void an_effect_must_rise_above_noise_floor_and_margin() {
        assertThat(effective(interval(12, 10, 14), 1, 0.5))
                .isEqualTo(new Judgement(
                        Outcome.PASSED,
                        "changes the pictures: 12 grey levels from the base (90 % interval 10 to 14), beyond the"
                                + " noise floor (0.5) plus 1"));
        assertThat(effective(interval(0, 0, 0), 1, 0))
                .isEqualTo(new Judgement(
                        Outcome.REGRESSED,
                        "changes nothing beyond the noise floor (0) plus 1: 0 grey levels from the base"));
        assertThat(effective(interval(0, 0, 0), 0, 0).outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(effective(interval(1, 0.5, 2.5), 1, 0.5).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @Test
    void the_number_of_prompts_is_the_textbook_one() {
        assertThat(Judgement.promptsNeeded(0.03, 0.01, 0.90)).isCloseTo(55.64301508817788, within(1e-9));
        assertThat(Judgement.promptsNeeded(0.05, 0.01, 0.90)).isCloseTo(154.56393080049418, within(1e-9));
    }

    /** 2000 suites whose true worsening is the margin: at most 5 % regress and at most 5 % pass. */
    @Test
    void at_the_margin_false_verdicts_stay_within_five_percent() {
        Random random = new Random(6);
        int regressed = 0;
        int passed = 0;
        for (int i = 0; i < 2000; i++) {
            List<PairedDifference> pairs = new ArrayList<>();
            for (PairedDifference d : CompareTest.pairs(CompareTest.random(random, 16, 4, 0.3, 0.5))) {
                pairs.add(new PairedDifference(d.cluster(), d.value() + 0.5));
            }
            Outcome outcome = judge(Rule.NON_INFERIOR, 0.5, pairs).outcome();
            regressed += outcome == Outcome.REGRESSED ? 1 : 0;
            passed += outcome == Outcome.PASSED ? 1 : 0;
        }
        // 100 expected of each, binomial standard deviation 9.7
        assertThat(regressed).isLessThan(129);
        assertThat(passed).isLessThan(129);
    }

    @Test
    void a_base_that_shows_nothing_lets_nobody_pass() {
        MetricInfo share = new MetricInfo(
                "objects",
                "1",
                "Is what the prompt names still there, as many, in its colour, in its place?",
                Family.ADHERENCE,
                Better.HIGHER,
                "of what is stated",
                Range.closed(0, 1),
                "test");
        Criterion criterion = criterion(Rule.NON_INFERIOR, 0.1, 1);
        Judgement passed = Judgement.of(criterion, share, interval(0, 0, 0), List.of(), Map.of(), 0);

        Judgement empty = passed.ifAnyCouldFail(criterion, share, List.of(0.1, 0.0));
        assertThat(empty.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(empty.reason()).contains("the base itself shows only 0.05 of what is stated");
        assertThat(passed.ifAnyCouldFail(criterion, share, List.of(0.11))).isSameAs(passed);
        assertThat(passed.ifAnyCouldFail(criterion, share, List.of())).isSameAs(passed);
        assertThat(passed.ifAnyCouldFail(criterion, metric(Better.LOWER), List.of(0.0)))
                .isSameAs(passed);
        Judgement regressed = new Judgement(Outcome.REGRESSED, "fell");
        assertThat(regressed.ifAnyCouldFail(criterion, share, List.of(0.1, 0.0)))
                .isSameAs(regressed);
    }

    private static Judgement judge(Rule rule, double margin, List<PairedDifference> pairs) {
        return Judgement.of(
                criterion(rule, margin, 1), metric(Better.LOWER), Compare.paired(pairs, 0, 0.90), pairs, Map.of(), 0);
    }

    private static Judgement nonInferior(Better better, double margin, Comparison c) {
        return Judgement.of(criterion(Rule.NON_INFERIOR, margin, 1), metric(better), c, List.of(), Map.of(), 0);
    }

    private static Judgement effective(Comparison c, double margin, double floor) {
        return Judgement.of(criterion(Rule.EFFECTIVE, margin, 1), metric(Better.HIGHER), c, List.of(), Map.of(), floor);
    }

    private static Comparison interval(double estimate, double lower, double upper) {
        return new Comparison(estimate, lower, upper, 0.90, 16, 64, 0);
    }

    private static Criterion criterion(Rule rule, double margin, int leastPairs) {
        return new Criterion("grid", List.of(), rule, margin, leastPairs, null, null);
    }

    private static MetricInfo metric(Better better) {
        return new MetricInfo(
                "grid",
                "1",
                "Are the pictures still free of a pattern that repeats along the pixel grid?",
                Family.ARTIFACT,
                better,
                "grey levels",
                Range.open(),
                "test");
    }
}
