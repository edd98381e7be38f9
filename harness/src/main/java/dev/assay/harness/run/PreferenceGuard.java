package dev.assay.harness.run;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Compare;
import dev.assay.harness.verdict.Comparison;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.PairedDifference;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Is liking bought? A candidate that a model of preference likes more while artifacts rise or diversity falls, be it within their margins,
 * has learned to please that model: what optimising for a reward does. See {@code docs/decisions/0019-preference-guard.md}.
 *
 * <p>Read from the differences of the other criteria. Fires when one of preference rises and one of artifact or diversity worsens, both for
 * sure and both by something: the interval wholly on that side, after Bonferroni over the criteria of its side, and at least a quarter of the
 * criterion's margin. So a candidate that is sound fires it in at most one of twenty runs, however many criteria there are.
 */
final class PreferenceGuard {
    /** Of what a criterion allows: a smaller change is not worth a word, however sure it is. */
    static final double LEAST_OF_MARGIN = 0.25;

    private static final double ALPHA = 0.05; // of each side, over all its criteria
    private static final String PREFERENCE = Family.AESTHETIC.word();
    private static final Set<String> GUARDED = Set.of(Family.ARTIFACT.word(), Family.DIVERSITY.word());

    private PreferenceGuard() {}

    /**
     * @param outcome of the guard
     * @param reason one sentence
     */
    record Found(Outcome outcome, String reason) {}

    /** Whether a criterion of a metric's family could be read as preference. */
    static boolean isPreference(String family, Criterion.Rule rule) {
        return family.equals(PREFERENCE) && rule == Criterion.Rule.NON_INFERIOR;
    }

    /** Whether a criterion of a metric's family is what liking must not cost. */
    static boolean isGuarded(String family, Criterion.Rule rule) {
        return GUARDED.contains(family) && rule == Criterion.Rule.NON_INFERIOR;
    }

    /** @param others verdicts of the run */
    static Found judge(Collection<VerdictEntry> others) {
        List<VerdictEntry> preferences = others.stream()
                .filter(v -> isPreference(v.family(), Criterion.Rule.valueOf(v.rule())))
                .toList();
        List<VerdictEntry> guarded = others.stream()
                .filter(v -> isGuarded(v.family(), Criterion.Rule.valueOf(v.rule())))
                .toList();
        if (preferences.stream().noneMatch(PreferenceGuard::isRead)) {
            return unread("preference", preferences);
        }
        if (guarded.stream().noneMatch(PreferenceGuard::isRead)) {
            return unread("artifacts or diversity", guarded);
        }
        List<VerdictEntry> risen = sure(preferences, PreferenceGuard::gain);
        List<VerdictEntry> worse = sure(guarded, v -> -gain(v));
        String looked = "preference by " + names(preferences) + ", artifacts and diversity by " + names(guarded);
        if (risen.isEmpty() || worse.isEmpty()) {
            return new Found(
                    Outcome.PASSED,
                    (risen.isEmpty()
                                    ? "no preference rises for sure"
                                    : said(risen, "rises") + ", and nothing else is worse for sure")
                            + " (" + looked + ")");
        }
        return new Found(
                Outcome.REGRESSED,
                said(risen, "rises") + " while " + said(worse, "gets worse")
                        + ": the candidate pleases a model of preference at the cost of artifacts or diversity, even"
                        + " where each margin holds; look at the pictures before you believe the rise");
    }

    private static Found unread(String what, List<VerdictEntry> side) {
        boolean missing =
                !side.isEmpty() && side.stream().allMatch(v -> v.outcome().equals(Outcome.UNAVAILABLE.name()));
        return new Found(
                missing ? Outcome.UNAVAILABLE : Outcome.INCONCLUSIVE,
                "no criterion of " + what + " was scored on two prompts or more"
                        + (side.isEmpty()
                                ? "; select them, too"
                                : ": " + side.get(0).reason()));
    }

    private static boolean isRead(VerdictEntry v) {
        return v.clusters() >= 2 && !v.better().equals("EITHER");
    }

    /** Change for the better, in the metric's unit. */
    private static double gain(VerdictEntry v) {
        return v.better().equals("HIGHER") ? v.estimate() : -v.estimate();
    }

    private static List<VerdictEntry> sure(List<VerdictEntry> side, ToDoubleFunction<VerdictEntry> change) {
        List<VerdictEntry> read = side.stream().filter(PreferenceGuard::isRead).toList();
        double confidence = 1 - 2 * ALPHA / read.size(); // two-sided, of which one end counts
        return read.stream()
                .filter(v -> {
                    Comparison c = Compare.paired(
                            v.measurements().stream()
                                    .map(p -> new PairedDifference(p.caseId(), p.difference()))
                                    .toList(),
                            v.unscored(),
                            confidence);
                    double size = change.applyAsDouble(v);
                    boolean sure = c.lower() > 0 || c.upper() < 0;
                    return sure && size > 0 && size >= LEAST_OF_MARGIN * v.margin();
                })
                .toList();
    }

    private static String names(List<VerdictEntry> side) {
        return side.stream()
                .filter(PreferenceGuard::isRead)
                .map(VerdictEntry::id)
                .collect(Collectors.joining(", "));
    }

    private static String said(List<VerdictEntry> side, String verb) {
        return side.stream()
                .map(v -> v.id() + " " + verb + " by " + Numbers.of(Math.abs(v.estimate())) + " " + v.unit()
                        + " (margin " + Numbers.of(v.margin()) + ")")
                .collect(Collectors.joining(" and "));
    }
}
