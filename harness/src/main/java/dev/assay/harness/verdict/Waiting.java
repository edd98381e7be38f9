package dev.assay.harness.verdict;

import dev.assay.harness.score.Family;
import dev.assay.harness.suite.Criterion;
import java.util.List;

/** A file that shows no effect on prompts without its trigger words may wait for them: that is no verdict on it. */
public final class Waiting {
    private Waiting() {}

    /** Whether an effect was asked for and not shown in the pictures. */
    public static boolean lacksEffect(Verdict verdict) {
        boolean asked = verdict.criterion().rule() == Criterion.Rule.HAS_EFFECT
                && verdict.metric().family() == Family.EFFECT;
        return asked
                && (verdict.reason() instanceof Reason.Effect
                        || (verdict.reason() instanceof Reason.NotApplied r && isNoise(r)))
                && (verdict.is(Outcome.REGRESSED) || verdict.is(Outcome.INCONCLUSIVE));
    }

    /** Pictures that are the base's to the last bit come from weights that were not loaded, and from none that wait. */
    private static boolean isNoise(Reason.NotApplied notApplied) {
        return notApplied.change().mean() > 0;
    }

    /**
     * The verdict; INCONCLUSIVE where it {@linkplain #lacksEffect lacks an effect}.
     *
     * @param known trigger words that are known and were not in the prompts
     * @param lookedIn where they were looked for
     */
    public static Verdict of(Verdict verdict, List<String> known, List<String> lookedIn) {
        return lacksEffect(verdict)
                ? verdict.judged(
                        Outcome.INCONCLUSIVE,
                        new Reason.PerhapsWaits(verdict.reason(), known, known.isEmpty() ? lookedIn : List.of()))
                : verdict;
    }
}
