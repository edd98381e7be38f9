package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Visible;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimbsMetricTest {
    private static final Visible ONE = visible(1, null, null);

    @Test
    void two_hands_and_two_feet_per_person_are_sound() {
        Score.Measured found = (Score.Measured) LimbsMetric.count(ONE, found(1, 2, 2));
        assertThat(found.value()).isZero();
        assertThat(found.evidence()).isEqualTo("2 hands and 2 feet found, as the case expects");
        assertThat(found.marks()).hasSize(5);
        assertThat(((Score.Measured) LimbsMetric.count(visible(2, null, null), found(2, 4, 4))).value())
                .isZero();
    }

    @Test
    void a_third_foot_or_a_missing_hand_is_a_defect_that_says_so() {
        assertThat(evidence(ONE, found(1, 2, 3))).isEqualTo("3 feet found; the case expects 2");
        assertThat(evidence(ONE, found(1, 1, 2))).isEqualTo("1 hand found; the case expects 2");
        assertThat(evidence(ONE, found(1, 3, 1)))
                .isEqualTo("3 hands found; the case expects 2; 1 foot found; the case expects 2");
    }

    @Test
    void stated_limbs_win_over_two_of_each() {
        assertThat(((Score.Measured) LimbsMetric.count(visible(1, 1, 0), found(1, 1, 0))).value())
                .isZero();
        assertThat(evidence(visible(1, 1, null), found(1, 2, 2))).isEqualTo("2 hands found; the case expects 1");
        assertThat(evidence(visible(null, 1, null), found(3, 2, 9))).isEqualTo("2 hands found; the case expects 1");
    }

    @Test
    void a_stated_absence_of_people_expects_no_limbs() {
        assertThat(evidence(visible(0, null, null), found(0, 1, 0))).isEqualTo("1 hand found; the case expects 0");
    }

    @Test
    void with_a_wrong_number_of_people_limbs_are_unscored() {
        assertThat(LimbsMetric.count(ONE, found(2, 4, 4)))
                .isEqualTo(new Score.Unscored("people-count", "2 people found; the case expects 1"));
    }

    @Test
    void a_case_without_people_is_unscored_and_never_reaches_the_detector() {
        LimbsMetric metric = new LimbsMetric(
                image -> {
                    throw new AssertionError("detector called");
                },
                null);
        assertThat(metric.score(Golden.prompt("circle"), Golden.flat(4, 0, 0, 0)))
                .isEqualTo(new Score.Unscored("no-people", "the case states no people"));
    }

    @Test
    void a_detector_without_hands_is_an_error() {
        Detector blind = new Detector() {
            @Override
            public List<Detection> detect(Image image) {
                return List.of();
            }

            @Override
            public List<Detection> detect(Image image, double threshold) {
                return List.of();
            }

            @Override
            public List<String> labels() {
                return List.of("person", "dog");
            }

            @Override
            public void close() {}
        };
        assertThatThrownBy(() -> LimbsMetric.with(blind))
                .hasMessage("limbs: expected a detector of [person, hand, foot], found one of [person, dog]");
    }

    private static String evidence(Visible visible, List<Detection> found) {
        Score.Measured score = (Score.Measured) LimbsMetric.count(visible, found);
        assertThat(score.value()).isEqualTo(1);
        return score.evidence();
    }

    private static Visible visible(Integer people, Integer hands, Integer feet) {
        return new Visible(people, hands, feet, List.of(), List.of());
    }

    private static List<Detection> found(int people, int hands, int feet) {
        List<Detection> all = new ArrayList<>();
        add(all, "person", people);
        add(all, "hand", hands);
        add(all, "foot", feet);
        add(all, "dog", 1);
        return all;
    }

    private static void add(List<Detection> all, String label, int count) {
        for (int i = 0; i < count; i++) {
            all.add(new Detection(label, 10 * i, 0, 10 * i + 5, 5, 0.9));
        }
    }
}
