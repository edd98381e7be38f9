package dev.assay.harness.verdict;

import dev.assay.harness.score.Better;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.text.Numbers;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.hipparchus.distribution.continuous.NormalDistribution;

/** An outcome and the one sentence that explains it. */
public record Judgement(Outcome outcome, String reason) {
    /** A larger share of unscored pairs leaves a verdict open: what could not be scored may be what got worse. */
    public static final double MOST_UNSCORED = 0.25;

    /**
     * Fewer prompts show nothing of prompts in general: where five of five agree, chance alone would do so in 1 of 32 suites, which is below the
     * level of either end of an interval; four of four in 1 of 16, which is not.
     */
    public static final int LEAST_PROMPTS = 5;

    /** Chance with which the suggested number of prompts would decide, if the observed difference is the true one. */
    private static final double POWER = 0.8;

    /**
     * Judges a comparison.
     *
     * <p>NON_INFERIOR: with w the worsening (minus the difference where higher is better, the difference where lower is
     * better, its size where either way is worse), PASSED if the whole interval of w is at most the margin, REGRESSED if
     * the whole interval is above it. NONE_NEW: REGRESSED if any pair worsened, else PASSED. EFFECTIVE: the differences
     * are distances; PASSED if the whole interval is above noise floor plus margin, REGRESSED if none of it is.
     *
     * <p>Too few pairs, too few prompts or too many unscored pairs leave the verdict INCONCLUSIVE; a new defect does
     * not become less of one for that.
     *
     * @param differences those of the comparison, for NONE_NEW
     * @param unscoredReasons reason to number of pairs, for the sentence
     * @param noiseFloor mean distance between two renders of the same model, for EFFECTIVE; 0 for a deterministic renderer
     */
    public static Judgement of(
            Criterion criterion,
            MetricInfo metric,
            Comparison comparison,
            List<PairedDifference> differences,
            Map<String, Integer> unscoredReasons,
            double noiseFloor) {
        if (criterion.rule() == Criterion.Rule.NONE_NEW) {
            long worse = differences.stream()
                    .filter(d -> worsening(d.value(), metric.better()) > 0)
                    .count();
            if (worse > 0) {
                return new Judgement(
                        Outcome.REGRESSED,
                        worse + " of " + comparison.pairs() + " pairs worse in the candidate than in the base ("
                                + metric.name() + "); none is allowed");
            }
        }
        String missing = missing(criterion, comparison, unscoredReasons);
        if (missing != null) {
            return new Judgement(Outcome.INCONCLUSIVE, missing);
        }
        return switch (criterion.rule()) {
            case NONE_NEW ->
                new Judgement(
                        Outcome.PASSED,
                        "none of " + comparison.pairs() + " pairs worse in the candidate than in the base ("
                                + metric.name() + ")");
            case NON_INFERIOR -> nonInferior(comparison, metric, criterion.margin());
            case NO_MORE_DEFECTS -> throw new IllegalArgumentException("rates are judged by ofRates");
            case EFFECTIVE -> effective(comparison, metric, criterion.margin(), noiseFloor);
        };
    }

    /**
     * Judges a comparison of defect rates (NO_MORE_DEFECTS): PASSED if the whole interval of their difference, corrected for the
     * metric's error rates where they are known, is at most the margin; REGRESSED if the whole interval is above it and the
     * exact test agrees; INCONCLUSIVE otherwise, and where the metric's error rates leave it open whether it tells anything.
     *
     * @param unscoredReasons reason to number of pairs, for the sentence
     */
    public static Judgement ofRates(Criterion criterion, RateComparison rates, Map<String, Integer> unscoredReasons) {
        Comparison c = rates.corrected();
        String missing = missing(criterion, c, unscoredReasons);
        if (missing != null) {
            return new Judgement(Outcome.INCONCLUSIVE, missing);
        }
        if (rates.calibration() != null && !RoganGladen.tells(rates.calibration(), c.confidence())) {
            return new Judgement(
                    Outcome.INCONCLUSIVE,
                    "the metric finds " + rates.calibration().found() + " of "
                            + rates.calibration().defects() + " defects and "
                            + rates.calibration().falseAlarms() + " in "
                            + rates.calibration().sound()
                            + " sound pictures; with so few it may as well guess, and its rates tell nothing");
        }
        String sentence = "the defect is in " + percent(rates.candidateRate()) + " of the pictures, in the base's in "
                + percent(rates.baseRate()) + "; " + rates.gained() + " of " + c.pairs() + " pairs gained it, "
                + rates.lost() + " lost it (exact McNemar " + (c.clusters() < c.pairs() ? "over prompts " : "")
                + (rates.p() < 1e-4 ? "p below 0.0001" : "p = " + number(rates.p())) + "); " + points(rates.seen())
                + (rates.calibration() == null
                        ? ""
                        : ", with the metric's own errors (finds "
                                + percent(rates.calibration().sensitivity())
                                + ", false alarms "
                                + percent(1 - rates.calibration().specificity()) + ") "
                                + points(c))
                + "; at most " + number(100 * criterion.margin()) + " is allowed";
        if (c.upper() <= criterion.margin()) {
            return new Judgement(Outcome.PASSED, sentence);
        }
        if (c.lower() > criterion.margin()) {
            return rates.p() <= 1 - c.confidence()
                    ? new Judgement(Outcome.REGRESSED, sentence)
                    : new Judgement(Outcome.INCONCLUSIVE, sentence + "; the exact test does not bear it out");
        }
        return new Judgement(Outcome.INCONCLUSIVE, sentence + "; " + more(c, criterion.margin() - c.estimate()));
    }

