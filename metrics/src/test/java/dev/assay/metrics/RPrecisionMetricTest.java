package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.Metric.PromptImages;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RPrecisionMetricTest {
    private static final Image RED = Golden.flat(4, 250, 10, 10);
    private static final Image GREEN = Golden.flat(4, 10, 250, 10);
    private static final Image BLUE = Golden.flat(4, 10, 10, 250);

    /** A picture's vector is its colour, a text's the colour that it names; a constant is added by a "style". */
    private static RPrecisionMetric metric(float style) {
        Function<Image, float[]> image =
                i -> new float[] {i.value(0, 0, 0) / 250f, i.value(0, 0, 1) / 250f, i.value(0, 0, 2) / 250f, style};
        Function<String, float[]> text = t -> switch (t) {
            case "a red" -> new float[] {1, 0, 0, 0};
            case "a green" -> new float[] {0, 1, 0, 0};
            default -> new float[] {0, 0, 1, 0};
        };
        return new RPrecisionMetric(image::apply, text);
    }

    private static PromptImages pictures(String name, List<Image> base, List<Image> candidate) {
        return new PromptImages(Golden.prompt(name), base, candidate);
    }

    @Test
    void a_candidate_that_mixes_prompts_up_loses_their_share() {
        Finding found = metric(0)
                .score(List.of(
                        pictures("red", List.of(RED, RED), List.of(RED, GREEN)),
                        pictures("green", List.of(GREEN, GREEN), List.of(GREEN, GREEN)),
                        pictures("blue", List.of(BLUE, RED), List.of(BLUE, BLUE))));

        assertThat(found.differences())
                .extracting(s -> ((Score.Measured) s).value())
                .containsExactly(-0.5, 0.0, 0.5);
        assertThat(found.summary()).isEqualTo("own prompt found for 83 % of the pictures, base 83 %, among 3 prompts");
    }

    @Test
    void a_style_that_moves_every_vector_alike_changes_nothing() {
        List<PromptImages> prompts = List.of(
                pictures("red", List.of(RED), List.of(RED)),
                pictures("green", List.of(GREEN), List.of(BLUE)),
                pictures("blue", List.of(BLUE), List.of(BLUE)));

        assertThat(metric(5).score(prompts)).isEqualTo(metric(0).score(prompts));
    }

    @Test
    void a_picture_whose_prompt_nobody_knows_has_no_score_and_is_no_rival() {
        PromptImages red = pictures("red", List.of(RED), List.of(GREEN));
        PromptImages green = pictures("green", List.of(GREEN), List.of(GREEN));
        PromptImages unknown = new PromptImages(
                new PromptCase("x", "x (no prompt is known)", "", List.of(1L), List.of(), null, false),
                List.of(RED),
                List.of(BLUE));

        Finding found = metric(0).score(List.of(red, unknown, green));

        Finding without = metric(0).score(List.of(red, green));
        assertThat(found.differences())
                .containsExactly(
                        without.differences().get(0),
                        new Score.Unscored("no-prompt", "no prompt is known for this picture"),
                        without.differences().get(1));
        assertThat(found.summary()).isEqualTo(without.summary());
        assertThat(metric(0).score(List.of(unknown)).summary()).isEqualTo("no prompt is known for these pictures");
    }

    @Test
    void one_prompt_alone_is_unscored_not_perfect() {
        Finding found = metric(0).score(List.of(pictures("red", List.of(RED), List.of(RED))));

        assertThat(found.differences()).allSatisfy(s -> assertThat(s).isInstanceOf(Score.Unscored.class));
    }
}
