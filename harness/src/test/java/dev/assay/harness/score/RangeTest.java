package dev.assay.harness.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RangeTest {
    @Test
    void the_worst_value_is_the_end_that_is_not_wanted_where_there_is_one() {
        assertThat(Range.rate().worst(Direction.LOWER)).hasValue(1);
        assertThat(Range.closed(-1, 2).worst(Direction.HIGHER)).hasValue(-1);
        assertThat(Range.closed(-1, 2).worst(Direction.LOWER)).hasValue(2);
        assertThat(Range.closed(-1, 2).worst(Direction.TWO_SIDED)).isEmpty();
        assertThat(Range.atLeast(0).worst(Direction.HIGHER)).hasValue(0);
        assertThat(Range.atLeast(0).worst(Direction.LOWER)).isEmpty();
        assertThat(Range.open().worst(Direction.HIGHER)).isEmpty();
    }

    @Test
    void what_is_usual_is_said_and_decides_nothing() {
        Range usual = Range.atLeast(0).mostly(0.15, 1);
        assertThat(usual).hasToString("0 or more, mostly 0.15 to 1");
        assertThat(usual.worst(Direction.HIGHER)).hasValue(0);
        assertThat(usual.highest()).isInfinite();
        assertThat(Range.open().mostly(-17, 8)).hasToString("any number, mostly -17 to 8");
    }

    @Test
    void what_is_usual_may_have_no_end_either() {
        assertThat(Range.open().mostly(0, Double.POSITIVE_INFINITY)).hasToString("any number, mostly 0 or more");
        assertThat(Range.open().mostly(Double.NEGATIVE_INFINITY, 1.5)).hasToString("any number, mostly 1.5 or less");
    }

    @Test
    void it_reads_as_people_write_it() {
        assertThat(Range.rate()).hasToString("0 or 1");
        assertThat(Range.closed(0, 255)).hasToString("[0, 255]");
        assertThat(Range.open()).hasToString("any number");
    }

    @Test
    void ends_that_are_none_are_an_error() {
        assertThatThrownBy(() -> Range.closed(1, 0)).hasMessageContaining("found 1.0 to 0.0");
        assertThatThrownBy(() -> Range.closed(0, Double.NaN)).hasMessageContaining("found 0.0 to NaN");
        assertThatThrownBy(() -> Range.closed(0, 1).mostly(0.5, 2)).hasMessageContaining("usually 0.5 to 2.0");
    }

    @Test
    void half_of_a_range_is_the_largest_margin_unless_the_metric_says_another() {
        MetricInfo info = new MetricInfo(
                "a", "1", "Is it good?", Family.ARTIFACT, Direction.LOWER, "grey levels", Range.closed(0, 255), "test");
        assertThat(info.maxMargin()).isEqualTo(127.5);
        assertThat(info.withMaxMargin(8).maxMargin()).isEqualTo(8);
        assertThatThrownBy(() -> info.withMaxMargin(0)).hasMessage("a: expected a largest margin above 0, found 0.0");
    }
}
