package dev.assay.metrics;

import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import java.util.Locale;
import java.util.function.Function;

/** After Hessel et al. 2021 (CLIPScore); w = 1 instead of 2.5, so the range is [0, 1]. */
public final class ClipScoreMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "clip-score",
                    "1",
                    "Do the pictures still show what the prompt says?",
                    Family.ADHERENCE,
                    Direction.HIGHER,
                    "cosine",
                    Range.closed(0, 1),
                    "Hessel et al. 2021, arXiv 2104.08718")
            .withMaxMargin(0.1); // cosines of unrelated pictures and texts are about 0.15 below those of right ones

    private ClipScoreMetric() {}

    public static EmbeddingMetric with(ImageEncoder images, Function<String, float[]> texts) {
        return EmbeddingMetric.ofPrompt(
                INFO,
                images,
                texts,
                ClipScoreMetric::clipScore,
                score -> String.format(Locale.ROOT, "cosine %.3f between picture and prompt", score));
    }

    static double clipScore(double cosine) {
        return Math.max(0, cosine);
    }
}
