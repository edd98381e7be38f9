package dev.assay.harness.verdict;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.verdict.Reason.Moved;
import dev.assay.harness.verdict.Reason.Side;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Is liking bought? A candidate that a model of preference likes more while artifacts rise or diversity falls, be it within their margins,
 * has learned to please that model: what optimising for a reward does. See {@code docs/decisions/0019-preference-guard.md}.
 *
 * <p>Read from the differences of the other criteria. Fires when one of preference rises and one of artifact or diversity worsens, both for
 * sure and both by something: the interval wholly on that side, after Bonferroni over the criteria of its side, and at least a quarter of the
 * criterion's margin. So a candidate that is sound fires it in at most one of twenty runs, however many criteria there are.
 */
public final class PreferenceGuard {
    /** Of what a criterion allows: a smaller change is not worth a word, however sure it is. */
    static final double MIN_OF_MARGIN = 0.25;

    private static final double ALPHA = 0.05; // of each side, over all its criteria
    private static final Set<Family> GUARDED = Set.of(Family.ARTIFACT, Family.DIVERSITY);

    private PreferenceGuard() {}

    /** Whether a criterion could be read as preference. */
    public static boolean isPreference(Criterion criterion, MetricInfo metric) {
        return metric.family() == Family.AESTHETIC && criterion.rule() == Criterion.Rule.NON_INFERIOR;
    }

    /** Whether a criterion is what liking must not cost. */
    public static boolean isGuarded(Criterion criterion, MetricInfo metric) {
        return GUARDED.contains(metric.family()) && criterion.rule() == Criterion.Rule.NON_INFERIOR;
    }

    /** @param others verdicts of the run */
    static Judgement judge(Collection<Verdict> others) {
        List<Verdict> preferences = others.stream()
                .filter(v -> isPreference(v.criterion(), v.metric()))
                .toList();
        List<Verdict> guarded = others.stream()
                .filter(v -> isGuarded(v.criterion(), v.metric()))
                .toList();
        if (preferences.stream().noneMatch(PreferenceGuard::isRead)) {
            return unread(Side.PREFERENCE, preferences);
        }
        if (guarded.stream().noneMatch(PreferenceGuard::isRead)) {
            return unread(Side.ARTIFACTS_OR_DIVERSITY, guarded);
        }
        List<Verdict> risen = sure(preferences, PreferenceGuard::gain);
        List<Verdict> worse = sure(guarded, v -> -gain(v));
        return risen.isEmpty() || worse.isEmpty()
                ? new Judgement(Outcome.PASSED, new Reason.NotBought(moved(risen), read(preferences), read(guarded)))
                : new Judgement(Outcome.REGRESSED, new Reason.Bought(moved(risen), moved(worse)));
    }

    private static Judgement unread(Side which, List<Verdict> side) {
        boolean missing = !side.isEmpty() && side.stream().allMatch(v -> v.is(Outcome.UNAVAILABLE));
        return new Judgement(
                missing ? Outcome.UNAVAILABLE : Outcome.INCONCLUSIVE,
                new Reason.NotScored(which, side.stream().findFirst().map(Verdict::reason)));
    }

    private static boolean isRead(Verdict v) {
        return v.comparison().clusters() >= 2 && v.metric().better() != Direction.TWO_SIDED;
    }

    /** Change for the better, in the metric's unit. */
    private static double gain(Verdict v) {
        return v.metric().better() == Direction.HIGHER ? estimate(v) : -estimate(v);
    }

    private static double estimate(Verdict v) {
        return v.comparison().estimate();
    }

    private static List<Verdict> sure(List<Verdict> side, ToDoubleFunction<Verdict> change) {
        List<Verdict> read = side.stream().filter(PreferenceGuard::isRead).toList();
        double confidence = 1 - 2 * ALPHA / read.size(); // two-sided, of which one end counts
        return read.stream()
                .filter(v -> {
                    Comparison c = Compare.paired(
                            PairedDifference.of(v.independent()), v.comparison().unscored(), confidence);
                    double size = change.applyAsDouble(v);
                    boolean sure = c.lower() > 0 || c.upper() < 0;
                    return sure
                            && size > 0
                            && size >= MIN_OF_MARGIN * v.criterion().margin();
                })
                .toList();
    }

    private static List<String> read(List<Verdict> side) {
        return side.stream()
                .filter(PreferenceGuard::isRead)
                .map(v -> v.criterion().id())
                .toList();
    }

    private static List<Moved> moved(List<Verdict> side) {
        return side.stream()
                .map(v -> new Moved(
                        v.criterion().id(),
                        Math.abs(estimate(v)),
                        v.metric().unit(),
                        v.criterion().margin()))
                .toList();
    }
}
