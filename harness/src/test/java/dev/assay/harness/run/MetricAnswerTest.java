package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.score.Score.Unscored;
import dev.assay.harness.text.AssayException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricAnswerTest {
    private static MetricInfo info(Range range) {
        return new MetricInfo("m", "1", "Is it good?", Family.AESTHETIC, Direction.HIGHER, "u", range, "test");
    }

    private static final MetricInfo SHARE = info(Range.closed(0, 1));

    @Test
    void a_score_of_the_range_and_a_reason_for_none_are_taken_as_they_are() {
        for (Score score :
                List.of(new Measured(0.5, "half"), new Measured(1 + 1e-7, "rounded"), new Unscored("no", "no"))) {
            assertThat(MetricAnswer.score(SHARE, () -> score)).isSameAs(score);
        }
    }

    @Test
    void another_is_the_metrics_fault_with_its_name_the_value_and_the_range() {
        assertThatThrownBy(() -> MetricAnswer.score(SHARE, () -> new Measured(7, "much")))
                .isInstanceOf(AssayException.class)
                .hasMessage("metric m: expected a value of its range, [0, 1], found 7.0 (much)");
        assertThatThrownBy(() -> MetricAnswer.score(SHARE, () -> new Measured(Double.NaN, "0 / 0")))
                .isInstanceOf(AssayException.class)
                .hasMessage("metric m: expected a finite value, found NaN (0 / 0); its range: [0, 1]");
        assertThatThrownBy(() -> MetricAnswer.score(info(Range.rate()), () -> new Measured(0.5, "half")))
                .hasMessage("metric m: expected a value of its range, 0 or 1, found 0.5 (half)");
        assertThatThrownBy(() -> MetricAnswer.score(SHARE, () -> null))
                .hasMessage("metric m: expected a score, or why there is none, found null");
    }

    @Test
    void a_suites_differences_may_be_as_large_as_its_range_is_wide() {
        Finding sound = new Finding(List.of(new Measured(-1, "lost"), new Unscored("no", "no")), "sum", null);
        assertThat(MetricAnswer.finding(SHARE, 2, () -> sound)).isSameAs(sound);
        assertThatThrownBy(() -> MetricAnswer.finding(
                        SHARE, 1, () -> new Finding(List.of(new Measured(-1.5, "lost")), "sum", null)))
                .hasMessage("metric m: expected a difference of two values of its range, [0, 1], found -1.5");
    }

    @Test
    void a_suite_has_a_score_for_each_case() {
        Finding one = new Finding(List.of(new Measured(0, "same")), "sum", null);
        assertThatThrownBy(() -> MetricAnswer.finding(SHARE, 2, () -> one))
                .hasMessage("metric m: expected a score for each of 2 cases, found 1 scores");
        assertThatThrownBy(() -> MetricAnswer.finding(SHARE, 2, () -> null))
                .hasMessage("metric m: expected a score for each of 2 cases, found none");
    }

    @Test
    void a_stack_that_overflows_in_a_metric_is_no_damaged_file() {
        assertThat(MetricAnswer.words(SHARE, new StackOverflowError()))
                .startsWith("metric m failed: java.lang.StackOverflowError at ")
                .doesNotContain("a file");
        assertThat(MetricAnswer.words(SHARE, new AssayException("no such face")))
                .isEqualTo("no such face");
    }
}
