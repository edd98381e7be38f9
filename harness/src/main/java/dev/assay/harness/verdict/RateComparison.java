package dev.assay.harness.verdict;

import dev.assay.harness.suite.Calibration;
import dev.assay.harness.verdict.Rates.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The paired comparison of two defect rates, clustered by prompt.
 *
 * @param seen candidate minus base as found, with Tango's interval at the effective number of pairs
 * @param corrected the same for the metric's error rates; {@code seen} where they are not known
 * @param gained pairs whose candidate alone shows the defect
 * @param lost pairs whose base alone shows it
 * @param baseRate share of base pictures that show it, as found
 * @param candidateRate share of candidate pictures that show it, as found
 * @param p of the exact test over prompts, two-sided; McNemar's with one seed per prompt
 * @param effectivePairs pairs of independent evidence; NaN with fewer than two prompts
 * @param calibration the metric's error rates; null where they are not known
 */
public record RateComparison(
        Comparison seen,
        Comparison corrected,
        int gained,
        int lost,
        double baseRate,
        double candidateRate,
        double p,
        double effectivePairs,
        @Nullable Calibration calibration) {
    /**
     * @param unscored pairs without a score, carried along
     * @param confidence of the two-sided interval, in (0, 1)
     * @return estimates and ends are NaN without pairs; the ends are infinite with a single prompt
     */
    public static RateComparison of(
            List<PairedOutcome> pairs, int unscored, double confidence, @Nullable Calibration calibration) {
        Map<String, List<PairedOutcome>> prompts = pairs.stream()
                .collect(Collectors.groupingBy(PairedOutcome::cluster, TreeMap::new, Collectors.toList()));
        double[][] changes = prompts.values().stream()
                .map(p -> p.stream().mapToDouble(PairedOutcome::change).sorted().toArray())
                .toArray(double[][]::new);
        int gained = (int) pairs.stream().filter(p -> p.change() > 0).count();
        int lost = (int) pairs.stream().filter(p -> p.change() < 0).count();
        double n = pairs.size();
        double difference = (gained - lost) / n; // NaN without pairs
        double effective = Double.NaN;
        Interval interval = changes.length == 0
                ? new Interval(Double.NaN, Double.NaN)
                : new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        Interval right = interval;
        double estimate = difference;
        if (changes.length > 1) {
            effective = Rates.effectivePairs(changes, confidence);
            interval = Rates.tango(gained * effective / n, lost * effective / n, effective, confidence);
            right = interval;
            if (calibration != null) {
                RoganGladen.Corrected c = RoganGladen.difference(difference, interval, calibration, confidence);
                estimate = c.estimate();
                right = new Interval(c.lower(), c.upper());
            }
        }
        return new RateComparison(
                comparison(difference, interval, confidence, changes.length, pairs.size(), unscored),
                comparison(estimate, right, confidence, changes.length, pairs.size(), unscored),
                gained,
                lost,
                pairs.stream().filter(PairedOutcome::base).count() / n,
                pairs.stream().filter(PairedOutcome::candidate).count() / n,
                Rates.signFlip(Arrays.stream(changes)
                        .mapToInt(c -> (int) Arrays.stream(c).sum())
                        .toArray()),
                effective,
                calibration);
    }

    private static Comparison comparison(
            double estimate, Interval interval, double confidence, int clusters, int pairs, int unscored) {
        return new Comparison(estimate, interval.lower(), interval.upper(), confidence, clusters, pairs, unscored);
    }
}
