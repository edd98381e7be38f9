package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.verdict.Reason.Lies;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgementTest {
    @Test
    void an_interval_inside_the_margin_passes() {
        differs(Direction.LOWER, 0.5, interval(0.1, -0.2, 0.4), Outcome.PASSED, Lies.WITHIN);
    }

    @Test
    void an_interval_beyond_the_margin_regresses() {
        differs(Direction.LOWER, 0.5, interval(1.234, 1, 1.5), Outcome.REGRESSED, Lies.BEYOND);
    }

    @Test
    void an_interval_across_the_margin_is_inconclusive_and_tells_how_many_prompts_would_decide() {
        Comparison across = interval(0.2, -0.2, 0.6);
        differs(Direction.LOWER, 0.5, across, Outcome.INCONCLUSIVE, Lies.ACROSS);
        // sigma 0.4 / t(15) * 4 = 0.9127, distance 0.3: n = (2.4865 * 0.9127 / 0.3)^2 = 57.2
        assertThat(Judgement.promptsNeeded(across, 0.3)).isCloseTo(57.2, within(0.1));
        differs(Direction.LOWER, 0.5, interval(0.5, 0.1, 0.9), Outcome.INCONCLUSIVE, Lies.ACROSS);
    }

    @Test
    void where_higher_is_better_a_fall_is_worse() {
        differs(Direction.HIGHER, 0.02, interval(-0.1, -0.12, -0.08), Outcome.REGRESSED, Lies.BEYOND);
        differs(Direction.HIGHER, 0.02, interval(0.1, 0.08, 0.12), Outcome.PASSED, Lies.WITHIN);
    }

    @Test
    void a_drift_either_way_regresses() {
        differs(Direction.TWO_SIDED, 0.5, interval(-1, -1.2, -0.8), Outcome.REGRESSED, Lies.BEYOND);
        differs(Direction.TWO_SIDED, 0.5, interval(1, 0.8, 1.2), Outcome.REGRESSED, Lies.BEYOND);
        differs(Direction.TWO_SIDED, 0.5, interval(0, -0.4, 0.4), Outcome.PASSED, Lies.WITHIN);
        differs(Direction.TWO_SIDED, 0.5, interval(0, -0.9, 0.9), Outcome.INCONCLUSIVE, Lies.ACROSS);
    }

    @Test
    void what_must_be_better_passes_by_more_than_the_margin_alone() {
        for (double[] each :
                new double[][] {{-0.5, -0.6, -0.4, 1}, {-0.3, -0.4, -0.2, 0}, {0, 0, 0, -1}, {-0.1, -0.2, 0, -1}}) {
            Comparison c = interval(each[0], each[1], each[2]);
            Outcome expected = each[3] > 0 ? Outcome.PASSED : each[3] < 0 ? Outcome.REGRESSED : Outcome.INCONCLUSIVE;
            for (Direction better : List.of(Direction.LOWER, Direction.HIGHER)) {
                Judgement judged = Judgement.of(
                        criterion(Rule.SUPERIOR, 0.3, 1),
                        metric(better),
                        better == Direction.LOWER ? c : c.negated(),
                        List.of(),
                        List.of(),
                        0);
                assertThat(judged.outcome()).as("%s, %s", c, better).isEqualTo(expected);
                assertThat(Phrasebook.say(judged.reason())).contains("; it must be better by 0.3");
            }
        }
    }

    @Test
    void identical_pictures_pass_even_a_margin_of_zero() {
        differs(Direction.LOWER, 0, interval(0, 0, 0), Outcome.PASSED, Lies.WITHIN);
    }

    @Test
    void too_few_scored_pairs_decide_nothing_and_the_reason_says_why() {
        List<Unscored> unscored = List.of(new Unscored("no-weights", "no detector weights", 93));
        Judgement found = Judgement.of(
                criterion(Rule.NON_INFERIOR, 0.5, 48),
                metric(Direction.LOWER),
                new Comparison(0, 0, 0, 0.90, 3, 3, 93),
                List.of(),
                unscored,
                0);
        assertThat(found).isEqualTo(new Judgement(Outcome.INCONCLUSIVE, new Reason.TooFewPairs(3, 96, 48, unscored)));
    }

    @Test
    void more_than_a_quarter_unscored_decides_nothing() {
        List<Unscored> unscored = List.of(new Unscored("blank", "blank", 21));
        Comparison c = new Comparison(0, 0, 0, 0.90, 16, 60, 21);
        Judgement found =
                Judgement.of(criterion(Rule.NON_INFERIOR, 0.5, 48), metric(Direction.LOWER), c, List.of(), unscored, 0);
        assertThat(found).isEqualTo(new Judgement(Outcome.INCONCLUSIVE, new Reason.TooManyUnscored(21, 81, unscored)));
        Comparison exactly = new Comparison(0, 0, 0, 0.90, 16, 60, 20);
        assertThat(nonInferior(Direction.LOWER, 0.5, exactly).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void nothing_passes_on_nothing() {
        for (Rule rule : Rule.values()) {
            Judgement found = Judgement.of(
                    criterion(rule, 0.5, 1),
                    metric(Direction.LOWER),
                    Compare.paired(List.of(), 0, 0.90),
                    List.of(),
                    List.of(),
                    0);
            assertThat(found)
                    .isEqualTo(new Judgement(Outcome.INCONCLUSIVE, new Reason.TooFewPairs(0, 0, 1, List.of())));
        }
    }

    @Test
    void a_single_prompt_decides_no_interval() {
        List<PairedDifference> pairs = CompareTest.pairs(new double[][] {{0, 0, 0, 0}});
        for (Rule rule : List.of(Rule.NON_INFERIOR, Rule.HAS_EFFECT)) {
            assertThat(judge(rule, 0.5, pairs))
                    .isEqualTo(new Judgement(Outcome.INCONCLUSIVE, new Reason.TooFewPrompts(1, List.of())));
        }
    }

    @Test
    void one_new_defect_regresses_even_where_others_were_mended() {
        assertThat(judge(Rule.NO_NEW_DEFECTS, 0, CompareTest.pairs(new double[][] {{-1, -1}, {-1, 1}})))
                .isEqualTo(new Judgement(Outcome.REGRESSED, new Reason.NewDefects(1, 4, "grid")));
        assertThat(judge(Rule.NO_NEW_DEFECTS, 0, CompareTest.pairs(new double[][] {{-1, -1}, {0, 0}})))
                .isEqualTo(new Judgement(Outcome.PASSED, new Reason.NewDefects(0, 4, "grid")));
    }

    @Test
    void an_effect_must_rise_above_noise_floor_and_margin() {
        effect(interval(12, 10, 14), 1, 0.5, Outcome.PASSED, Lies.BEYOND);
        effect(interval(0, 0, 0), 1, 0, Outcome.REGRESSED, Lies.WITHIN);
        effect(interval(0, 0, 0), 0, 0, Outcome.REGRESSED, Lies.WITHIN);
        effect(interval(1, 0.5, 2.5), 1, 0.5, Outcome.INCONCLUSIVE, Lies.ACROSS);
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
                Direction.HIGHER,
                "of what is stated",
                Range.closed(0, 1),
                "test");
        Criterion criterion = criterion(Rule.NON_INFERIOR, 0.1, 1);
        Judgement passed = Judgement.of(criterion, share, interval(0, 0, 0), List.of(), List.of(), 0);

        Judgement empty = passed.guardAgainstVacuousPass(criterion, share, List.of(0.1, 0.0));
        assertThat(empty)
                .isEqualTo(new Judgement(
                        Outcome.INCONCLUSIVE,
                        new Reason.BaseIsWorst(passed.reason(), 0.05, Direction.HIGHER, "of what is stated")));
        assertThat(passed.guardAgainstVacuousPass(criterion, share, List.of(0.11)))
                .isSameAs(passed);
        assertThat(passed.guardAgainstVacuousPass(criterion, share, List.of())).isSameAs(passed);
        assertThat(passed.guardAgainstVacuousPass(criterion, metric(Direction.LOWER), List.of(0.0)))
                .isSameAs(passed);
        Judgement regressed = new Judgement(Outcome.REGRESSED, new Reason.Broken("fell"));
        assertThat(regressed.guardAgainstVacuousPass(criterion, share, List.of(0.1, 0.0)))
                .isSameAs(regressed);
    }

    private static Judgement judge(Rule rule, double margin, List<PairedDifference> pairs) {
        return Judgement.of(
                criterion(rule, margin, 1),
                metric(Direction.LOWER),
                Compare.paired(pairs, 0, 0.90),
                pairs,
                List.of(),
                0);
    }

    private static Judgement nonInferior(Direction better, double margin, Comparison c) {
        return Judgement.of(criterion(Rule.NON_INFERIOR, margin, 1), metric(better), c, List.of(), List.of(), 0);
    }

    private static void differs(Direction better, double margin, Comparison c, Outcome outcome, Lies lies) {
        assertThat(nonInferior(better, margin, c))
                .isEqualTo(new Judgement(outcome, new Reason.Difference(lies, c, better, "grey levels", margin)));
    }

    private static void effect(Comparison c, double margin, double floor, Outcome outcome, Lies lies) {
        assertThat(Judgement.of(
                        criterion(Rule.HAS_EFFECT, margin, 1),
                        metric(Direction.HIGHER),
                        c,
                        List.of(),
                        List.of(),
                        floor))
                .isEqualTo(new Judgement(outcome, new Reason.Effect(lies, c, "grey levels", margin, floor)));
    }

    private static Comparison interval(double estimate, double lower, double upper) {
        return new Comparison(estimate, lower, upper, 0.90, 16, 64, 0);
    }

    private static Criterion criterion(Rule rule, double margin, int minPairs) {
        return new Criterion("grid", List.of(), rule, margin, minPairs, null, null);
    }

    private static MetricInfo metric(Direction better) {
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
