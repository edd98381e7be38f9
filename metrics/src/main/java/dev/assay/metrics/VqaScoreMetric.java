package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.judge.Answer;
import dev.assay.harness.nn.judge.Query;
import dev.assay.harness.nn.judge.VlmJudge;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import java.util.Locale;

/**
 * How probable a vision model finds it that the picture shows the prompt. After Lin et al. 2024 (VQAScore), with their question; they take
 * P(yes) alone, here it is P(yes) / (P(yes) + P(no)) over all ways to write the two words, so that a model's other habits cancel out.
 */
public final class VqaScoreMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "vqa-score",
            "1",
            "Does a vision model still find that the picture shows the prompt?",
            Family.ADHERENCE,
            Direction.HIGHER,
            "probability",
            Range.closed(0, 1),
            "Lin et al. 2024, arXiv 2404.01291");

    private final VlmJudge judge;

    public VqaScoreMetric(VlmJudge judge) {
        this.judge = judge;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        if (!prompt.promptKnown()) {
            return NoScore.noPrompt();
        }
        if (!Query.fits(prompt.prompt())) {
            return new Score.Unscored(
                    "prompt-length",
                    "the judge is asked about prompts of 1 to " + Query.MAX_PHRASE + " characters, found "
                            + prompt.prompt().length());
        }
        Answer answer = judge.ask(image, List.of(Query.shows(prompt.prompt()))).get(0);
        return answer instanceof Answer.Probability p
                ? new Score.Measured(
                        p.yes(),
                        String.format(
                                Locale.ROOT,
                                "the judge says that this is the prompt with %.2f; %s",
                                p.yes(),
                                JudgeNote.of(judge)))
                : NoScore.noAnswer(((Answer.None) answer).reason());
    }
}
