package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.suite.Criterion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfirmationTest {
    private final Map<Criterion, Verdict> judged = new LinkedHashMap<>();

    @Test
    void a_regression_that_another_method_sees_too_stands_and_says_which() {
        judge("objects", Outcome.REGRESSED, "clip-score", "r-precision");
        judge("clip-score", Outcome.PASSED);
        judge("r-precision", Outcome.REGRESSED);

        assertThat(outcome("objects")).isEqualTo(Outcome.REGRESSED);
        assertThat(reason("objects")).isEqualTo(new Reason.Confirmed(fell("objects"), List.of("r-precision")));
    }

    @Test
    void a_regression_by_one_method_alone_is_inconclusive() {
        judge("objects", Outcome.REGRESSED, "clip-score");
        judge("clip-score", Outcome.PASSED);

        assertThat(outcome("objects")).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(reason("objects")).isEqualTo(notConfirmed(Optional.of(Outcome.PASSED)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"INCONCLUSIVE", "UNAVAILABLE", "BROKEN"})
    void what_could_not_be_judged_confirms_nothing(Outcome outcome) {
        judge("objects", Outcome.REGRESSED, "clip-score");
        judge("clip-score", outcome);

        assertThat(outcome("objects")).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(reason("objects")).isEqualTo(notConfirmed(Optional.of(outcome)));
    }

    @Test
    void a_confirmer_outside_of_the_run_confirms_nothing() {
        judge("objects", Outcome.REGRESSED, "clip-score");

        assertThat(outcome("objects")).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(reason("objects")).isEqualTo(notConfirmed(Optional.empty()));
    }

    @Test
    void two_that_confirm_each_other_both_stand_when_both_regressed() {
        judge("objects", Outcome.REGRESSED, "clip-score");
        judge("clip-score", Outcome.REGRESSED, "objects");

        assertThat(outcome("objects")).isEqualTo(Outcome.REGRESSED);
        assertThat(outcome("clip-score")).isEqualTo(Outcome.REGRESSED);
    }

    @Test
    void of_a_chain_the_metrics_own_verdicts_count_not_what_became_of_them() {
        judge("objects", Outcome.REGRESSED, "clip-score");
        judge("clip-score", Outcome.REGRESSED, "r-precision");
        judge("r-precision", Outcome.PASSED);

        assertThat(outcome("objects")).isEqualTo(Outcome.REGRESSED);
        assertThat(outcome("clip-score")).isEqualTo(Outcome.INCONCLUSIVE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"PASSED", "INCONCLUSIVE", "UNAVAILABLE", "BROKEN"})
    void other_verdicts_than_a_regression_are_untouched(Outcome outcome) {
        judge("objects", outcome, "clip-score");
        judge("clip-score", Outcome.REGRESSED);

        assertThat(Confirmation.applied(judged)).isEqualTo(judged);
    }

    private static Reason fell(String metric) {
        return new Reason.NewDefects(1, 1, metric);
    }

    private static Reason notConfirmed(Optional<Outcome> byClipScore) {
        return new Reason.NotConfirmed(fell("objects"), List.of(new Reason.Other("clip-score", byClipScore)));
    }

    private void judge(String metric, Outcome outcome, String... confirmedBy) {
        Criterion criterion =
                new Criterion(metric, List.of(), null, 0.1, 1, null, Map.of(), null, List.of(confirmedBy));
        judged.put(
                criterion,
                Verdict.unjudged(
                        criterion,
                        new MetricInfo(
                                metric,
                                "1",
                                "Is it there?",
                                Family.ADHERENCE,
                                Direction.HIGHER,
                                "share",
                                Range.open(),
                                "test"),
                        outcome,
                        fell(metric)));
    }

    private Outcome outcome(String metric) {
        return verdict(metric).outcome();
    }

    private Reason reason(String metric) {
        return verdict(metric).reason();
    }

    private Verdict verdict(String metric) {
        return Confirmation.applied(judged).values().stream()
                .filter(v -> v.metric().name().equals(metric))
                .findFirst()
                .orElseThrow();
    }
}
