package dev.assay.harness.verdict;

import java.util.List;

/**
 * The paired comparison of candidate and base.
 *
 * @param estimate mean of candidate minus base, in the metric's unit; NaN when nothing was compared
 * @param lower end of the two-sided interval; NaN without one, infinite with a single prompt
 * @param upper end of the two-sided interval, likewise
 * @param confidence of the two-sided interval, e.g. 0.90: each end holds at 0.95
 * @param clusters prompts with at least one pair
 * @param pairs scored pairs
 * @param unscored pairs without a score
 */
public record Comparison(
        double estimate, double lower, double upper, double confidence, int clusters, int pairs, int unscored) {
    /** Two-sided; each end holds at 0.95. */
    public static final double CONFIDENCE = 0.90;

    /** Nothing was compared. */
    public static final Comparison NOTHING = ofChecks(0);

    /** So many things were looked at, none of which has a number. */
    public static Comparison ofChecks(int checks) {
        return new Comparison(Double.NaN, Double.NaN, Double.NaN, CONFIDENCE, 0, checks, 0);
    }

    /** The mean of what was measured, without an interval; a point about these pictures and no others. */
    public static Comparison ofMean(List<Measurement> measured) {
        return new Comparison(
                measured.stream().mapToDouble(Measurement::difference).average().orElse(Double.NaN),
                Double.NaN,
                Double.NaN,
                CONFIDENCE,
                (int) measured.stream().map(Measurement::caseId).distinct().count(),
                measured.size(),
                0);
    }

    /** Whether there is an estimate. */
    public boolean hasEstimate() {
        return Double.isFinite(estimate);
    }

    public boolean hasInterval() {
        return Double.isFinite(lower) && Double.isFinite(upper);
    }

    /** The same with the other sign: base minus candidate. */
    public Comparison negated() {
        return new Comparison(-estimate, -upper, -lower, confidence, clusters, pairs, unscored);
    }
}
