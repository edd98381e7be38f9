package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleBiFunction;

/**
 * How much people would prefer a picture for its prompt: a BLIP whose text attends to the picture, trained on 137,000 choices (Xu et al.
 * 2023). Its authors trained differences as log odds and then divided by 1.033, so a difference d between two pictures of one prompt says
 * that 1 / (1 + exp(-1.033 d)) of the choices would fall on the first.
 *
 * <p>It belongs to aesthetics for the reason that {@link PickScoreMetric} does.
 */
public final class ImageRewardMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "image-reward",
                    "1",
                    "Would people still rate these pictures as high for the prompt, by the ratings of ImageReward's"
                            + " annotators?",
                    Family.AESTHETIC,
                    Direction.HIGHER,
                    "standard deviations",
                    Range.open().mostly(-2.5, 2),
                    "Xu et al. 2023, arXiv 2304.05977")
            .withMaxMargin(2);

    private final ToDoubleBiFunction<String, Image> reward;
    private final Predicate<String> cuts;

    /**
     * @param reward of a prompt and its picture, in standard deviations
     * @param cuts whether the end of a prompt is not read
     */
    public ImageRewardMetric(ToDoubleBiFunction<String, Image> reward, Predicate<String> cuts) {
        this.reward = reward;
        this.cuts = cuts;
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
        double value = reward.applyAsDouble(prompt.prompt(), image);
        return new Score.Measured(
                value,
                String.format(Locale.ROOT, "ImageReward %.2f", value)
                        + (cuts.test(prompt.prompt()) ? "; the end of the prompt was not read, it is too long" : ""));
    }
}
