package dev.assay.harness.run;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.verdict.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A regression of a criterion that names others holds only when at least one of those regressed too: what one method alone sees may be
 * the method's own error. The verdicts looked at are those of the metrics, so two criteria may confirm each other.
 */
final class Confirmation {
    private Confirmation() {}

    /** @param judged what the metrics say, by criterion; the map returned has the same order */
    static Map<Criterion, VerdictEntry> applied(Map<Criterion, VerdictEntry> judged) {
        Map<String, String> outcomes = new LinkedHashMap<>();
        judged.forEach((criterion, verdict) -> outcomes.put(criterion.id(), verdict.outcome()));
        Map<Criterion, VerdictEntry> confirmed = new LinkedHashMap<>();
        judged.forEach((criterion, verdict) -> confirmed.put(criterion, of(criterion, verdict, outcomes)));
        return confirmed;
    }

    private static VerdictEntry of(Criterion criterion, VerdictEntry verdict, Map<String, String> outcomes) {
        if (criterion.confirmedBy().isEmpty() || !is(Outcome.REGRESSED, verdict.outcome())) {
            return verdict;
        }
        List<String> agreeing = criterion.confirmedBy().stream()
                .filter(id -> is(Outcome.REGRESSED, outcomes.get(id)))
                .toList();
        if (!agreeing.isEmpty()) {
            return verdict.with(
                    Outcome.REGRESSED.name(),
                    verdict.reason() + "; confirmed by " + String.join(", ", agreeing) + ", REGRESSED too");
        }
        String others = criterion.confirmedBy().stream()
                .map(id -> id + " " + said(outcomes.get(id)))
                .collect(Collectors.joining(", "));
        return verdict.with(
                Outcome.INCONCLUSIVE.name(),
                verdict.reason() + "; a regression by this method alone, not confirmed: " + others);
    }

    private static String said(String outcome) {
        if (outcome == null) {
            return "was not judged in this run";
        }
        return is(Outcome.PASSED, outcome) ? "PASSED" : "is " + outcome + ", which confirms nothing";
    }

    private static boolean is(Outcome outcome, String name) {
        return outcome.name().equals(name);
    }
}
