package dev.assay.harness.verdict;

import dev.assay.harness.suite.Criterion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A regression of a criterion that names others holds only when at least one of those regressed too: what one method alone sees may be
 * the method's own error. The verdicts looked at are those of the metrics, so two criteria may confirm each other.
 */
public final class Confirmation {
    private Confirmation() {}

    /** @param judged what the metrics say, by criterion; the map returned has the same order */
    public static Map<Criterion, Verdict> applied(Map<Criterion, Verdict> judged) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        judged.forEach((criterion, verdict) -> outcomes.put(criterion.id(), verdict.outcome()));
        Map<Criterion, Verdict> confirmed = new LinkedHashMap<>();
        judged.forEach((criterion, verdict) -> confirmed.put(criterion, of(criterion, verdict, outcomes)));
        return confirmed;
    }

    private static Verdict of(Criterion criterion, Verdict verdict, Map<String, Outcome> outcomes) {
        if (criterion.confirmedBy().isEmpty() || !verdict.is(Outcome.REGRESSED)) {
            return verdict;
        }
        List<String> agreeing = criterion.confirmedBy().stream()
                .filter(id -> outcomes.get(id) == Outcome.REGRESSED)
                .toList();
        return agreeing.isEmpty()
                ? verdict.judged(
                        Outcome.INCONCLUSIVE,
                        new Reason.NotConfirmed(
                                verdict.reason(),
                                criterion.confirmedBy().stream()
                                        .map(id -> new Reason.Other(id, Optional.ofNullable(outcomes.get(id))))
                                        .toList()))
                : verdict.judged(Outcome.REGRESSED, new Reason.Confirmed(verdict.reason(), agreeing));
    }
}
