package dev.assay.reports.words;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import java.util.ArrayList;
import java.util.List;

/** What people do next after a verdict. */
public final class NextSteps {
    private static final double WEAKEST = 0.5; // a LoRA that is bad even here is not mended by less of it

    private NextSteps() {}

    /**
     * A sentence each, without a full stop, the best first.
     *
     * @param outcome of the run
     * @param suite its name
     * @param strength that was judged; null for a checkpoint and for several LoRAs
     */
    public static List<String> of(Outcome outcome, List<VerdictEntry> all, String suite, Double strength) {
        List<VerdictEntry> verdicts = RunRecord.deciding(all);
        List<String> steps = new ArrayList<>();
        if (outcome == Outcome.BROKEN) {
            steps.add("Mend what the message says, and give the same command again: finished pictures are kept");
            return steps;
        }
        if (outcome == Outcome.PASSED) {
            steps.add("Look at the pictures: a suite judges only what it asks");
            steps.add("Add the file to a collection that holds only what passed: docs/collection.md");
            return steps;
        }
        if (verdicts.stream().anyMatch(v -> "PerhapsWaits".equals(v.reasonKind()))) {
            steps.add(
                    "If it has a trigger, judge it with that: assay.triggerWords=WORDS, or a file NAME.assay.yaml beside it"
                            + " that says triggerWords: WORDS");
        }
        worse(verdicts, strength, steps);
        if (any(verdicts, Outcome.UNAVAILABLE)) {
            steps.add("Fetch the weights that are missing: assay models --suite " + Words.line(suite, 60)
                    + " --download");
        }
        if (verdicts.stream().anyMatch(v -> v.is(Outcome.INCONCLUSIVE) && v.wasJudged())) {
            steps.add("Make more pictures, where a criterion is not decided: its reason says how many would do");
        }
        return steps;
    }

    private static void worse(List<VerdictEntry> verdicts, Double strength, List<String> steps) {
        if (is(verdicts, Family.FILE)) {
            steps.add("Judge it on the model that it was made for: assay inspect says which that is, and which layers"
                    + " fit");
        } else if (is(verdicts, Family.EFFECT)) {
            steps.add("If it waits for a trigger word, judge it with that word in the prompts; else at a higher"
                    + " strength");
        } else if (any(verdicts, Outcome.REGRESSED)) {
            if (strength != null && strength > WEAKEST) {
                steps.add("A lower strength may be good: judge it at " + Words.number(Math.round(strength * 6) / 10.0));
            }
            steps.add("If you trained it: an earlier checkpoint may be good");
        }
    }

    private static boolean is(List<VerdictEntry> verdicts, Family family) {
        return verdicts.stream().anyMatch(v -> v.family() == family && v.is(Outcome.REGRESSED));
    }

    private static boolean any(List<VerdictEntry> verdicts, Outcome outcome) {
        return verdicts.stream().anyMatch(v -> v.is(outcome));
    }
}