    /** {@code 4.2 percentage points more (90 % interval -1 to 9)}. */
    private static String points(Comparison c) {
        return number(100 * Math.abs(c.estimate())) + " percentage points " + (c.estimate() < 0 ? "fewer" : "more")
                + " ("
                + percent(c.confidence()) + " interval " + number(100 * c.lower()) + " to " + number(100 * c.upper())
                + ")";
    }

    /**
     * The same, but not PASSED on fewer than {@link #LEAST_PROMPTS} prompts. That something was applied (EFFECTIVE) few can show.
     */
    public Judgement ofEnoughPrompts(Criterion criterion, Comparison comparison) {
        boolean few = outcome == Outcome.PASSED
                && criterion.rule() != Criterion.Rule.EFFECTIVE
                && comparison.clusters() < LEAST_PROMPTS;
        return few
                ? new Judgement(
                        Outcome.INCONCLUSIVE,
                        reason + "; but on " + comparison.clusters()
                                + (comparison.clusters() == 1 ? " prompt" : " prompts") + " alone: fewer than "
                                + LEAST_PROMPTS + " show nothing of the others")
                : this;
    }

    /**
     * The same, but not PASSED where no candidate could have regressed: the base itself is as bad as can be, or so near that the margin hides the
     * rest. A detector for another world, a threshold that nothing reaches, or a base that paints black pictures looks like that.
     *
     * @param base the base's values; empty where only differences exist
     */
    public Judgement ifAnyCouldFail(Criterion criterion, MetricInfo metric, List<Double> base) {
        OptionalDouble worst = metric.range().worst(metric.better());
        if (outcome != Outcome.PASSED
                || base.isEmpty()
                || worst.isEmpty()
                || criterion.rule() == Criterion.Rule.EFFECTIVE) {
            return this;
        }
        double mean = base.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        long lost = base.stream().filter(v -> v == worst.getAsDouble()).count();
        boolean counts = criterion.rule() == Criterion.Rule.NONE_NEW;
        boolean vacuous = counts
                ? lost > MOST_UNSCORED * base.size()
                : Math.abs(mean - worst.getAsDouble()) <= criterion.margin();
        if (!vacuous) {
            return this;
        }
        return new Judgement(
                Outcome.INCONCLUSIVE,
                reason
                        + (counts
                                ? "; but " + lost + " of " + base.size()
                                        + " pictures of the base itself have the defect (" + metric.name()
                                        + "), so that the candidate's could not have it anew: does the base work?"
                                : "; but the base itself shows " + (metric.better() == Better.HIGHER ? "only " : "")
                                        + number(mean) + " " + metric.unit()
                                        + ", so that no candidate could "
                                        + (metric.better() == Better.HIGHER ? "fall below" : "rise above")
                                        + " it by more than that: do the weights and thresholds suit these pictures?"));
    }

    private static double worsening(double difference, Better better) {
        return switch (better) {
            case HIGHER -> -difference;
            case LOWER -> difference;
            case EITHER -> Math.abs(difference);
        };
    }

