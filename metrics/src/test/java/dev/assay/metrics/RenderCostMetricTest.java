package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.render.Cost;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import org.junit.jupiter.api.Test;

class RenderCostMetricTest {
    private static final PromptCase PROMPT = new PromptCase("p", "a cat", "", List.of(1L), List.of(), null);

    private static Cost cost(double seconds, long bytes, boolean warm) {
        return new Cost(seconds, 0, bytes, warm);
    }

    @Test
    void twice_the_seconds_is_one_and_the_words_have_both() {
        Score score = RenderCostMetric.seconds().score(PROMPT, cost(1.5, 0, true), cost(3, 0, true));

        assertThat(score).isEqualTo(new Score.Measured(1, "3.00 s, base 1.50 s"));
    }

    @Test
    void memory_is_relative_too() {
        Score score = RenderCostMetric.memory().score(PROMPT, cost(1, 2L << 30, true), cost(1, 3L << 30, false));

        assertThat(score).isEqualTo(new Score.Measured(0.5, "3.00 GiB, base 2.00 GiB"));
    }

    @Test
    void a_time_that_includes_loading_is_unscored_and_so_is_what_the_renderer_does_not_tell() {
        assertThat(RenderCostMetric.seconds().score(PROMPT, cost(9, 0, false), cost(1, 0, true)))
                .isEqualTo(new Score.Unscored("loading", "the time includes loading the model"));
        assertThat(RenderCostMetric.memory().score(PROMPT, cost(1, 0, true), cost(1, 0, true)))
                .isEqualTo(new Score.Unscored("not-told", "the renderer does not tell"));
    }
}
