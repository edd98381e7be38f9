package dev.assay.harness.run;

import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.score.Score.NotFiniteException;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import java.util.function.Supplier;

/** What a metric answers, held against what it says of itself; it may be a stranger's. No verdict stands on an answer that cannot be. */
final class MetricAnswer {
    private MetricAnswer() {}

    /**
     * The score of a picture, a pair, a set or a cost.
     *
     * @throws AssayException naming the metric, when there is none, or one outside its range
     */
    static Score score(MetricInfo info, Supplier<Score> metric) {
        return required(info, finite(info, metric));
    }

    /**
     * What a metric finds in a suite of so many cases; see {@link #score}.
     *
     * @throws AssayException also when the cases have another number of scores
     */
    static Finding finding(MetricInfo info, int cases, Supplier<Finding> metric) {
        Finding found = finite(info, metric);
        if (found == null || found.differences().size() != cases) {
            throw fault(
                    info,
                    "a score for each of " + cases + " cases",
                    found == null ? "none" : found.differences().size() + " scores");
        }
        for (Score difference : found.differences()) {
            if (difference instanceof Measured m && !info.range().containsDifference(m.value())) {
                throw fault(info, "a difference of two values of its range, " + info.range(), "" + m.value());
            }
        }
        return found;
    }

    private static Score required(MetricInfo info, Score score) {
        if (score == null) {
            throw fault(info, "a score, or why there is none", "null");
        }
        if (score instanceof Measured m && !info.range().contains(m.value())) {
            throw fault(info, "a value of its range, " + info.range(), m.value() + " (" + m.evidence() + ")");
        }
        return score;
    }

    private static <T> T finite(MetricInfo info, Supplier<T> metric) {
        try {
            return metric.get();
        } catch (NotFiniteException e) {
            throw new AssayException(
                    "metric " + info.name() + ": " + e.getMessage() + "; its range: " + info.range(), e);
        }
    }

    private static AssayException fault(MetricInfo info, String expected, String found) {
        return new AssayException("metric " + info.name() + ": expected " + expected + ", found " + found);
    }

    /** Trouble while a metric was opened or scored: what only a fault in code can be is said to be in the metric. */
    static String words(MetricInfo info, Throwable trouble) {
        return trouble instanceof StackOverflowError || trouble instanceof NullPointerException
                ? "metric " + info.name() + " failed: " + Trouble.ofCode(trouble)
                : Trouble.words(trouble);
    }
}
