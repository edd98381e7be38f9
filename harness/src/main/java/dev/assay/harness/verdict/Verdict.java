package dev.assay.harness.verdict;

import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Criterion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one criterion, and why.
 *
 * @param metric of the criterion; the built-in criteria have theirs in {@link BuiltIn}
 * @param comparison {@link Comparison#NOTHING} where nothing was compared
 * @param reason why; {@link Phrasebook} has the words
 * @param scored all pairs; {@link Scored#NOTHING} where there is no number
 * @param independent the pairs that the comparison rests on, in their clusters; empty where it has no interval
 */
public record Verdict(
        Criterion criterion,
        MetricInfo metric,
        Outcome outcome,
        Comparison comparison,
        Reason reason,
        Scored scored,
        List<Clustered> independent) {
    public Verdict {
        independent = List.copyOf(independent);
    }

    /** A criterion that was not judged. */
    public static Verdict unjudged(Criterion criterion, MetricInfo metric, Outcome outcome, Reason reason) {
        return new Verdict(criterion, metric, outcome, Comparison.NOTHING, reason, Scored.NOTHING, List.of());
    }

    /** The same numbers, judged otherwise. */
    Verdict judged(Outcome newOutcome, Reason newReason) {
        return new Verdict(criterion, metric, newOutcome, comparison, newReason, scored, independent);
    }

    public boolean is(Outcome wanted) {
        return outcome == wanted;
    }

    /** Mean value on the base; null where the metric has no value per model. */
    public @Nullable Double baseMean() {
        return scored.mean(Measurement::base);
    }

    /** Mean value on the candidate; null likewise. */
    public @Nullable Double candidateMean() {
        return scored.mean(Measurement::candidate);
    }
}
