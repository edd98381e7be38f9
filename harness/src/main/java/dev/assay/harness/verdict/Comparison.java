package dev.assay.harness.verdict;

/**
 * The paired comparison of candidate and base.
 *
 * @param estimate mean of candidate minus base, in the metric's unit
 * @param lower end of the two-sided interval
 * @param upper end of the two-sided interval
 * @param confidence of the two-sided interval, e.g. 0.90: each end holds at 0.95
 * @param clusters prompts with at least one pair
 * @param pairs scored pairs
 * @param unscored pairs without a score
 */
public record Comparison(
        double estimate, double lower, double upper, double confidence, int clusters, int pairs, int unscored) {
    /** The same with the other sign: base minus candidate. */
    public Comparison negated() {
        return new Comparison(-estimate, -upper, -lower, confidence, clusters, pairs, unscored);
    }
}
