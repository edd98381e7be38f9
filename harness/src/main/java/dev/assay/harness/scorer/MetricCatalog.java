package dev.assay.harness.scorer;

import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import java.util.List;
import java.util.Map;

/** The metrics that exist; the metrics module provides it as a service. Information is free; opening loads networks. */
public interface MetricCatalog {
    List<MetricInfo> infos();

    /**
     * The networks that a metric uses; empty for arithmetic on pixels.
     *
     * @throws IllegalArgumentException when there is no such metric
     */
    List<ModelRole<?>> needs(String name);

    /**
     * Opens a metric.
     *
     * @param parameters complete: every parameter of the metric's information, no other
     * @throws IllegalArgumentException on a parameter out of range
     */
    Metric open(String name, Map<String, Double> parameters, MetricModels models);
}
