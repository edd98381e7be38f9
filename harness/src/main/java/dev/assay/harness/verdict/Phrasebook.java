package dev.assay.harness.verdict;

import dev.assay.harness.score.Direction;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Reason.AllDiffer;
import dev.assay.harness.verdict.Reason.Applied;
import dev.assay.harness.verdict.Reason.BaseHasDefect;
import dev.assay.harness.verdict.Reason.BaseIsWorst;
import dev.assay.harness.verdict.Reason.BasePaintsOne;
import dev.assay.harness.verdict.Reason.Bought;
import dev.assay.harness.verdict.Reason.Broken;
import dev.assay.harness.verdict.Reason.Change;
import dev.assay.harness.verdict.Reason.Confirmed;
import dev.assay.harness.verdict.Reason.Corrected;
import dev.assay.harness.verdict.Reason.DefectRates;
import dev.assay.harness.verdict.Reason.Difference;
import dev.assay.harness.verdict.Reason.Effect;
import dev.assay.harness.verdict.Reason.FewPrompts;
import dev.assay.harness.verdict.Reason.FilesCanWork;
import dev.assay.harness.verdict.Reason.FilesCannotWork;
import dev.assay.harness.verdict.Reason.JudgeMayGuess;
import dev.assay.harness.verdict.Reason.Leak;
import dev.assay.harness.verdict.Reason.Lies;
import dev.assay.harness.verdict.Reason.MetricMayGuess;
import dev.assay.harness.verdict.Reason.Moved;
import dev.assay.harness.verdict.Reason.NewDefects;
import dev.assay.harness.verdict.Reason.NoEffectToLeak;
import dev.assay.harness.verdict.Reason.NoUntriggered;
import dev.assay.harness.verdict.Reason.NotApplied;
import dev.assay.harness.verdict.Reason.NotAppliedAsIs;
import dev.assay.harness.verdict.Reason.NotBought;
import dev.assay.harness.verdict.Reason.NotConfirmed;
import dev.assay.harness.verdict.Reason.NotRendered;
import dev.assay.harness.verdict.Reason.NotScored;
import dev.assay.harness.verdict.Reason.NothingPaired;
import dev.assay.harness.verdict.Reason.NothingToTellApart;
import dev.assay.harness.verdict.Reason.Other;
import dev.assay.harness.verdict.Reason.PerhapsWaits;
import dev.assay.harness.verdict.Reason.SamePictures;
import dev.assay.harness.verdict.Reason.Side;
import dev.assay.harness.verdict.Reason.TooFewPairs;
import dev.assay.harness.verdict.Reason.TooFewPrompts;
import dev.assay.harness.verdict.Reason.TooManyUnscored;
import dev.assay.harness.verdict.Reason.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The words for a {@link Reason}: one sentence for people, as the record, the terminal and the reports say it. Nobody reads them back. */
public final class Phrasebook {
    private Phrasebook() {}

    /** Of a verdict, with what its metric found. */
    public static String say(Verdict verdict) {
        String finding = verdict.scored().finding();
        return say(verdict.reason()) + (finding == null ? "" : "; " + finding);
    }

    public static String say(Reason reason) {
        return unjudged(reason)
                .or(() -> tooLittle(reason))
                .or(() -> compared(reason))
                .or(() -> besideOthers(reason))
                .or(() -> builtIn(reason))
                .orElseThrow(() -> new IllegalStateException("no words for " + reason));
    }

    private static Optional<String> unjudged(Reason reason) {
        return Optional.ofNullable(
                reason instanceof Broken r
                        ? r.trouble()
                        : reason instanceof Unavailable u
                                ? u.missing()
                                : reason instanceof NotRendered
                                        ? "no picture was made: the files cannot work, as preflight says"
                                        : null);
    }

