package dev.assay.metrics;

import dev.assay.harness.render.Cost;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What the candidate costs more than the base: relative difference per pair, so 0.25 is a quarter more and 1 is twice as much. Pictures
 * whose time includes loading the model have no score: that time is paid once, whatever the number of pictures.
 */
public final class RenderCostMetric implements Metric.CostMetric {
    /** Seconds per picture. */
    public static final MetricInfo SECONDS =
            info("seconds", "Is a picture still made as fast?", "seconds of a picture");

    /** Peak device memory. */
    public static final MetricInfo MEMORY =
            info("memory", "Is a picture still made in as little device memory?", "peak device memory of a picture");

    private final MetricInfo info;
    private final String unit;
    private final double scale;
    private final boolean needsWarm;
    private final ToDoubleFunction<Cost> cost;

    private RenderCostMetric(
            MetricInfo info, String unit, double scale, boolean needsWarm, ToDoubleFunction<Cost> cost) {
        this.info = info;
        this.unit = unit;
        this.scale = scale;
        this.needsWarm = needsWarm;
        this.cost = cost;
    }

    public static RenderCostMetric seconds() {
        return new RenderCostMetric(SECONDS, "s", 1, true, Cost::seconds);
    }

    public static RenderCostMetric memory() {
        return new RenderCostMetric(MEMORY, "GiB", 1.0 / (1L << 30), false, Cost::peakVramBytes);
    }

    private static MetricInfo info(String name, String question, String what) {
        return new MetricInfo(
                        name,
                        "1",
                        question,
                        Family.COST,
                        Direction.LOWER,
                        "of the base's",
                        Range.atLeast(-1),
                        what + ": candidate / base - 1")
                .withMaxMargin(4);
    }

    @Override
    public MetricInfo info() {
        return info;
    }

    @Override
    public Score score(PromptCase prompt, Cost base, Cost candidate) {
        if (needsWarm && !(base.warm() && candidate.warm())) {
            return new Score.Unscored("loading", "the time includes loading the model");
        }
        double before = cost.applyAsDouble(base);
        double after = cost.applyAsDouble(candidate);
        if (before <= 0 || after <= 0) {
            return new Score.Unscored("not-told", "the renderer does not tell");
        }
        return new Score.Measured(
                after / before - 1,
                String.format(Locale.ROOT, "%.2f %s, base %.2f %s", after * scale, unit, before * scale, unit));
    }
}
