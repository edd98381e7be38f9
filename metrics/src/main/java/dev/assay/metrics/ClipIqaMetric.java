package dev.assay.metrics;

import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Whether CLIP finds a picture closer to "Good photo." than to "Bad photo.": the probability of the first of two opposite texts, averaged over
 * some pairs. After Wang et al. 2023 (CLIP-IQA), with ordinary CLIP in place of one without positions, as torchmetrics offers. It is
 * fooled by noise (0.96 on pure noise has been seen), so it stands beside the artifact metrics, never in their place.
 */
public final class ClipIqaMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "clip-iqa",
            "1",
            "Do the pictures still look good, sharp and clean to CLIP?",
            Family.AESTHETIC,
            Direction.HIGHER,
            "probability",
            Range.closed(0, 1),
            "Wang et al. 2023, arXiv 2207.12396");

    private static final double SCALE = 100; // of cosines before the softmax: CLIP's trained temperature

    /** The good text first. */
    private static final List<List<String>> PAIRS = List.of(
            List.of("Good photo.", "Bad photo."),
            List.of("Sharp photo.", "Blurry photo."),
            List.of("Clean photo.", "Noisy photo."));

    private ClipIqaMetric() {}

    public static EmbeddingMetric with(ImageEncoder images, Function<String, float[]> texts) {
        return EmbeddingMetric.ofPicture(INFO, images, vector -> score(vector, texts));
    }

    private static Score score(float[] vector, Function<String, float[]> texts) {
        List<String> words = new ArrayList<>();
        double sum = 0;
        for (List<String> pair : PAIRS) {
            double p = probability(vector, texts.apply(pair.get(0)), texts.apply(pair.get(1)));
            sum += p / PAIRS.size();
            words.add(String.format(Locale.ROOT, "\"%s\" %.0f %%", pair.get(0), 100 * p));
        }
        return new Score.Measured(sum, String.join(", ", words));
    }

    /** Softmax over 100 times the cosines, of the first text. */
    static double probability(float[] image, float[] good, float[] bad) {
        double lead = SCALE * (EmbeddingMetric.cosine(image, good) - EmbeddingMetric.cosine(image, bad));
        return 1 / (1 + Math.exp(-lead));
    }
}