    private static Optional<String> tooLittle(Reason reason) {
        if (reason instanceof TooFewPairs r) {
            return Optional.of(r.pairs() + " of " + r.all() + " pairs scored; "
                    + Numbers.counted(r.needed(), "is", "are") + " needed" + Unscored.words(r.unscored()));
        }
        if (reason instanceof TooManyUnscored r) {
            return Optional.of(r.pairs() + " of " + r.all() + " pairs unscored; at most a quarter may be"
                    + Unscored.words(r.unscored()));
        }
        if (reason instanceof TooFewPrompts r) {
            return Optional.of("pairs of " + r.prompts() + " prompt only; an interval needs at least 2 prompts"
                    + Unscored.words(r.unscored()));
        }
        if (reason instanceof FewPrompts r) {
            return Optional.of(say(r.found()) + "; but on " + Numbers.counted(r.prompts(), "prompt", "prompts")
                    + " alone: fewer than " + Judgement.MIN_PROMPTS + " show nothing of the others");
        }
        if (reason instanceof BaseHasDefect r) {
            return Optional.of(say(r.found()) + "; but " + r.pictures() + " of " + r.all()
                    + " pictures of the base itself have the defect (" + r.metric()
                    + "), so that the candidate's could not have it anew: does the base work?");
        }
        if (reason instanceof BaseIsWorst r) {
            boolean higher = r.better() == Direction.HIGHER;
            return Optional.of(say(r.found()) + "; but the base itself shows " + (higher ? "only " : "")
                    + Numbers.of(r.mean()) + " " + r.unit() + ", so that no candidate could "
                    + (higher ? "fall below" : "rise above")
                    + " it by more than that: do the weights and thresholds suit these pictures?");
        }
        return Optional.empty();
    }

    private static Optional<String> compared(Reason reason) {
        if (reason instanceof NewDefects r) {
            return Optional.of((r.worse() == 0 ? "none" : r.worse()) + " of " + r.pairs()
                    + " pairs worse in the candidate than in the base (" + r.metric() + ")"
                    + (r.worse() == 0 ? "" : "; none is allowed"));
        }
        if (reason instanceof Difference r) {
            return Optional.of(difference(r));
        }
        if (reason instanceof Effect r) {
            return Optional.of(effect(r));
        }
        if (reason instanceof DefectRates r) {
            return Optional.of(rates(r));
        }
        if (reason instanceof MetricMayGuess r) {
            return Optional.of("the metric finds " + r.errors().found() + " of "
                    + r.errors().defects() + " defects and " + r.errors().falseAlarms() + " in "
                    + r.errors().sound()
                    + " sound pictures; with so few it may as well guess, and its rates tell nothing");
        }
        if (reason instanceof JudgeMayGuess r) {
            return Optional.of(
                    "the judge says " + yes(r.errors()) + ": so it may as well guess, and its answers tell nothing");
        }
        if (reason instanceof Corrected r) {
            return Optional.of(say(r.found())
                    + String.format(
                            Locale.ROOT,
                            "; corrected for the judge's errors (it says %s); as seen the difference is %.3g",
                            yes(r.errors()),
                            r.seen()));
        }
        return Optional.empty();
    }

    private static String difference(Difference r) {
        Comparison c = r.comparison();
        boolean either = r.better() == Direction.TWO_SIDED;
        boolean higher = r.better() == Direction.HIGHER;
        String found = either
                ? "differs by " + Numbers.of(c.estimate()) + " " + r.unit() + " (" + interval(c) + ")"
                : worse(higher ? c.negated() : c, r.unit());
        double distance = r.margin() - (either ? Math.abs(c.estimate()) : higher ? -c.estimate() : c.estimate());
        return found
                + (r.margin() < 0
                        ? "; it must be better by " + Numbers.of(-r.margin())
                        : "; at most " + Numbers.of(r.margin()) + (either ? " either way" : "") + " is allowed")
                + (r.lies() == Lies.ACROSS ? "; " + more(c, distance) : "");
    }

    /** @param w of the worsening: above 0 is worse */
    private static String worse(Comparison w, String unit) {
        if (w.lower() == 0 && w.upper() == 0) {
            return "no difference in " + w.pairs() + " pairs";
        }
        boolean worse = w.estimate() > 0;
        String head = (worse ? "worse by " : "better by ") + Numbers.of(Math.abs(w.estimate())) + " " + unit;
        if (w.lower() == w.upper()) {
            return head + " in every pair";
        }
        String ends;
        if (worse && w.lower() >= 0) {
            ends = Numbers.of(w.lower()) + " to " + Numbers.of(w.upper());
        } else if (!worse && w.upper() <= 0) {
            ends = Numbers.of(-w.upper()) + " to " + Numbers.of(-w.lower());
        } else {
            ends = Numbers.of(-w.lower()) + " better to " + Numbers.of(w.upper()) + " worse";
        }
        return head + " (" + Numbers.percent(w.confidence()) + " interval " + ends + ")";
    }

