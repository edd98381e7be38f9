package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.Locale;

/**
 * How far a picture is from the base picture of the same seed: root mean square over pixels and channels. 0 if the
 * candidate has no effect at all, as with keys that match no layer or a strength of 0.
 */
public final class EffectMetric implements Metric.PairMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "effect",
            "1",
            "Does the candidate change the pictures at all?",
            Family.EFFECT,
            Direction.HIGHER,
            "grey levels",
            Range.closed(0, 255),
            "root mean square difference");

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image base, Image candidate) {
        if (!base.hasSizeOf(candidate)) {
            return NoScore.sizesDiffer(base, candidate);
        }
        double distance = base.rmsTo(candidate);
        return new Score.Measured(
                distance, String.format(Locale.ROOT, "%.2f grey levels from the picture of the base", distance));
    }
}
