package dev.assay.harness.score;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a metric is. The version is raised whenever the same pictures may get another number.
 *
 * @param unit e.g. {@code grey levels}, {@code cosine}, {@code log ratio}
 * @param range of one value, e.g. {@code [0, 1]}; {@code 0 or 1} where there is nothing between
 * @param source paper or repository of the formula
 * @param parameters names and defaults
 * @param mostMargin that a criterion may allow: with a larger one nothing that a suite shows could fail
 */
public record MetricInfo(
        String name,
        String version,
        Family family,
        Better better,
        String unit,
        String range,
        String source,
        Map<String, Double> parameters,
        double mostMargin) {
    private static final Pattern BOTH_ENDS = Pattern.compile("\\[(-?[0-9.]+), (-?[0-9.]+)]");
    private static final Pattern LOWER_END = Pattern.compile("\\[(-?[0-9.]+), .*]");

    public MetricInfo {
        parameters = Map.copyOf(parameters);
        if (!(mostMargin > 0)) {
            throw new IllegalArgumentException(name + ": expected a largest margin above 0, found " + mostMargin);
        }
    }

    /** Half of the range is the largest margin; none where the range does not state both of its ends. */
    public MetricInfo(
            String name,
            String version,
            Family family,
            Better better,
            String unit,
            String range,
            String source,
            Map<String, Double> parameters) {
        this(name, version, family, better, unit, range, source, parameters, half(range));
    }

    private static double half(String range) {
        if (range.equals("0 or 1")) {
            return 0.5;
        }
        Matcher ends = BOTH_ENDS.matcher(range);
        return !ends.matches()
                ? Double.POSITIVE_INFINITY
                : (Double.parseDouble(ends.group(2)) - Double.parseDouble(ends.group(1))) / 2;
    }

    /** The value below or above which, whichever is worse, there is none; empty where the range does not state it. */
    public OptionalDouble worst() {
        if (isRate()) {
            return OptionalDouble.of(better == Better.LOWER ? 1 : 0);
        }
        Matcher ends = BOTH_ENDS.matcher(range);
        Matcher lower = LOWER_END.matcher(range);
        if (better == Better.LOWER && ends.matches()) {
            return OptionalDouble.of(Double.parseDouble(ends.group(2)));
        }
        return better == Better.HIGHER && lower.matches()
                ? OptionalDouble.of(Double.parseDouble(lower.group(1)))
                : OptionalDouble.empty();
    }

    /** Whether every value is 0 or 1. */
    public boolean isRate() {
        return range.equals("0 or 1");
    }
}