    private static String effect(Effect r) {
        Comparison c = r.comparison();
        String limit = "the noise floor (" + Numbers.of(r.floor()) + ")"
                + (r.margin() > 0 ? " plus " + Numbers.of(r.margin()) : "");
        String found = Numbers.of(c.estimate()) + " " + r.unit() + " from the base"
                + (c.lower() == c.upper() ? "" : " (" + interval(c) + ")");
        return switch (r.lies()) {
            case BEYOND -> "changes the pictures: " + found + ", beyond " + limit;
            case WITHIN -> "changes nothing beyond " + limit + ": " + found;
            case ACROSS ->
                "may change nothing beyond " + limit + ": " + found + "; "
                        + more(c, c.estimate() - (r.floor() + r.margin()));
        };
    }

    private static String rates(DefectRates r) {
        RateComparison rates = r.rates();
        Comparison c = rates.corrected();
        Calibration errors = rates.calibration();
        String sentence = "the defect is in " + Numbers.percent(rates.candidateRate())
                + " of the pictures, in the base's in "
                + Numbers.percent(rates.baseRate()) + "; " + rates.gained() + " of " + c.pairs() + " pairs gained it, "
                + rates.lost() + " lost it (exact McNemar " + (c.clusters() < c.pairs() ? "over prompts " : "")
                + (rates.p() < 1e-4 ? "p below 0.0001" : "p = " + Numbers.of(rates.p())) + "); " + points(rates.seen())
                + (errors == null
                        ? ""
                        : ", with the metric's own errors (finds " + Numbers.percent(errors.sensitivity())
                                + ", false alarms " + Numbers.percent(1 - errors.specificity()) + ") " + points(c))
                + "; at most " + Numbers.of(100 * r.margin()) + " is allowed";
        if (r.lies() == Lies.ACROSS) {
            return sentence + "; " + more(c, r.margin() - c.estimate());
        }
        return sentence + (r.borneOut() ? "" : "; the exact test does not bear it out");
    }

    private static Optional<String> besideOthers(Reason reason) {
        if (reason instanceof Confirmed r) {
            return Optional.of(say(r.found()) + "; confirmed by " + String.join(", ", r.by()) + ", REGRESSED too");
        }
        if (reason instanceof NotConfirmed r) {
            return Optional.of(say(r.found()) + "; a regression by this method alone, not confirmed: "
                    + r.others().stream().map(Phrasebook::other).collect(Collectors.joining(", ")));
        }
        return Optional.empty();
    }

    private static String other(Other other) {
        return other.id() + " "
                + other.outcome()
                        .map(o -> o == Outcome.PASSED ? "PASSED" : "is " + o + ", which confirms nothing")
                        .orElse("was not judged in this run");
    }

    private static Optional<String> builtIn(Reason reason) {
        if (reason instanceof FilesCanWork r) {
            return Optional.of(with("nothing in the files keeps the candidate from working", r.warnings()));
        }
        if (reason instanceof FilesCannotWork r) {
            return Optional.of(String.join("; ", r.errors()));
        }
        if (reason instanceof NothingPaired) {
            return Optional.of("no pair of pictures was compared");
        }
        if (reason instanceof Applied r) {
            return Optional.of(with(change(r.change()), r.warnings()));
        }
        if (reason instanceof NotApplied r) {
            return Optional.of("not applied: " + change(r.change()));
        }
        if (reason instanceof NotAppliedAsIs r) {
            return Optional.of("not applied as it is: " + String.join("; ", r.errors()) + "; " + change(r.change()));
        }
        return alike(reason).or(() -> use(reason)).or(() -> preference(reason));
    }

    private static Optional<String> use(Reason reason) {
        if (reason instanceof Leak r) {
            Comparison c = r.comparison();
            return Optional.of(
                    "without its trigger words " + Numbers.percent(c.estimate()) + " of the effect is there ("
                            + Numbers.percent(c.confidence()) + " interval " + Numbers.of(100 * c.lower()) + " to "
                            + Numbers.of(100 * c.upper()) + " %; with them " + Numbers.of(r.effect())
                            + " grey levels from the base); up to " + Numbers.percent(r.margin()) + " is usual");
        }
        if (reason instanceof NoEffectToLeak r) {
            return Optional.of("with its trigger words the candidate is " + Numbers.of(r.effect())
                    + " grey levels from the base, on " + Numbers.counted(r.prompts(), "prompt", "prompts")
                    + ": too little or too few to say what share of that is there without them");
        }
        if (reason instanceof PerhapsWaits r) {
            return Optional.of(say(r.found())
                    + (r.known().isEmpty()
                            ? "; perhaps it waits for its trigger: none was found in " + String.join(", ", r.lookedIn())
                                    + "; if it has one, judge it with assay.triggerWords=WORDS"
                            : "; it was asked without its trigger words (" + String.join(", ", r.known())
                                    + "), and perhaps waits for them: judge it with assay.trigger=on"));
        }
        if (reason instanceof NoUntriggered) {
            return Optional.of(
                    "asked of pictures without the candidate's trigger words, and nobody knows which those are;"
                            + " let Assay render them, or judge without assay.purpose");
        }
        return Optional.empty();
    }

