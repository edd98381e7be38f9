package dev.assay.harness.verdict;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.verdict.Reason.Lies;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.hipparchus.distribution.continuous.NormalDistribution;

/** An outcome and why it is that. */
public record Judgement(Outcome outcome, Reason reason) {
    /** A larger share of unscored pairs leaves a verdict open: what could not be scored may be what got worse. */
    public static final double MAX_UNSCORED = 0.25;

    /**
     * Fewer prompts show nothing of prompts in general: where five of five agree, chance alone would do so in 1 of 32 suites, which is below the
     * level of either end of an interval; four of four in 1 of 16, which is not.
     */
    public static final int MIN_PROMPTS = 5;

    /** Chance with which the suggested number of prompts would decide, if the observed difference is the true one. */
    private static final double POWER = 0.8;

    /**
     * Judges a comparison.
     *
     * <p>NON_INFERIOR: with w the worsening (minus the difference where higher is better, the difference where lower is
     * better, its size where either way is worse), PASSED if the whole interval of w is at most the margin, REGRESSED if
     * the whole interval is above it. SUPERIOR: as NON_INFERIOR, with the margin below 0: the candidate must be better by
     * it. NO_NEW_DEFECTS: REGRESSED if any pair worsened, else PASSED. HAS_EFFECT: the differences
     * are distances; PASSED if the whole interval is above noise floor plus margin, REGRESSED if none of it is.
     *
     * <p>Too few pairs, too few prompts or too many unscored pairs leave the verdict INCONCLUSIVE; a new defect does
     * not become less of one for that.
     *
     * @param differences those of the comparison, for NO_NEW_DEFECTS
     * @param unscored pairs without a score, for the reason
     * @param noiseFloor mean distance between two renders of the same model, for HAS_EFFECT; 0 for a deterministic renderer
     */
    public static Judgement of(
            Criterion criterion,
            MetricInfo metric,
            Comparison comparison,
            List<PairedDifference> differences,
            List<Unscored> unscored,
            double noiseFloor) {
        boolean counts = criterion.rule() == Criterion.Rule.NO_NEW_DEFECTS;
        int worse = (int) differences.stream()
                .filter(d -> counts && metric.better().worsening(d.value()) > 0)
                .count();
        Reason found = new Reason.NewDefects(worse, comparison.pairs(), metric.name());
        if (worse > 0) {
            return new Judgement(Outcome.REGRESSED, found);
        }
        Optional<Reason> missing = missing(criterion, comparison, unscored);
        if (missing.isPresent()) {
            return new Judgement(Outcome.INCONCLUSIVE, missing.get());
        }
        return switch (criterion.rule()) {
            case NO_NEW_DEFECTS -> new Judgement(Outcome.PASSED, found);
            case NON_INFERIOR -> nonInferior(comparison, metric, criterion.margin());
            case SUPERIOR -> nonInferior(comparison, metric, -criterion.margin());
            case DEFECT_RATE_NON_INFERIOR -> throw new IllegalArgumentException("rates are judged by ofRates");
            case HAS_EFFECT -> effective(comparison, metric, criterion.margin(), noiseFloor);
        };
    }

    /**
     * Judges a comparison of defect rates (DEFECT_RATE_NON_INFERIOR): PASSED if the whole interval of their difference, corrected for the
     * metric's error rates where they are known, is at most the margin; REGRESSED if the whole interval is above it and the
     * exact test agrees; INCONCLUSIVE otherwise, and where the metric's error rates leave it open whether it tells anything.
     *
     * @param unscored pairs without a score, for the reason
     */
    public static Judgement ofRates(Criterion criterion, RateComparison rates, List<Unscored> unscored) {
        Comparison c = rates.corrected();
        Optional<Reason> missing = missing(criterion, c, unscored);
        if (missing.isPresent()) {
            return new Judgement(Outcome.INCONCLUSIVE, missing.get());
        }
        if (rates.calibration() != null && !RoganGladen.isInformative(rates.calibration(), c.confidence())) {
            return new Judgement(Outcome.INCONCLUSIVE, new Reason.MetricMayGuess(rates.calibration()));
        }
        Lies lies = lies(c.lower(), c.upper(), criterion.margin());
        boolean borneOut = lies != Lies.BEYOND || rates.p() <= 1 - c.confidence();
        return new Judgement(
                borneOut ? outcome(lies) : Outcome.INCONCLUSIVE,
                new Reason.DefectRates(lies, rates, criterion.margin(), borneOut));
    }

    /**
     * The same, but not PASSED on fewer than {@link #MIN_PROMPTS} prompts. That something was applied (HAS_EFFECT) few can show.
     */
    public Judgement ofEnoughPrompts(Criterion criterion, Comparison comparison) {
        boolean few = outcome == Outcome.PASSED
                && criterion.rule() != Criterion.Rule.HAS_EFFECT
                && comparison.clusters() < MIN_PROMPTS;
        return few ? new Judgement(Outcome.INCONCLUSIVE, new Reason.FewPrompts(reason, comparison.clusters())) : this;
    }

