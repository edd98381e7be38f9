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
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * The log odds, by SigLIP, that prompt and picture belong together (Zhai et al. 2023): exp(logit scale) times the cosine, plus the bias. Not
 * its sigmoid: that is next to 0 or next to 1 for most pictures, so a mean of its differences would be one of the few prompts in between.
 */
public final class SiglipScoreMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "siglip-score",
                    "1",
                    "Do the pictures still show what the prompt says, to an encoder that is not CLIP?",
                    Family.ADHERENCE,
                    Better.HIGHER,
                    "log odds",
                    Range.open().mostly(-17, 8),
                    "Zhai et al. 2023, arXiv 2303.15343; Tschannen et al. 2025, arXiv 2502.14786")
            .withMostMargin(8);

    private final ImageEncoder images;
    private final Function<String, float[]> texts;
    private final DoubleUnaryOperator logit;

    /** @param logit from the cosine to the trained log odds */
    public SiglipScoreMetric(ImageEncoder images, Function<String, float[]> texts, DoubleUnaryOperator logit) {
        this.images = images;
        this.texts = texts;
        this.logit = logit;
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
        double score = logit.applyAsDouble(ClipScoreMetric.cosine(images.embed(image), texts.apply(prompt.prompt())));
        return new Score.Measured(
                score,
                String.format(
                        Locale.ROOT,
                        "log odds %.2f that prompt and picture belong together (%.1f %%)",
                        score,
                        100 / (1 + Math.exp(-score))));
    }
}
