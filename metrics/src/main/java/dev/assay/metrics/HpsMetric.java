package dev.assay.metrics;

import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import java.util.Locale;
import java.util.function.Function;

/**
 * How much people would prefer a picture for its prompt: the cosine of a CLIP ViT-H/14 trained on the choices of HPD v2 (Wu et al. 2023);
 * version 2 or 2.1, as the weights are. Its authors report it times 100. Trained with a scale of 100, so a difference of 0.01 between two
 * pictures of one prompt means that 73 of 100 choices fall on the better; values of different prompts cannot be compared.
 *
 * <p>It belongs to aesthetics for the reason that {@link PickScoreMetric} does.
 */
public final class HpsMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "hps",
                    "1",
                    "Would people still prefer these pictures for the prompt, by the choices of HPD's annotators?",
                    Family.AESTHETIC,
                    Direction.HIGHER,
                    "cosine",
                    Range.closed(-1, 1).mostly(0.15, 0.35),
                    "Wu et al. 2023, arXiv 2306.09341")
            .withMaxMargin(0.05);

    private HpsMetric() {}

    public static EmbeddingMetric with(ImageEncoder images, Function<String, float[]> texts) {
        return EmbeddingMetric.ofPrompt(
                INFO, images, texts, cosine -> cosine, score -> String.format(Locale.ROOT, "HPS %.4f", score));
    }
}