    /**
     * The same, but not PASSED where no candidate could have regressed: the base itself is as bad as can be, or so near that the margin hides the
     * rest. A detector for another world, a threshold that nothing reaches, or a base that paints black pictures looks like that.
     *
     * @param base the base's values; empty where only differences exist
     */
    public Judgement guardAgainstVacuousPass(Criterion criterion, MetricInfo metric, List<Double> base) {
        OptionalDouble worst = metric.range().worst(metric.better());
        if (outcome != Outcome.PASSED
                || base.isEmpty()
                || worst.isEmpty()
                || criterion.rule() == Criterion.Rule.HAS_EFFECT) {
            return this;
        }
        double mean = base.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        int lost = (int) base.stream().filter(v -> v == worst.getAsDouble()).count();
        if (criterion.rule() == Criterion.Rule.NO_NEW_DEFECTS) {
            return lost > MAX_UNSCORED * base.size()
                    ? new Judgement(
                            Outcome.INCONCLUSIVE, new Reason.BaseHasDefect(reason, lost, base.size(), metric.name()))
                    : this;
        }
        return Math.abs(mean - worst.getAsDouble()) <= criterion.margin()
                ? new Judgement(
                        Outcome.INCONCLUSIVE, new Reason.BaseIsWorst(reason, mean, metric.better(), metric.unit()))
                : this;
    }

    /**
     * Judges how much of an effect is there without its trigger.
     *
     * @param c of the ratio, with its interval
     * @param effect with the trigger, in grey levels
     */
    static Judgement ofLeak(Comparison c, double effect) {
        Lies lies = lies(c.lower(), c.upper(), BuiltIn.MAX_LEAK);
        Judgement judged = new Judgement(outcome(lies), new Reason.Leak(lies, c, effect, BuiltIn.MAX_LEAK));
        return judged.ofEnoughPrompts(BuiltIn.TRIGGER_LEAK, c);
    }

    private static Optional<Reason> missing(Criterion criterion, Comparison c, List<Unscored> unscored) {
        int all = c.pairs() + c.unscored();
        int needed = Math.max(1, criterion.minPairs());
        if (c.pairs() < needed) {
            return Optional.of(new Reason.TooFewPairs(c.pairs(), all, needed, unscored));
        }
        if (c.unscored() > MAX_UNSCORED * all) {
            return Optional.of(new Reason.TooManyUnscored(c.unscored(), all, unscored));
        }
        if (c.clusters() < 2 && criterion.rule() != Criterion.Rule.NO_NEW_DEFECTS) {
            return Optional.of(new Reason.TooFewPrompts(c.clusters(), unscored));
        }
        return Optional.empty();
    }

    private static Lies lies(double lower, double upper, double limit) {
        return upper <= limit ? Lies.WITHIN : lower > limit ? Lies.BEYOND : Lies.ACROSS;
    }

    /** Of what must stay within a limit. */
    private static Outcome outcome(Lies lies) {
        return switch (lies) {
            case WITHIN -> Outcome.PASSED;
            case BEYOND -> Outcome.REGRESSED;
            case ACROSS -> Outcome.INCONCLUSIVE;
        };
    }

    private static Judgement nonInferior(Comparison c, MetricInfo metric, double margin) {
        Comparison w = metric.better() == Direction.HIGHER ? c.negated() : c; // of the worsening
        double low = w.lower();
        double high = w.upper();
        if (metric.better() == Direction.TWO_SIDED) {
            low = c.lower() <= 0 && c.upper() >= 0 ? 0 : Math.min(Math.abs(c.lower()), Math.abs(c.upper()));
            high = Math.max(Math.abs(c.lower()), Math.abs(c.upper()));
        }
        Lies lies = lies(low, high, margin);
        return new Judgement(outcome(lies), new Reason.Difference(lies, c, metric.better(), metric.unit(), margin));
    }

    private static Judgement effective(Comparison c, MetricInfo metric, double margin, double floor) {
        Lies lies = c.lower() > floor + margin ? Lies.BEYOND : c.upper() <= floor + margin ? Lies.WITHIN : Lies.ACROSS;
        Outcome outcome = switch (lies) {
            case BEYOND -> Outcome.PASSED;
            case WITHIN -> Outcome.REGRESSED;
            case ACROSS -> Outcome.INCONCLUSIVE;
        };
        return new Judgement(outcome, new Reason.Effect(lies, c, metric.unit(), margin, floor));
    }

    /**
     * Prompts needed until the interval falls on one side of a limit, at the observed spread and distance: n = ((z_end +
     * z_power) * sigma / distance)^2.
     *
     * @param sigma standard deviation of a prompt's mean difference
     * @param distance between the estimate and the limit
     */
    public static double promptsNeeded(double sigma, double distance, double confidence) {
        NormalDistribution normal = new NormalDistribution(0, 1);
        double z =
                normal.inverseCumulativeProbability((1 + confidence) / 2) + normal.inverseCumulativeProbability(POWER);
        return Math.pow(z * sigma / distance, 2);
    }

    /** The same, with the spread that a comparison found. */
    static double promptsNeeded(Comparison c, double distance) {
        double half = (c.upper() - c.lower()) / 2;
        double sigma = half / Compare.quantile(c.clusters() - 1, c.confidence()) * Math.sqrt(c.clusters());
        return promptsNeeded(sigma, distance, c.confidence());
    }
}