    private static String with(String sentence, List<String> warnings) {
        List<String> all = new ArrayList<>(List.of(sentence));
        all.addAll(warnings);
        return String.join("; ", all);
    }

    private static String change(Change c) {
        return c.changed() + " of " + c.pairs() + " pictures differ from the base's"
                + c.floor()
                        .map(floor -> " beyond the noise floor (" + Numbers.of(floor) + ")")
                        .orElse("")
                + "; on average by " + Numbers.of(c.mean()) + " grey levels";
    }

    private static Optional<String> alike(Reason reason) {
        if (reason instanceof NothingToTellApart) {
            return Optional.of("there are no two pictures to compare");
        }
        if (reason instanceof BasePaintsOne) {
            return Optional.of("the base itself paints one picture for all prompts and seeds, so that nothing tells"
                    + " whether the candidate does");
        }
        if (reason instanceof AllDiffer r) {
            return Optional.of(r.pictures() + " pictures differ from each other, as the base's do");
        }
        if (reason instanceof SamePictures r) {
            return Optional.of(r.same() + " of " + r.all() + " pictures are the same as another one"
                    + (r.exact() == 0 ? ", or nearly" : ", " + r.exact() + " of them pixel by pixel")
                    + ", where the base's differ: " + place(r.one()) + " and " + place(r.other())
                    + (r.chance() ? "; a quarter may, by chance" : ""));
        }
        return Optional.empty();
    }

    private static String place(Place place) {
        return place.caseId() + " with seed " + place.seed();
    }

    private static Optional<String> preference(Reason reason) {
        if (reason instanceof NotScored r) {
            return Optional.of("no criterion of "
                    + (r.side() == Side.PREFERENCE ? "preference" : "artifacts or diversity")
                    + " was scored on two prompts or more"
                    + r.why().map(w -> ": " + say(w)).orElse("; select them, too"));
        }
        if (reason instanceof NotBought r) {
            return Optional.of((r.risen().isEmpty()
                            ? "no preference rises for sure"
                            : moved(r.risen(), "rises") + ", and nothing else is worse for sure")
                    + " (preference by " + String.join(", ", r.preferences()) + ", artifacts and diversity by "
                    + String.join(", ", r.guarded()) + ")");
        }
        if (reason instanceof Bought r) {
            return Optional.of(moved(r.risen(), "rises") + " while " + moved(r.worse(), "gets worse")
                    + ": the candidate pleases a model of preference at the cost of artifacts or diversity, even where"
                    + " each margin holds; look at the pictures before you believe the rise");
        }
        return Optional.empty();
    }

    private static String moved(List<Moved> all, String verb) {
        return all.stream()
                .map(m -> m.id() + " " + verb + " by " + Numbers.of(m.by()) + " " + m.unit() + " (margin "
                        + Numbers.of(m.margin()) + ")")
                .collect(Collectors.joining(" and "));
    }

    private static String yes(Calibration errors) {
        return String.format(
                Locale.ROOT,
                "yes %.0f %% of the time where it is right and %.0f %% where it is wrong, on %d and %d questions",
                100 * errors.sensitivity(),
                100 * (1 - errors.specificity()),
                errors.defects(),
                errors.sound());
    }

    private static String more(Comparison c, double distance) {
        double needed = Math.ceil(Judgement.promptsNeeded(c, distance));
        if (!(needed < 100.0 * c.clusters())) {
            return "it lies so close to the limit that more prompts would hardly decide";
        }
        long more = Math.max(1, (long) needed - c.clusters());
        return "about " + more + " more " + (more == 1 ? "prompt" : "prompts") + " at this spread would decide";
    }

    /** {@code 4.2 percentage points more (90 % interval -1 to 9)}. */
    private static String points(Comparison c) {
        return Numbers.of(100 * Math.abs(c.estimate())) + " percentage points " + (c.estimate() < 0 ? "fewer" : "more")
                + " ("
                + Numbers.percent(c.confidence()) + " interval " + Numbers.of(100 * c.lower()) + " to "
                + Numbers.of(100 * c.upper())
                + ")";
    }

    private static String interval(Comparison c) {
        return Numbers.percent(c.confidence()) + " interval " + Numbers.of(c.lower()) + " to " + Numbers.of(c.upper());
    }
}
