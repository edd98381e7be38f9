package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.score.Direction;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.verdict.Reason.Change;
import dev.assay.harness.verdict.Reason.Lies;
import dev.assay.harness.verdict.Reason.Moved;
import dev.assay.harness.verdict.Reason.Other;
import dev.assay.harness.verdict.Reason.Side;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One test a phrase: what the record, the terminal and the reports say for a reason. */
class PhrasebookTest {
    private static final Reason FOUND = new Reason.NewDefects(0, 64, "grid");
    private static final Calibration WEAK = new Calibration(1000, 600, 1000, 300);
    private static final Place ONE = new Place("case-0", 0);
    private static final Place OTHER = new Place("case-0", 1);
    private static final String OF_FOUND = "none of 64 pairs worse in the candidate than in the base (grid)";

    private static Stream<Arguments> phrases() {
        return Stream.of(
                phrase(new Reason.Broken("no space left"), "no space left"),
                phrase(new Reason.Unavailable("put clip.onnx there"), "put clip.onnx there"),
                phrase(new Reason.NotRendered(), "no picture was made: the files cannot work, as preflight says"),
                phrase(
                        new Reason.TooFewPairs(3, 96, 48, List.of(new Unscored("no-weights", "no weights", 93))),
                        "3 of 96 pairs scored; 48 are needed: 93 x no weights"),
                phrase(new Reason.TooFewPairs(0, 0, 1, List.of()), "0 of 0 pairs scored; 1 is needed"),
                phrase(
                        new Reason.TooManyUnscored(
                                21,
                                81,
                                List.of(new Unscored("blank-base", "blank", 2), new Unscored("dark", "dark", 19))),
                        "21 of 81 pairs unscored; at most a quarter may be: 19 x dark, 2 x blank"),
                phrase(
                        new Reason.TooFewPrompts(1, List.of()),
                        "pairs of 1 prompt only; an interval needs at least 2 prompts"),
                phrase(
                        new Reason.FewPrompts(FOUND, 3),
                        OF_FOUND + "; but on 3 prompts alone: fewer than 5 show nothing of the others"),
                phrase(
                        new Reason.FewPrompts(FOUND, 1),
                        OF_FOUND + "; but on 1 prompt alone: fewer than 5 show nothing of the others"),
                phrase(
                        new Reason.BaseHasDefect(FOUND, 20, 64, "grid"),
                        OF_FOUND
                                + "; but 20 of 64 pictures of the base itself have the defect (grid), so that the"
                                + " candidate's could not have it anew: does the base work?"),
                phrase(
                        new Reason.BaseIsWorst(FOUND, 0.05, Direction.HIGHER, "of what is stated"),
                        OF_FOUND
                                + "; but the base itself shows only 0.05 of what is stated, so that no candidate could"
                                + " fall below it by more than that: do the weights and thresholds suit these"
                                + " pictures?"),
                phrase(
                        new Reason.BaseIsWorst(FOUND, 0.95, Direction.LOWER, "defect rate"),
                        OF_FOUND
                                + "; but the base itself shows 0.95 defect rate, so that no candidate could rise above"
                                + " it by more than that: do the weights and thresholds suit these pictures?"),
                phrase(FOUND, OF_FOUND),
                phrase(
                        new Reason.NewDefects(1, 4, "grid"),
                        "1 of 4 pairs worse in the candidate than in the base (grid); none is allowed"),
                phrase(
                        difference(Lies.WITHIN, Direction.LOWER, 0.5, interval(0.1, -0.2, 0.4)),
                        "worse by 0.1 grey levels (90 % interval 0.2 better to 0.4 worse); at most 0.5 is allowed"),
                phrase(
                        difference(Lies.BEYOND, Direction.LOWER, 0.5, interval(1.234, 1, 1.5)),
                        "worse by 1.23 grey levels (90 % interval 1 to 1.5); at most 0.5 is allowed"),
                phrase(
                        difference(Lies.ACROSS, Direction.LOWER, 0.5, interval(0.2, -0.2, 0.6)),
                        "worse by 0.2 grey levels (90 % interval 0.2 better to 0.6 worse); at most 0.5 is allowed;"
                                + " about 42 more prompts at this spread would decide"),
                phrase(
                        difference(Lies.ACROSS, Direction.LOWER, 0.5, interval(0.5, 0.1, 0.9)),
                        "worse by 0.5 grey levels (90 % interval 0.1 to 0.9); at most 0.5 is allowed; it lies so close"
                                + " to the limit that more prompts would hardly decide"),
                phrase(
                        difference(Lies.BEYOND, Direction.HIGHER, 0.02, interval(-0.1, -0.12, -0.08)),
                        "worse by 0.1 grey levels (90 % interval 0.08 to 0.12); at most 0.02 is allowed"),
                phrase(
                        difference(Lies.WITHIN, Direction.HIGHER, 0.02, interval(0.1, 0.08, 0.12)),
                        "better by 0.1 grey levels (90 % interval 0.08 to 0.12); at most 0.02 is allowed"),
                phrase(
                        difference(Lies.WITHIN, Direction.TWO_SIDED, 0.5, interval(0, -0.4, 0.4)),
                        "differs by 0 grey levels (90 % interval -0.4 to 0.4); at most 0.5 either way is allowed"),
                phrase(
                        difference(Lies.WITHIN, Direction.LOWER, 0, interval(0, 0, 0)),
                        "no difference in 64 pairs; at most 0 is allowed"),
                phrase(
                        difference(Lies.BEYOND, Direction.LOWER, 0.5, interval(1234.5, 1234.5, 1234.5)),
                        "worse by 1234 grey levels in every pair; at most 0.5 is allowed"),
                phrase(
                        new Reason.Effect(Lies.BEYOND, interval(12, 10, 14), "grey levels", 1, 0.5),
                        "changes the pictures: 12 grey levels from the base (90 % interval 10 to 14), beyond the noise"
                                + " floor (0.5) plus 1"),
                phrase(
                        new Reason.Effect(Lies.WITHIN, interval(0, 0, 0), "grey levels", 1, 0),
                        "changes nothing beyond the noise floor (0) plus 1: 0 grey levels from the base"),
                phrase(
                        new Reason.Effect(Lies.ACROSS, interval(1, 0.5, 2.5), "grey levels", 0, 0.6),
                        "may change nothing beyond the noise floor (0.6): 1 grey levels from the base (90 % interval"
                                + " 0.5 to 2.5); about 186 more prompts at this spread would decide"),
                phrase(
                        new Reason.DefectRates(Lies.BEYOND, rates(60, 18, 1, 5, null), 0.05, true),
                        "the defect is in 38.3 % of the pictures, in the base's in 10 %; 18 of 60 pairs gained it, 1"
                                + " lost it (exact McNemar p below 0.0001); 28.3 percentage points more (90 % interval"
                                + " 18.3 to 39.1); at most 5 is allowed"),
                phrase(
                        new Reason.DefectRates(Lies.BEYOND, rates(60, 18, 1, 5, null), 0.05, false),
                        "the defect is in 38.3 % of the pictures, in the base's in 10 %; 18 of 60 pairs gained it, 1"
                                + " lost it (exact McNemar p below 0.0001); 28.3 percentage points more (90 % interval"
                                + " 18.3 to 39.1); at most 5 is allowed; the exact test does not bear it out"),
                phrase(
                        new Reason.MetricMayGuess(new Calibration(5, 3, 5, 1)),
                        "the metric finds 3 of 5 defects and 1 in 5 sound pictures; with so few it may as well guess,"
                                + " and its rates tell nothing"),
                phrase(
                        new Reason.JudgeMayGuess(WEAK),
                        "the judge says yes 60 % of the time where it is right and 30 % where it is wrong, on 1000 and"
                                + " 1000 questions: so it may as well guess, and its answers tell nothing"),
                phrase(
                        new Reason.Corrected(FOUND, WEAK, -0.03),
                        OF_FOUND
                                + "; corrected for the judge's errors (it says yes 60 % of the time where it is right"
                                + " and 30 % where it is wrong, on 1000 and 1000 questions); as seen the difference is"
                                + " -0.0300"),
                phrase(
                        new Reason.Confirmed(FOUND, List.of("r-precision", "vendi")),
                        OF_FOUND + "; confirmed by r-precision, vendi, REGRESSED too"),
                phrase(
                        new Reason.NotConfirmed(
                                FOUND,
                                List.of(
                                        new Other("clip-score", Optional.of(Outcome.PASSED)),
                                        new Other("vendi", Optional.of(Outcome.BROKEN)),
                                        new Other("hps", Optional.empty()))),
                        OF_FOUND
                                + "; a regression by this method alone, not confirmed: clip-score PASSED, vendi is"
                                + " BROKEN, which confirms nothing, hps was not judged in this run"),
                phrase(new Reason.FilesCanWork(List.of()), "nothing in the files keeps the candidate from working"),
                phrase(
                        new Reason.FilesCanWork(List.of("one", "two")),
                        "nothing in the files keeps the candidate from working; one; two"),
                phrase(new Reason.FilesCannotWork(List.of("NaN", "cut off")), "NaN; cut off"),
                phrase(new Reason.NothingPaired(), "no pair of pictures was compared"),
                phrase(
                        new Reason.Applied(new Change(24, 24, Optional.empty(), 15.478), List.of("no log")),
                        "24 of 24 pictures differ from the base's; on average by 15.5 grey levels; no log"),
                phrase(
                        new Reason.NotApplied(new Change(5, 10, Optional.of(4.0), 4.5)),
                        "not applied: 5 of 10 pictures differ from the base's beyond the noise floor (4); on average"
                                + " by 4.5 grey levels"),
                phrase(
                        new Reason.NotAppliedAsIs(
                                new Change(1, 2, Optional.empty(), 3), List.of("304 LoRA keys were not loaded")),
                        "not applied as it is: 304 LoRA keys were not loaded; 1 of 2 pictures differ from the base's;"
                                + " on average by 3 grey levels"),
                phrase(new Reason.NothingToTellApart(), "there are no two pictures to compare"),
                phrase(
                        new Reason.BasePaintsOne(),
                        "the base itself paints one picture for all prompts and seeds, so that nothing tells whether"
                                + " the candidate does"),
                phrase(new Reason.AllDiffer(168), "168 pictures differ from each other, as the base's do"),
                phrase(
                        new Reason.SamePictures(12, 12, 12, ONE, OTHER, false),
                        "12 of 12 pictures are the same as another one, 12 of them pixel by pixel, where the base's"
                                + " differ: case-0 with seed 0 and case-0 with seed 1"),
                phrase(
                        new Reason.SamePictures(2, 12, 0, ONE, OTHER, true),
                        "2 of 12 pictures are the same as another one, or nearly, where the base's differ: case-0 with"
                                + " seed 0 and case-0 with seed 1; a quarter may, by chance"),
                phrase(
                        new Reason.Leak(Lies.WITHIN, new Comparison(0.12, 0.08, 0.16, 0.9, 42, 168, 0), 24.5, 0.2),
                        "without its trigger words 12 % of the effect is there (90 % interval 8 to 16 %; with them 24.5"
                                + " grey levels from the base); up to 20 % is usual"),
                phrase(
                        new Reason.NoEffectToLeak(0.4, 1),
                        "with its trigger words the candidate is 0.4 grey levels from the base, on 1 prompt: too little"
                                + " or too few to say what share of that is there without them"),
                phrase(
                        new Reason.PerhapsWaits(FOUND, List.of(), List.of("a.assay.yaml", "its own metadata")),
                        OF_FOUND
                                + "; perhaps it waits for its trigger: none was found in a.assay.yaml, its own metadata;"
                                + " if it has one, judge it with assay.triggerWords=WORDS"),
                phrase(
                        new Reason.PerhapsWaits(FOUND, List.of("zok"), List.of()),
                        OF_FOUND
                                + "; it was asked without its trigger words (zok), and perhaps waits for them: judge it"
                                + " with assay.trigger=on"),
                phrase(
                        new Reason.NoUntriggered(),
                        "asked of pictures without the candidate's trigger words, and nobody knows which those are; let"
                                + " Assay render them, or judge without assay.purpose"),
                phrase(
                        new Reason.NotScored(Side.PREFERENCE, Optional.of(new Reason.Unavailable("no weights"))),
                        "no criterion of preference was scored on two prompts or more: no weights"),
                phrase(
                        new Reason.NotScored(Side.ARTIFACTS_OR_DIVERSITY, Optional.empty()),
                        "no criterion of artifacts or diversity was scored on two prompts or more; select them, too"),
                phrase(
                        new Reason.NotBought(List.of(), List.of("hps"), List.of("grid", "vendi")),
                        "no preference rises for sure (preference by hps, artifacts and diversity by grid, vendi)"),
                phrase(
                        new Reason.NotBought(
                                List.of(new Moved("hps", 0.4, "points", 0.2)), List.of("hps"), List.of("grid")),
                        "hps rises by 0.4 points (margin 0.2), and nothing else is worse for sure (preference by hps,"
                                + " artifacts and diversity by grid)"),
                phrase(
                        new Reason.Bought(
                                List.of(new Moved("hps", 0.4, "points", 0.2), new Moved("aesthetic", 1, "points", 1)),
                                List.of(new Moved("vendi", 0.1, "log", 0.2))),
                        "hps rises by 0.4 points (margin 0.2) and aesthetic rises by 1 points (margin 1) while vendi"
                                + " gets worse by 0.1 log (margin 0.2): the candidate pleases a model of preference at"
                                + " the cost of artifacts or diversity, even where each margin holds; look at the"
                                + " pictures before you believe the rise"));
    }

