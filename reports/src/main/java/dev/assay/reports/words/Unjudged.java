package dev.assay.reports.words;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Criteria that all lack a judgement for one and the same reason: no picture was made, the run broke. Said once, the reason is seen; said
 * for each, it hides what was judged.
 *
 * @param judged the other criteria, in their order
 * @param folded what stands for those that are left out
 */
public record Unjudged(List<VerdictEntry> judged, List<Fold> folded) {
    private static final int FEWEST = 2; // of a reason: one criterion is a line anyway

    public Unjudged {
        judged = List.copyOf(judged);
        folded = List.copyOf(folded);
    }

    /**
     * Several criteria as one line.
     *
     * @param outcome of all of them
     * @param soft whether they decide nothing
     */
    public record Fold(int criteria, Outcome outcome, boolean soft, String reason) {
        /** {@code 12 criteria not judged: no picture was made}. */
        public String line() {
            return head() + (reason.isEmpty() ? "" : ": " + reason);
        }

        public String head() {
            return criteria + (soft ? " soft" : "") + " criteria not judged";
        }
    }

    /** What criteria have in common that are one line. */
    private record Why(Outcome outcome, boolean soft, String kind, String reason) {
        static Why of(VerdictEntry v) {
            return new Why(v.outcome(), v.soft(), v.reasonKind(), v.reason());
        }
    }

    public static Unjudged of(List<VerdictEntry> criteria) {
        Map<Why, Integer> counts = new LinkedHashMap<>();
        criteria.stream().filter(v -> !v.wasJudged()).forEach(v -> counts.merge(Why.of(v), 1, Integer::sum));
        counts.values().removeIf(n -> n < FEWEST);
        List<VerdictEntry> judged = criteria.stream()
                .filter(v -> v.wasJudged() || !counts.containsKey(Why.of(v)))
                .toList();
        List<Fold> folded = new ArrayList<>();
        counts.forEach((why, n) -> folded.add(new Fold(n, why.outcome(), why.soft(), Words.block(why.reason()))));
        return new Unjudged(judged, folded);
    }

    /** How many criteria the folded lines stand for. */
    public int count() {
        return folded.stream().mapToInt(Fold::criteria).sum();
    }

    /** {@code ; soft, deciding nothing: 1 passed, 2 regressed}, of all criteria of a run; empty where none is soft. */
    public static String soft(List<VerdictEntry> all) {
        List<VerdictEntry> soft = all.stream().filter(VerdictEntry::soft).toList();
        return soft.isEmpty() ? "" : "; soft, deciding nothing: " + of(soft).counts();
    }

    /** How many have which outcome, the gravest first: {@code 1 regressed, 13 passed}, {@code 1 regressed, 12 not judged}. */
    public String counts() {
        List<String> parts = new ArrayList<>();
        for (Outcome o :
                List.of(Outcome.BROKEN, Outcome.REGRESSED, Outcome.INCONCLUSIVE, Outcome.UNAVAILABLE, Outcome.PASSED)) {
            long n = judged.stream().filter(v -> v.is(o)).count();
            if (n > 0) {
                parts.add(n + " " + o.name().toLowerCase(Locale.ROOT));
            }
        }
        if (count() > 0) {
            parts.add(count() + " not judged");
        }
        return String.join(", ", parts);
    }
}
