package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.score.Score;
import org.junit.jupiter.api.Test;

class AestheticMetricTest {
    @Test
    void a_picture_gets_the_heads_points_on_its_vector() {
        EmbeddingMetric metric =
                AestheticMetric.with(i -> new float[] {i.value(0, 0, 0), 1}, vector -> vector[0] / 100 + 2 * vector[1]);

        assertThat(metric.score(Golden.prompt("cat"), Golden.flat(2, 250, 0, 0)))
                .isEqualTo(new Score.Measured(4.5, "4.50 points"));
    }
}
