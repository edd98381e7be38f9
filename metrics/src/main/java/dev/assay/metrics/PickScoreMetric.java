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
 * How much people would prefer a picture for its prompt: exp(logit scale) times the cosine of a CLIP ViT-H/14 trained on 500,000 choices
 * (Kirstain et al. 2023). A difference d between two pictures of one prompt says that 1 / (1 + exp(-d)) of the choices would fall on the
 * first; values of different prompts cannot be compared.
 *
 * <p>It belongs to aesthetics and not to adherence: it rises with polish though the prompt is missed, so it must not vouch for what a
 * picture shows.
 */
public final class PickScoreMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "pick-score",
                    "1",
                    "Would people still choose these pictures for the prompt, by the choices of Pick-a-Pic's users?",
                    Family.AESTHETIC,
                    Better.HIGHER,
                    "log odds",
                    Range.open().mostly(15, 26),
                    "Kirstain et al. 2023, arXiv 2305.01569")
            .withMostMargin(2);

    private final ImageEncoder images;
    private final Function<String, float[]> texts;
    private final double logitScale;

    /** @param logitScale exp of the trained value, about 100 */
    public PickScoreMetric(ImageEncoder images, Function<String, float[]> texts, double logitScale) {
        this.images = images;
        this.texts = texts;
        this.logitScale = logitScale;
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
        double score = logitScale * ClipScoreMetric.cosine(images.embed(image), texts.apply(prompt.prompt()));
        return new Score.Measured(score, String.format(Locale.ROOT, "PickScore %.2f", score));
    }
}
