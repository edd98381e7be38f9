package dev.assay.harness.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
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

    @Test
    void a_value_outside_is_not_contained_but_for_rounding() {
        assertThat(Stream.of(0.0, 0.5, 1.0, -1e-7, 1 + 1e-7)
                        .allMatch(v -> Range.closed(0, 1).contains(v)))
                .isTrue();
        assertThat(Stream.of(-1e-5, 1 + 1e-5, 7.0, Double.NaN, Double.POSITIVE_INFINITY)
                        .noneMatch(v -> Range.closed(0, 1).contains(v)))
                .isTrue();
        assertThat(Range.closed(0, 255).contains(255.0002)).isTrue();
        assertThat(Range.atLeast(0).contains(1e300)).isTrue();
        assertThat(Range.atLeast(0).contains(Double.POSITIVE_INFINITY)).isFalse();
        assertThat(Range.open().contains(Double.NaN)).isFalse();
    }

    @Test
    void a_rate_is_one_of_its_ends_to_the_last_bit() {
        assertThat(Stream.of(0.0, -0.0, 1.0).allMatch(Range.rate()::contains)).isTrue();
        assertThat(Stream.of(0.5, 1e-9, -1.0).noneMatch(Range.rate()::contains)).isTrue();
        assertThat(Stream.of(-1.0, 0.0, 1.0).allMatch(Range.rate()::containsDifference))
                .isTrue();
        assertThat(Range.rate().containsDifference(0.5)).isFalse();
    }

    @Test
    void two_values_differ_by_no_more_than_the_range_is_wide() {
        assertThat(Stream.of(-1.0, 1.0, 1 + 1e-7).allMatch(Range.closed(0, 1)::containsDifference))
                .isTrue();
        assertThat(Stream.of(-1.1, 7.0, Double.NaN).noneMatch(Range.closed(0, 1)::containsDifference))
                .isTrue();
        assertThat(Range.open().containsDifference(-1e9)).isTrue();
        assertThat(Range.open().containsDifference(Double.NEGATIVE_INFINITY)).isFalse();
    }
}
