package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who errs sees less of a loss: the verdict is about the loss, not about what was seen of it. */
class CorrectedDifferenceTest {
    private static final MetricInfo SHARE = new MetricInfo(
            "share",
            "1",
            "Is it still so?",
            Family.ADHERENCE,
            Direction.HIGHER,
            "of questions",
            Range.closed(0, 1),
            "own definition");
    private static final Criterion CRITERION = new Criterion(
            "share", List.of(), Criterion.Rule.NON_INFERIOR, 0.05, 10, Criterion.Severity.CRITICAL, Map.of(), null);

    private record Share(Calibration errorRates) implements Metric.ImageMetric {
        @Override
        public MetricInfo info() {
            return SHARE;
        }

        @Override
        public Score score(PromptCase prompt, Image image) {
            throw new IllegalStateException("scored already");
        }
    }

    /** 40 prompts whose candidate is worse by 0.02 to 0.04. */
    private static Verdict verdict(Calibration errors) {
        List<Measurement> pairs = IntStream.range(0, 40)
                .mapToObj(i -> {
                    double loss = 0.02 + 0.02 * i / 39;
                    return new Measurement("case-" + i, 1L, 0.8, 0.8 - loss, -loss);
                })
                .toList();
        return Verdicts.of(
                CRITERION,
                new Share(errors),
                Scored.of(pairs),
                pairs.stream().map(p -> new Clustered(p.caseId(), p)).toList(),
                0);
    }

    @Test
    void without_error_rates_the_difference_is_as_seen() {
        Verdict seen = verdict(null);

        assertThat(seen.comparison().estimate()).isCloseTo(-0.03, within(1e-12));
        assertThat(seen.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(seen.reason()).isInstanceOf(Reason.Difference.class);
    }

    @Test
    void a_faultless_judge_changes_little_and_a_weak_one_hides_a_loss_that_is_there() {
        Verdict good = verdict(new Calibration(1000, 1000, 1000, 0));
        Verdict weak = verdict(new Calibration(1000, 600, 1000, 300));

        assertThat(good.comparison().estimate()).isCloseTo(-0.03, within(1e-12));
        assertThat(good.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(weak.comparison().estimate()).isCloseTo(-0.03 / 0.3, within(1e-12));
        assertThat(weak.outcome()).isEqualTo(Outcome.REGRESSED);
        assertThat(weak.reason()).isInstanceOfSatisfying(Reason.Corrected.class, corrected -> {
            assertThat(corrected.errors()).isEqualTo(new Calibration(1000, 600, 1000, 300));
            assertThat(corrected.seen()).isCloseTo(-0.03, within(1e-12));
        });
        assertThat(weak.candidateMean()).isCloseTo(0.77, within(1e-12)); // as seen
    }

    @Test
    void what_the_rates_leave_open_widens_the_interval() {
        Verdict many = verdict(new Calibration(2000, 1800, 2000, 200));
        Verdict few = verdict(new Calibration(20, 18, 20, 2));

        assertThat(few.comparison().estimate()).isEqualTo(many.comparison().estimate());
        assertThat(few.comparison().lower()).isLessThan(many.comparison().lower());
        assertThat(few.comparison().upper()).isGreaterThan(many.comparison().upper());
    }

    @Test
    void a_judge_that_may_as_well_guess_decides_nothing() {
        Verdict guess = verdict(new Calibration(20, 11, 20, 10));

        assertThat(guess.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(guess.reason()).isEqualTo(new Reason.JudgeMayGuess(new Calibration(20, 11, 20, 10)));
    }
}
