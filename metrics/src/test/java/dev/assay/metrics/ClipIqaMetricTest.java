package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.score.Score;
import org.junit.jupiter.api.Test;

class ClipIqaMetricTest {
    @Test
    void the_probability_is_a_softmax_over_a_hundred_times_the_cosines() {
        float[] image = {1, 0};
        // Cosines 0.28 and 0.26: softmax([28, 26]) = [0.880797, 0.119203].
        float[] good = {0.28f, (float) Math.sqrt(1 - 0.28 * 0.28)};
        float[] bad = {0.26f, (float) Math.sqrt(1 - 0.26 * 0.26)};

        assertThat(ClipIqaMetric.probability(image, good, bad)).isEqualTo(0.8807970779778823, within(1e-5));
        assertThat(ClipIqaMetric.probability(image, bad, good)).isEqualTo(0.11920292202211755, within(1e-5));
        assertThat(ClipIqaMetric.probability(image, good, good)).isEqualTo(0.5);
    }

    @Test
    void a_picture_gets_the_mean_over_the_pairs_with_each_in_words() {
        EmbeddingMetric metric = ClipIqaMetric.with(
                i -> new float[] {1, 0}, t -> t.startsWith("Good") ? new float[] {1, 0} : new float[] {0, 1});

        Score.Measured score = (Score.Measured) metric.score(Golden.prompt("cat"), Golden.flat(2, 1, 2, 3));

        assertThat(score.value()).isEqualTo((1 + 0.5 + 0.5) / 3, within(1e-9));
        assertThat(score.evidence()).startsWith("\"Good photo.\" 100 %, \"Sharp photo.\" 50 %");
    }
}
