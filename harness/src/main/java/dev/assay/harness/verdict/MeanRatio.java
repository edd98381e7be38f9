package dev.assay.harness.verdict;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ratio of two means over the same pairs, clustered by prompt, with its interval after Fieller (1954, "Some problems in interval
 * estimation", J. R. Stat. Soc. B 16, 175 to 185): all ratios r for which a t test over prompts, as in {@link Compare}, does not reject that the mean of
 * numerator minus r times denominator is 0. Unlike an interval from the spread of single ratios it does not lean on denominators near 0.
 *
 * @param ratio of the means; NaN without pairs
 * @param lower end of the two-sided interval; negative infinity where the denominator's mean may be 0
 * @param upper end, infinity likewise
 */
record MeanRatio(double ratio, double lower, double upper) {
    /** @param cluster the prompt */
    record Pair(String cluster, double numerator, double denominator) {}

    /** Sums of a cluster's deviations from the means. */
    private static final class Sums {
        private double numerator;
        private double denominator;
    }

    /** @param confidence of the two-sided interval, in (0, 1) */
    static MeanRatio of(List<Pair> pairs, double confidence) {
        double x = pairs.stream().mapToDouble(Pair::numerator).average().orElse(Double.NaN);
        double y = pairs.stream().mapToDouble(Pair::denominator).average().orElse(Double.NaN);
        Map<String, Sums> clusters = new LinkedHashMap<>();
        for (Pair p : pairs) {
            Sums sums = clusters.computeIfAbsent(p.cluster(), key -> new Sums());
            sums.numerator += p.numerator() - x;
            sums.denominator += p.denominator() - y;
        }
        int c = clusters.size();
        if (c < 2) {
            return new MeanRatio(x / y, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        double xx = 0;
        double xy = 0;
        double yy = 0;
        for (Sums s : clusters.values()) {
            xx += s.numerator * s.numerator;
            xy += s.numerator * s.denominator;
            yy += s.denominator * s.denominator;
        }
        double t = Compare.quantile(c - 1, confidence);
        double scale = t * t * c / (c - 1.0) / pairs.size() / pairs.size();
        // (x - r y)^2 = t^2 (xx - 2 r xy + r^2 yy): a r^2 - 2 b r + d = 0
        double a = y * y - scale * yy;
        double b = x * y - scale * xy;
        double d = x * x - scale * xx;
        if (!(a > 0)) {
            return new MeanRatio(x / y, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        double half = Math.sqrt(Math.max(0, b * b - a * d)) / a;
        return new MeanRatio(x / y, b / a - half, b / a + half);
    }

    boolean hasInterval() {
        return Double.isFinite(lower) && Double.isFinite(upper);
    }
}
