package dev.assay.harness.verdict;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.Criterion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From the scores of a metric to the verdict on a criterion. */
public final class Verdicts {
    private static final double CONFIDENCE = Comparison.CONFIDENCE;

    private Verdicts() {}

    /**
     * @param scored all pairs
     * @param independent those of them that count in the statistics
     * @param noiseFloor mean distance between two renders of the same model; 0 where the metric is no distance
     */
    public static Verdict of(
            Criterion criterion, Metric metric, Scored scored, List<Clustered> independent, double noiseFloor) {
        if (criterion.rule() == Criterion.Rule.DEFECT_RATE_NON_INFERIOR) {
            return ofRates(criterion, metric, scored, independent);
        }
        Comparison c = Compare.paired(PairedDifference.of(independent), scored.unscoredPairs(), CONFIDENCE);
        Calibration errors = metric.errorRates();
        if (criterion.rule() == Criterion.Rule.NON_INFERIOR && errors != null && c.clusters() > 1) {
            return corrected(criterion, metric.info(), errors, scored, c, independent);
        }
        return verdict(criterion, metric.info(), c, independent, scored, noiseFloor);
    }

    private static Verdict verdict(
            Criterion criterion,
            MetricInfo info,
            Comparison c,
            List<Clustered> independent,
            Scored scored,
            double noiseFloor) {
        Judgement j = Judgement.of(criterion, info, c, PairedDifference.of(independent), scored.unscored(), noiseFloor)
                .ofEnoughPrompts(criterion, c)
                .guardAgainstVacuousPass(criterion, info, scored.ofBase());
        return new Verdict(criterion, info, j.outcome(), c, j.reason(), scored, independent);
    }

    /** A difference of mean shares of judgements, without what their errors hide of it. */
    private static Verdict corrected(
            Criterion criterion,
            MetricInfo info,
            Calibration errors,
            Scored scored,
            Comparison seen,
            List<Clustered> independent) {
        if (!RoganGladen.isInformative(errors, CONFIDENCE)) {
            return new Verdict(
                    criterion, info, Outcome.INCONCLUSIVE, seen, new Reason.JudgeMayGuess(errors), scored, independent);
        }
        RoganGladen.Corrected right = RoganGladen.difference(
                seen.estimate(), new Rates.Interval(seen.lower(), seen.upper()), errors, CONFIDENCE);
        Comparison c = new Comparison(
                right.estimate(),
                right.lower(),
                right.upper(),
                CONFIDENCE,
                seen.clusters(),
                seen.pairs(),
                seen.unscored());
        Verdict verdict = verdict(criterion, info, c, independent, scored, 0);
        return verdict.judged(verdict.outcome(), new Reason.Corrected(verdict.reason(), errors, seen.estimate()));
    }

    /** A criterion on the share of pictures with a defect. */
    private static Verdict ofRates(Criterion criterion, Metric metric, Scored scored, List<Clustered> independent) {
        MetricInfo info = metric.info();
        List<PairedOutcome> outcomes = independent.stream()
                .map(c -> new PairedOutcome(
                        c.cluster(),
                        defect(info, c.pair().base()),
                        defect(info, c.pair().candidate())))
                .toList();
        Calibration calibration = criterion.calibration() != null ? criterion.calibration() : metric.calibration();
        RateComparison rates = RateComparison.of(outcomes, scored.unscoredPairs(), CONFIDENCE, calibration);
        Comparison c = rates.corrected();
        Judgement j = Judgement.ofRates(criterion, rates, scored.unscored())
                .ofEnoughPrompts(criterion, c)
                .guardAgainstVacuousPass(criterion, info, scored.ofBase());
        return new Verdict(
                criterion,
                info,
                j.outcome(),
                info.better() == Direction.LOWER ? c : c.negated(),
                j.reason(),
                scored,
                independent);
    }

    private static boolean defect(MetricInfo info, @Nullable Double value) {
        if (value == null || (value != 0 && value != 1)) {
            throw new IllegalArgumentException(info.name() + ": expected 0 or 1, found " + value);
        }
        return (info.better() == Direction.LOWER) == (value == 1);
    }
}
