package dev.assay.harness.verdict;

import dev.assay.harness.score.Direction;
import dev.assay.harness.suite.Calibration;
import java.util.List;
import java.util.Optional;

/** Why an outcome is what it is, as data; {@link Phrasebook} has the words. Two reasons are the same where they are equal. */
public sealed interface Reason {
    /** A short name that stays: {@code TooFewPairs}. */
    default String kind() {
        return getClass().getSimpleName();
    }

    // ---- not judged

    /** @param trouble as it was thrown, for people */
    record Broken(String trouble) implements Reason {}

    /** @param missing the weights, and where they belong, for people */
    record Unavailable(String missing) implements Reason {}

    /** The files cannot work, so nothing was rendered. */
    record NotRendered() implements Reason {}

    // ---- too little to judge

    /** @param all scored and unscored */
    record TooFewPairs(int pairs, int all, int needed, List<Unscored> unscored) implements Reason {}

    record TooManyUnscored(int pairs, int all, List<Unscored> unscored) implements Reason {}

    /** An interval needs two. */
    record TooFewPrompts(int prompts, List<Unscored> unscored) implements Reason {}

    /** What would have passed rests on so few prompts that it shows nothing of others. */
    record FewPrompts(Reason found, int prompts) implements Reason {}

    /** What would have passed could not have failed: too many of the base's own pictures have the defect. */
    record BaseHasDefect(Reason found, int pictures, int all, String metric) implements Reason {}

    /** What would have passed could not have failed: the base itself is within the margin of the worst value there is. */
    record BaseIsWorst(Reason found, double mean, Direction better, String unit) implements Reason {}

    // ---- compared

    /** Where an interval lies, seen from a limit. */
    enum Lies {
        WITHIN,
        ACROSS,
        BEYOND
    }

    /** @param worse pairs worse in the candidate than in the base, of which none is allowed */
    record NewDefects(int worse, int pairs, String metric) implements Reason {}

    /** A mean difference against its margin. */
    record Difference(Lies lies, Comparison comparison, Direction better, String unit, double margin)
            implements Reason {}

    /**
     * A mean distance from the base, which must lie beyond the noise floor and the margin.
     *
     * @param floor mean distance between two renders of the same model
     */
    record Effect(Lies lies, Comparison comparison, String unit, double margin, double floor) implements Reason {}

    /**
     * Shares of pictures with a defect.
     *
     * @param borneOut false where the interval lies beyond the margin and the exact test does not agree
     */
    record DefectRates(Lies lies, RateComparison rates, double margin, boolean borneOut) implements Reason {}

    /** The metric's error rates leave open whether it tells anything. */
    record MetricMayGuess(Calibration errors) implements Reason {}

    /** The judge's error rates leave open whether it tells anything. */
    record JudgeMayGuess(Calibration errors) implements Reason {}

    /** @param seen the difference without the correction for the judge's errors */
    record Corrected(Reason found, Calibration errors, double seen) implements Reason {}

    // ---- beside other criteria

    /** @param by ids of criteria that regressed too */
    record Confirmed(Reason found, List<String> by) implements Reason {}

    /** A regression by one method alone. */
    record NotConfirmed(Reason found, List<Other> others) implements Reason {}

    /** @param outcome empty for one that was not judged in this run */
    record Other(String id, Optional<Outcome> outcome) {}

    // ---- the built-in criteria

    /** @param warnings texts of the findings */
    record FilesCanWork(List<String> warnings) implements Reason {}

    /** @param errors texts of the findings */
    record FilesCannotWork(List<String> errors) implements Reason {}

    record NothingPaired() implements Reason {}

    /** @param warnings texts of what the renderer noticed */
    record Applied(Change change, List<String> warnings) implements Reason {}

    record NotApplied(Change change) implements Reason {}

    /** @param errors texts of what the renderer noticed */
    record NotAppliedAsIs(Change change, List<String> errors) implements Reason {}

    /**
     * How many pictures differ from the base's.
     *
     * @param floor the largest distance of two renders of one request, in grey levels; empty where none were made
     * @param mean distance, in grey levels
     */
    record Change(int changed, int pairs, Optional<Double> floor, double mean) {}

    /** Fewer than two pictures. */
    record NothingToTellApart() implements Reason {}

    /** The base itself paints one picture. */
    record BasePaintsOne() implements Reason {}

    record AllDiffer(int pictures) implements Reason {}

    /**
     * Pictures that are the same as another one, where the base's are not.
     *
     * @param chance whether so few may be by chance
     */
    record SamePictures(int same, int all, int exact, Place one, Place other, boolean chance) implements Reason {}

    /**
     * How much of the effect is there without the trigger words.
     *
     * @param comparison of the ratio effect(off) / effect(on)
     * @param effect with the trigger words, in grey levels
     */
    record Leak(Lies lies, Comparison comparison, double effect, double margin) implements Reason {}

    /**
     * With the trigger words the effect is not above 0 for sure, so that nothing can be said of a share of it.
     *
     * @param effect in grey levels
     */
    record NoEffectToLeak(double effect, int prompts) implements Reason {}

    // ---- of use

    /**
     * The effect was not shown, and the file may wait for words that were not in the prompts.
     *
     * @param known its trigger words where some are known and were left out; empty where none are
     * @param lookedIn where none were found; empty where some are known
     */
    record PerhapsWaits(Reason found, List<String> known, List<String> lookedIn) implements Reason {}

    /** The criterion asks of pictures without the trigger words, and nobody knows which those are. */
    record NoUntriggered() implements Reason {}

    /** The two sides that the preference guard looks at. */
    enum Side {
        PREFERENCE,
        ARTIFACTS_OR_DIVERSITY
    }

    /** @param why of the first criterion of that side; empty where none was asked for */
    record NotScored(Side side, Optional<Reason> why) implements Reason {}

    /** A change of a criterion's metric. */
    record Moved(String id, double by, String unit, double margin) {}

    /**
     * Liking was not bought.
     *
     * @param risen criteria of preference that rise for sure
     * @param preferences ids of all that were read
     * @param guarded ids likewise, of artifacts and diversity
     */
    record NotBought(List<Moved> risen, List<String> preferences, List<String> guarded) implements Reason {}

    record Bought(List<Moved> risen, List<Moved> worse) implements Reason {}
}
