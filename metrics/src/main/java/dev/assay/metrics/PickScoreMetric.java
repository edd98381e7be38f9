package dev.assay.metrics;

import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
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
public final class PickScoreMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "pick-score",
                    "1",
                    "Would people still choose these pictures for the prompt, by the choices of Pick-a-Pic's users?",
                    Family.AESTHETIC,
                    Direction.HIGHER,
                    "log odds",
                    Range.open().mostly(15, 26),
                    "Kirstain et al. 2023, arXiv 2305.01569")
            .withMaxMargin(2);

    private PickScoreMetric() {}

    /** @param logitScale exp of the trained value, about 100 */
    public static EmbeddingMetric with(ImageEncoder images, Function<String, float[]> texts, double logitScale) {
        return EmbeddingMetric.ofPrompt(
                INFO,
                images,
                texts,
                cosine -> logitScale * cosine,
                score -> String.format(Locale.ROOT, "PickScore %.2f", score));
    }
}
