package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * How different a picture looks from the base picture of the same seed. Beside {@code effect}, which counts grey levels: noise that nobody sees
 * weighs less here, another object in the same colours weighs more.
 */
public final class LpipsEffectMetric implements Metric.PairMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "lpips-effect",
                    "1",
                    "Does the candidate change what one sees?",
                    Family.EFFECT,
                    Direction.HIGHER,
                    "LPIPS",
                    Range.atLeast(0).mostly(0, 1),
                    "Zhang et al. 2018, arXiv 1801.03924")
            .withMaxMargin(0.5);

    private final Function<List<Image>, double[][]> distances;

    /** @param distances of all pairs, shape (n, n), symmetric */
    public LpipsEffectMetric(Function<List<Image>, double[][]> distances) {
        this.distances = distances;
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image base, Image candidate) {
        if (!base.hasSizeOf(candidate)) {
            return NoScore.sizesDiffer(base, candidate);
        }
        double distance = distances.apply(List.of(base, candidate))[0][1];
        return new Score.Measured(
                distance, String.format(Locale.ROOT, "%.3f LPIPS from the picture of the base", distance));
    }
}
