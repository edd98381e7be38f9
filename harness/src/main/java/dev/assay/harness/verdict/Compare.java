package dev.assay.harness.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * Paired comparison, clustered by prompt. After Miller 2024 (arXiv 2411.00640), appendix A, with the finite correction
 * C/(C-1): seeds of one prompt are no independent evidence, so the prompt is the unit and the degrees of freedom are
 * prompts minus one.
 */
public final class Compare {
    private Compare() {}

    /**
     * The mean difference and its two-sided t interval.
     *
     * <p>Where all differences are equal the interval is the point itself. That is right here: the suite is fixed and the
     * renderer deterministic, so a repeated run gives the same pictures, and prompts that all differ by the same amount
     * show no spread to be unsure about. It says nothing about prompts of another kind; no interval does.
     *
     * @param differences candidate minus base, in any order
     * @param unscored pairs without a score, carried along
     * @param confidence in (0, 1); 0.90 makes each end hold at 0.95
     * @return estimate and ends are NaN without differences; the ends are infinite with a single cluster
     */
    public static Comparison paired(List<PairedDifference> differences, int unscored, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("expected a confidence in (0, 1), found " + confidence);
        }
        double[][] clusters = clusters(differences);
        if (clusters.length == 0) {
            return new Comparison(Double.NaN, Double.NaN, Double.NaN, confidence, 0, 0, unscored);
        }
        double mean = mean(clusters);
        double half = clusters.length < 2
                ? Double.POSITIVE_INFINITY
                : quantile(clusters.length - 1, confidence) * standardError(clusters);
        return new Comparison(
                mean, mean - half, mean + half, confidence, clusters.length, differences.size(), unscored);
    }

    /** Mean over all values of all clusters: a cluster weighs as much as it has values. */
    public static double mean(double[][] clusters) {
        double origin = clusters[0][0]; // of equal values the mean is then exactly that value
        double sum = 0;
        int n = 0;
        for (double[] cluster : clusters) {
            for (double value : cluster) {
                sum += value - origin;
                n++;
            }
        }
        return origin + sum / n;
    }

    /**
     * Standard error of the mean: sqrt(C/(C-1) * sum over clusters of (sum of deviations in the cluster)^2) / n. For
     * clusters of equal size it is that of the cluster means.
     *
     * @param clusters at least two, each with at least one value
     */
    public static double standardError(double[][] clusters) {
        double mean = mean(clusters);
        double squares = 0;
        int n = 0;
        for (double[] cluster : clusters) {
            double deviation = 0;
            for (double value : cluster) {
                deviation += value - mean;
            }
            squares += deviation * deviation;
            n += cluster.length;
        }
        return Math.sqrt(squares * clusters.length / (clusters.length - 1.0)) / n;
    }

    /** Student's t at the upper end of a two-sided interval. */
    public static double quantile(int degreesOfFreedom, double confidence) {
        return new TDistribution(degreesOfFreedom).inverseCumulativeProbability((1 + confidence) / 2);
    }

    private static double[][] clusters(List<PairedDifference> differences) {
        Map<String, List<Double>> groups =
                new TreeMap<>(); // sorted, so that the order of pairs cannot change the last bit
        for (PairedDifference d : differences) {
            groups.computeIfAbsent(d.cluster(), key -> new ArrayList<>()).add(d.value());
        }
        return groups.values().stream()
                .map(group ->
                        group.stream().mapToDouble(Double::doubleValue).sorted().toArray())
                .toArray(double[][]::new);
    }
}
