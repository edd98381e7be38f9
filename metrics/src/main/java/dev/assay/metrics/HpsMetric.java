package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Better;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;

/**
 * How much people would prefer a picture for its prompt: the cosine of a CLIP ViT-H/14 trained on the choices of HPD v2 (Wu et al. 2023);
 * version 2 or 2.1, as the weights are. Its authors report it times 100. Trained with a scale of 100, so a difference of 0.01 between two
 * pictures of one prompt means that 73 of 100 choices fall on the better; values of different prompts cannot be compared.
 *
 * <p>It belongs to aesthetics for the reason that {@link PickScoreMetric} does.
 */
public final class HpsMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "hps",
                    "1",
                    "Would people still prefer these pictures for the prompt, by the choices of HPD's annotators?",
                    Family.AESTHETIC,
                    Better.HIGHER,
                    "cosine",
                    Range.closed(-1, 1).mostly(0.15, 0.35),
                    "Wu et al. 2023, arXiv 2306.09341")
            .withMostMargin(0.05);

    private final ImageEncoder images;
    private final Function<String, float[]> texts;

    public HpsMetric(ImageEncoder images, Function<String, float[]> texts) {
        this.images = images;
        this.texts = texts;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public void prepare(Collection<Image> pictures) {
        images.prefetch(pictures);
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        if (!prompt.promptKnown()) {
            return new Score.Unscored("no-prompt", "no prompt is known for this picture");
        }
        double score = ClipScoreMetric.cosine(images.embed(image), texts.apply(prompt.prompt()));
        return new Score.Measured(score, String.format(Locale.ROOT, "HPS %.4f", score));
    }
}
