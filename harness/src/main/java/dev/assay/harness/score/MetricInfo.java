package dev.assay.harness.score;

import java.util.Map;

/**
 * What a metric is. The version is raised whenever the same pictures may get another number.
 *
 * @param unit e.g. {@code grey levels}, {@code cosine}, {@code log ratio}
 * @param range of one value, e.g. {@code [0, 1]}; {@code 0 or 1} where there is nothing between
 * @param source paper or repository of the formula
 * @param parameters names and defaults
 */
public record MetricInfo(
        String name,
        String version,
        Family family,
        Better better,
        String unit,
        String range,
        String source,
        Map<String, Double> parameters) {
    public MetricInfo {
        parameters = Map.copyOf(parameters);
    }

    /** Whether every value is 0 or 1. */
    public boolean isRate() {
        return range.equals("0 or 1");
    }
}
