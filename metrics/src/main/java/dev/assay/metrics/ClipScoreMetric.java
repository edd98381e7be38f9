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

/** After Hessel et al. 2021 (CLIPScore); w = 1 instead of 2.5, so the range is [0, 1]. */
public final class ClipScoreMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "clip-score",
                    "1",
                    "Do the pictures still show what the prompt says?",
                    Family.ADHERENCE,
                    Better.HIGHER,
                    "cosine",
                    Range.closed(0, 1),
                    "Hessel et al. 2021, arXiv 2104.08718")
            .withMostMargin(0.1); // cosines of unrelated pictures and texts are about 0.15 below those of right ones

    private final ImageEncoder images;
    private final Function<String, float[]> embedText;

    public ClipScoreMetric(ImageEncoder images, Function<String, float[]> embedText) {
        this.images = images;
        this.embedText = embedText;
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
        double score = clipScore(images.embed(image), embedText.apply(prompt.prompt()));
        return new Score.Measured(score, String.format(Locale.ROOT, "cosine %.3f between picture and prompt", score));
    }

    /** max(cosine, 0); neither vector needs to be normalised. */
    static double clipScore(float[] image, float[] text) {
        return Math.max(0, cosine(image, text));
    }

    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
