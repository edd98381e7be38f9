package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClipScoreMetricTest {
    @Test
    void the_score_is_the_cosine_and_never_negative() {
        assertThat(ClipScoreMetric.clipScore(EmbeddingMetric.cosine(new float[] {3, 0}, new float[] {3, 4})))
                .isCloseTo(0.6, within(1e-12));
        assertThat(ClipScoreMetric.clipScore(EmbeddingMetric.cosine(new float[] {1, 0}, new float[] {-1, 1})))
                .isZero();
        assertThat(ClipScoreMetric.clipScore(EmbeddingMetric.cosine(new float[] {2, 1}, new float[] {2, 1})))
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void the_picture_is_compared_with_the_prompt_of_its_case() {
        EmbeddingMetric metric = ClipScoreMetric.with(
                image -> new float[] {image.width(), 0}, text -> text.equals("a cat") ? new float[] {3, 4} : null);
        assertThat(metric.score(Golden.prompt("cat"), Golden.flat(2, 0, 0, 0)))
                .isEqualTo(new Score.Measured(0.6, "cosine 0.600 between picture and prompt"));
    }

    @Test
    void a_picture_whose_prompt_nobody_knows_has_no_score() {
        EmbeddingMetric metric = ClipScoreMetric.with(
                image -> {
                    throw new AssertionError("embedded for nothing");
                },
                text -> new float[] {1, 0});
        PromptCase unknown = new PromptCase("cat", "cat (no prompt is known)", "", List.of(1L), List.of(), null, false);
        assertThat(metric.score(unknown, Golden.flat(2, 0, 0, 0)))
                .isEqualTo(new Score.Unscored("no-prompt", "no prompt is known for this picture"));
    }
}
