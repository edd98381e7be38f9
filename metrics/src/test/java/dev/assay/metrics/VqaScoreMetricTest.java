package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.judge.Answer;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import org.junit.jupiter.api.Test;

class VqaScoreMetricTest {
    private static final Image PICTURE = Golden.flat(2, 9, 9, 9);

    @Test
    void the_score_is_the_probability_of_yes_to_the_question_of_the_paper() {
        StubJudge judge = StubJudge.of(question -> 0.83);

        Score score = new VqaScoreMetric(judge).score(Golden.prompt("cat"), PICTURE);

        assertThat(score)
                .isEqualTo(new Score.Measured(
                        0.83,
                        "the judge says that this is the prompt with 0.83; judge stub, uncalibrated: nobody"
                                + " measured how often it errs"));
        assertThat(judge.asked).containsExactly("Does this figure show \"a cat\"? Please answer yes or no.");
    }

    @Test
    void without_an_answer_there_is_no_number() {
        StubJudge silent = new StubJudge(question -> new Answer.None("it thinks"), null);

        assertThat(new VqaScoreMetric(silent).score(Golden.prompt("cat"), PICTURE))
                .isEqualTo(new Score.Unscored("no-answer", "it thinks"));
    }

    @Test
    void a_prompt_that_nobody_knows_or_that_is_too_long_is_not_asked_about() {
        StubJudge judge = StubJudge.of(question -> 1.0);
        VqaScoreMetric metric = new VqaScoreMetric(judge);
        PromptCase unknown = new PromptCase("cat", "cat", "", List.of(1L), List.of(), null, false, List.of());

        assertThat(metric.score(unknown, PICTURE)).isInstanceOf(Score.Unscored.class);
        assertThat(metric.score(Golden.prompt("x".repeat(2001)), PICTURE)).isInstanceOf(Score.Unscored.class);
        assertThat(judge.asked).isEmpty();
    }
}
