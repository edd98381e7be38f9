package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Tagger;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import java.util.List;
import org.junit.jupiter.api.Test;

class TagRecallMetricTest {
    private static final Tagger TAGGER = new Tagger() {
        @Override
        public List<String> tags() {
            return List.of("1girl", "long_hair", "red_eyes", "saber_(fate)", "^_^");
        }

        @Override
        public float[] probabilities(Image image) {
            return new float[] {0.9f, 0.34f, 0.36f, 0.8f, 0.1f};
        }

        @Override
        public void close() {}
    };

    private final TagRecallMetric metric = new TagRecallMetric(TAGGER, 0.35);

    @Test
    void the_share_of_the_tags_that_are_seen_with_what_is_missing_and_what_is_no_tag() {
        Score.Measured score =
                (Score.Measured) score("masterpiece, 1girl, (long hair:1.2), Red_Eyes, saber \\(fate\\), 1girl");
        assertThat(score.value()).isEqualTo(0.75);
        assertThat(score.evidence())
                .isEqualTo("3 of 4 tags seen; missing long hair (0.34); no tags of the tagger: masterpiece");
    }

    @Test
    void emphasis_weights_and_networks_are_no_part_of_a_tag() {
        assertThat(TagRecallMetric.tags("((1girl)), [red eyes], {smile}, (long hair:1.3)<lora:x:0.8>, ,\nsky"))
                .containsExactly("1girl", "red eyes", "smile", "long hair", "sky");
        assertThat(TagRecallMetric.tags("^_^, saber \\(fate\\), 16:9")).containsExactly("^ ^", "saber (fate)", "16:9");
    }

    @Test
    void a_prompt_in_sentences_is_unscored() {
        assertThat(score("a woman walks under trees"))
                .isEqualTo(new Score.Unscored("no-tag", "the prompt has no tag that the tagger knows"));
        PromptCase unknown = new PromptCase("x", "1girl", "", List.of(1L), List.of(), Visible.UNSTATED, false);
        assertThat(metric.score(unknown, Golden.flat(2, 0, 0, 0)))
                .isEqualTo(new Score.Unscored("no-prompt", "no prompt is known for this picture"));
    }

    @Test
    void a_threshold_out_of_range_is_an_error() {
        assertThatThrownBy(() -> new TagRecallMetric(TAGGER, 0))
                .hasMessage("tag-recall: threshold: expected above 0 and below 1, found 0.0");
    }

    private Score score(String prompt) {
        return metric.score(
                new PromptCase("x", prompt, "", List.of(1L), List.of(), Visible.UNSTATED), Golden.flat(2, 0, 0, 0));
    }
}
