package dev.assay.harness.verdict;

import org.jspecify.annotations.Nullable;

/**
 * One compared pair.
 *
 * @param seed null for a metric over the pictures of one prompt
 * @param base value on the base; null where only the difference exists
 * @param candidate value on the candidate; null likewise
 * @param difference candidate minus base
 */
public record Measurement(
        String caseId,
        @Nullable Long seed,
        @Nullable Double base,
        @Nullable Double candidate,
        double difference) {
    /** Of a metric that has no value per model. */
    public static Measurement ofDifference(String caseId, @Nullable Long seed, double difference) {
        return new Measurement(caseId, seed, null, null, difference);
    }
}