    private static String missing(Criterion criterion, Comparison c, Map<String, Integer> unscoredReasons) {
        int all = c.pairs() + c.unscored();
        int needed = Math.max(1, criterion.leastPairs());
        String reasons = unscoredReasons.isEmpty()
                ? ""
                : unscoredReasons.entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                        .map(e -> e.getValue() + " x " + e.getKey())
                        .collect(Collectors.joining(", ", ": ", ""));
        if (c.pairs() < needed) {
            return c.pairs() + " of " + all + " pairs scored; " + needed + (needed == 1 ? " is" : " are") + " needed"
                    + reasons;
        }
        if (c.unscored() > MOST_UNSCORED * all) {
            return c.unscored() + " of " + all + " pairs unscored; at most a quarter may be" + reasons;
        }
        if (c.clusters() < 2 && criterion.rule() != Criterion.Rule.NONE_NEW) {
            return "pairs of " + c.clusters() + " prompt only; an interval needs at least 2 prompts" + reasons;
        }
        return null;
    }

    private static Judgement nonInferior(Comparison c, MetricInfo metric, double margin) {
        boolean either = metric.better() == Better.EITHER;
        boolean higher = metric.better() == Better.HIGHER;
        double low = higher ? -c.upper() : c.lower(); // of the worsening
        double high = higher ? -c.lower() : c.upper();
        double worst = either ? Math.max(Math.abs(low), Math.abs(high)) : high;
        double best = either && low <= 0 && high >= 0 ? 0 : either ? Math.min(Math.abs(low), Math.abs(high)) : low;
        String found = either ? drift(c, metric.unit()) : worse(c, higher, low, high, metric.unit());
        String sentence = found + "; at most " + number(margin) + (either ? " either way" : "") + " is allowed";
        if (worst <= margin) {
            return new Judgement(Outcome.PASSED, sentence);
        }
        if (best > margin) {
            return new Judgement(Outcome.REGRESSED, sentence);
        }
        double distance = margin - (either ? Math.abs(c.estimate()) : higher ? -c.estimate() : c.estimate());
        return new Judgement(Outcome.INCONCLUSIVE, sentence + "; " + more(c, distance));
    }

    private static Judgement effective(Comparison c, MetricInfo metric, double margin, double floor) {
        double least = floor + margin;
        String limit = "the noise floor (" + number(floor) + ")" + (margin > 0 ? " plus " + number(margin) : "");
        String found = number(c.estimate()) + " " + metric.unit() + " from the base"
                + (c.lower() == c.upper() ? "" : " (" + interval(c) + ")");
        if (c.lower() > least) {
            return new Judgement(Outcome.PASSED, "changes the pictures: " + found + ", beyond " + limit);
        }
        if (c.upper() <= least) {
            return new Judgement(Outcome.REGRESSED, "changes nothing beyond " + limit + ": " + found);
        }
        return new Judgement(
                Outcome.INCONCLUSIVE,
                "may change nothing beyond " + limit + ": " + found + "; " + more(c, c.estimate() - least));
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

    private static String more(Comparison c, double distance) {
        double half = (c.upper() - c.lower()) / 2;
        double sigma = half / Compare.quantile(c.clusters() - 1, c.confidence()) * Math.sqrt(c.clusters());
        double needed = Math.ceil(promptsNeeded(sigma, distance, c.confidence()));
        if (!(needed < 100.0 * c.clusters())) {
            return "it lies so close to the limit that more prompts would hardly decide";
        }
        long more = Math.max(1, (long) needed - c.clusters());
        return "about " + more + " more " + (more == 1 ? "prompt" : "prompts") + " at this spread would decide";
    }

    private static String drift(Comparison c, String unit) {
        return "differs by " + number(c.estimate()) + " " + unit + " (" + interval(c) + ")";
    }

    private static String worse(Comparison c, boolean higher, double low, double high, String unit) {
        if (low == 0 && high == 0) {
            return "no difference in " + c.pairs() + " pairs";
        }
        double w = higher ? -c.estimate() : c.estimate();
        String head = (w > 0 ? "worse by " : "better by ") + number(Math.abs(w)) + " " + unit;
        if (low == high) {
            return head + " in every pair";
        }
        String ends;
        if (w > 0 && low >= 0) {
            ends = number(low) + " to " + number(high);
        } else if (w <= 0 && high <= 0) {
            ends = number(-high) + " to " + number(-low);
        } else {
            ends = number(-low) + " better to " + number(high) + " worse";
        }
        return head + " (" + percent(c.confidence()) + " interval " + ends + ")";
    }

    private static String interval(Comparison c) {
        return percent(c.confidence()) + " interval " + number(c.lower()) + " to " + number(c.upper());
    }

    private static String percent(double share) {
        return Numbers.percent(share);
    }

    private static String number(double value) {
        return Numbers.of(value);
    }
}
