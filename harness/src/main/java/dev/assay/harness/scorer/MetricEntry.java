package dev.assay.harness.scorer;

import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.text.AssayException;
import java.util.List;
import java.util.Map;

/**
 * A metric that can be opened.
 *
 * @param needs the networks that it uses; none for arithmetic on pixels
 * @param code hash of the jar or folder that a metric of others is from, which {@link MetricCatalogs} finds out; empty for one of Assay's own,
 *     whose version says enough
 */
public record MetricEntry(MetricInfo info, List<ModelRole<?>> needs, Opener opener, String code) {
    /** Makes the metric. */
    @FunctionalInterface
    public interface Opener {
        /**
         * @param models for the networks that the metric needs, and no other
         * @param parameters complete: every parameter of the metric's information, no other
         * @throws AssayException on a parameter out of range
         */
        Metric open(MetricModels models, Map<String, Double> parameters);
    }

    public MetricEntry {
        needs = List.copyOf(needs);
    }

    public MetricEntry(MetricInfo info, List<ModelRole<?>> needs, Opener opener) {
        this(info, needs, opener, "");
    }

    public static MetricEntry of(MetricInfo info, Opener opener, ModelRole<?>... needs) {
        return new MetricEntry(info, List.of(needs), opener);
    }
}
