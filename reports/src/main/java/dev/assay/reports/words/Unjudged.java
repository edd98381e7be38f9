package dev.assay.reports.words;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Criteria that all lack a judgement for one and the same reason: no picture was made, the run broke. Said once, the reason is seen; said
 * for each, it hides what was judged.
 *
 * @param judged the other criteria, in their order
 * @param folded what stands for those that are left out
 */
public record Unjudged<T>(List<T> judged, List<Fold> folded) {
    private static final int FEWEST = 2; // of a reason: one criterion is a line anyway

    public Unjudged {
        judged = List.copyOf(judged);
        folded = List.copyOf(folded);
    }

    /**
     * Several criteria as one line.
     *
     * @param outcome of all of them
     */
    public record Fold(int criteria, String outcome, String reason) {
        /** {@code 12 criteria not judged: no picture was made}. */
        public String line() {
            return head() + (reason.isEmpty() ? "" : ": " + reason);
        }

        public String head() {
            return criteria + " criteria not judged";
        }
    }

    /** What tells of a criterion whether it was judged: {@code pairs} compared, an {@code estimate} (null for none). */
    public record Facts(String outcome, Double estimate, int pairs, String reason) {
        private boolean isJudgement() {
            return estimate != null || pairs > 0 || "PASSED".equals(outcome) || "REGRESSED".equals(outcome);
        }
    }

    /** @param facts of a criterion */
    public static <T> Unjudged<T> of(List<T> criteria, Function<T, Facts> facts) {
        Map<Facts, Integer> counts = new LinkedHashMap<>();
        criteria.stream().map(facts).filter(f -> !f.isJudgement()).forEach(f -> counts.merge(f, 1, Integer::sum));
        counts.values().removeIf(n -> n < FEWEST);
        List<T> judged = criteria.stream()
                .filter(c -> !counts.containsKey(facts.apply(c)))
                .toList();
        List<Fold> folded = new ArrayList<>();
        counts.forEach((f, n) ->
                folded.add(new Fold(n, f.outcome(), Words.block(Objects.requireNonNullElse(f.reason(), "")))));
        return new Unjudged<>(judged, folded);
    }

    /** How many criteria the folded lines stand for. */
    public int count() {
        return folded.stream().mapToInt(Fold::criteria).sum();
    }
}
