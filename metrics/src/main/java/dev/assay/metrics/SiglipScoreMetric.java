package dev.assay.metrics;

import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * The log odds, by SigLIP, that prompt and picture belong together (Zhai et al. 2023): exp(logit scale) times the cosine, plus the bias. Not
 * its sigmoid: that is next to 0 or next to 1 for most pictures, so a mean of its differences would be one of the few prompts in between.
 */
public final class SiglipScoreMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "siglip-score",
                    "1",
                    "Do the pictures still show what the prompt says, to an encoder that is not CLIP?",
                    Family.ADHERENCE,
                    Direction.HIGHER,
                    "log odds",
                    Range.open().mostly(-17, 8),
                    "Zhai et al. 2023, arXiv 2303.15343; Tschannen et al. 2025, arXiv 2502.14786")
            .withMaxMargin(8);

    private SiglipScoreMetric() {}

    /** @param logit from the cosine to the trained log odds */
    public static EmbeddingMetric with(
            ImageEncoder images, Function<String, float[]> texts, DoubleUnaryOperator logit) {
        return EmbeddingMetric.ofPrompt(
                INFO,
                images,
                texts,
                logit,
                score -> String.format(
                        Locale.ROOT,
                        "log odds %.2f that prompt and picture belong together (%.1f %%)",
                        score,
                        100 / (1 + Math.exp(-score))));
    }
}