    @ParameterizedTest
    @MethodSource("phrases")
    void a_reason_is_said_so(Reason reason, String words) {
        assertThat(Phrasebook.say(reason)).isEqualTo(words);
    }

    @Test
    void every_reason_has_its_phrase_here() {
        Set<Object> said = phrases().map(p -> p.get()[0].getClass()).collect(Collectors.toSet());
        assertThat(Arrays.asList(Reason.class.getPermittedSubclasses()))
                .filteredOn(c -> !said.contains(c))
                .isEmpty();
    }

    @Test
    void what_a_metric_found_stands_behind_the_reason() {
        Verdict verdict = new Verdict(
                BuiltIn.DISTINCT,
                BuiltIn.metric(BuiltIn.DISTINCT).orElseThrow(),
                Outcome.PASSED,
                Comparison.NOTHING,
                FOUND,
                new Scored(List.of(), List.of(), List.of(), "period 8 px", null),
                List.of());
        assertThat(Phrasebook.say(verdict)).isEqualTo(OF_FOUND + "; period 8 px");
    }

    private static Arguments phrase(Reason reason, String words) {
        return Arguments.of(reason, words);
    }

    private static Reason difference(Lies lies, Direction better, double margin, Comparison c) {
        return new Reason.Difference(lies, c, better, "grey levels", margin);
    }

    private static Comparison interval(double estimate, double lower, double upper) {
        return new Comparison(estimate, lower, upper, 0.90, 16, 64, 0);
    }

    /** Prompts of one seed: so many gained the defect, lost it, had it all along. */
    private static RateComparison rates(int n, int gained, int lost, int both, Calibration errors) {
        List<PairedOutcome> pairs = IntStream.range(0, n)
                .mapToObj(i -> new PairedOutcome(
                        "p" + i,
                        i >= gained && i < gained + lost + both,
                        i < gained || (i >= gained + lost && i < gained + lost + both)))
                .toList();
        return RateComparison.of(pairs, 0, 0.90, errors);
    }
}
