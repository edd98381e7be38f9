package dev.assay.harness.score;

import java.util.Map;

/**
 * What a metric is. The version is raised whenever the same pictures may get another number.
 *
 * @param question that a verdict answers, for who made the pictures; a yes is what they hope for, e.g. {@code Do the pictures still show what
 *     the prompt says?}
 * @param unit e.g. {@code grey levels}, {@code cosine}, {@code log ratio}
 * @param range of one value; of a {@link Metric.SuiteMetric} that of the two whose difference it gives. A score outside breaks the criterion
 * @param source paper or repository of the formula
 * @param parameters names and defaults
 * @param maxMargin that a criterion may allow: with a larger one nothing that a suite shows could fail
 */
public record MetricInfo(
        String name,
        String version,
        String question,
        Family family,
        Direction better,
        String unit,
        Range range,
        String source,
        Map<String, Double> parameters,
        double maxMargin) {
    public MetricInfo {
        parameters = Map.copyOf(parameters);
        if (family == Family.UNKNOWN) {
            throw new IllegalArgumentException(name + ": expected one of the families " + Family.KNOWN);
        }
        if (!question.endsWith("?")) {
            throw new IllegalArgumentException(name + ": expected a question, found " + question);
        }
        if (!(maxMargin > 0)) {
            throw new IllegalArgumentException(name + ": expected a largest margin above 0, found " + maxMargin);
        }
    }

    /** A metric without parameters; half of the range is the largest margin, so there is none where the range has no end. */
    public MetricInfo(
            String name,
            String version,
            String question,
            Family family,
            Direction better,
            String unit,
            Range range,
            String source) {
        this(
                name,
                version,
                question,
                family,
                better,
                unit,
                range,
                source,
                Map.of(),
                (range.highest() - range.lowest()) / 2);
    }

    /** The same with parameters: names and defaults. */
    public MetricInfo withParameters(Map<String, Double> defaults) {
        return new MetricInfo(name, version, question, family, better, unit, range, source, defaults, maxMargin);
    }

    /** The same with another largest margin. */
    public MetricInfo withMaxMargin(double margin) {
        return new MetricInfo(name, version, question, family, better, unit, range, source, parameters, margin);
    }
}
