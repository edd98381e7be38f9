package dev.assay.harness.verdict;

import dev.assay.harness.suite.Calibration;
import dev.assay.harness.verdict.Rates.Interval;

/**
 * Rates as they would be seen by eyes that never err. After Rogan and Gladen 1978, "Estimating prevalence from the results of a
 * screening test", American Journal of Epidemiology 107: (rate + specificity - 1) / (sensitivity + specificity - 1).
 *
 * <p>Sensitivity and specificity were measured on so many pictures and no more. Their variance (delta method; with one success
 * and one failure added, after Lang and Reiczigel 2014, Preventive Veterinary Medicine 113, so that 200 of 200 is not certainty)
 * is added in squares to the distance of each end of the interval from the estimate (MOVER, Zou and Donner 2008, Statistics in
 * Medicine 27). It is assumed that the errors are the same on base and candidate.
 */
public final class RoganGladen {
    private RoganGladen() {}

    /**
     * An estimate with its two-sided interval.
     *
     * @param estimate of a rate cut to [0, 1], of a difference to [-1, 1]; so are the ends
     */
    public record Corrected(double estimate, double lower, double upper) {}

    /** sensitivity + specificity - 1: 1 for a faultless metric, 0 for one that guesses. */
    public static double youden(Calibration calibration) {
        return calibration.sensitivity() + calibration.specificity() - 1;
    }

    /** Whether the metric, at worst, still tells defects from none: its Youden index is above 0 at this confidence. */
    public static boolean isInformative(Calibration calibration, double confidence) {
        double error = Math.sqrt(variance(calibration.found(), calibration.defects())
                + variance(calibration.falseAlarms(), calibration.sound()));
        return youden(calibration) - Rates.z(confidence) * error > 0;
    }

    /**
     * A rate.
     *
     * @param seen share of pictures in which the defect was found, with its interval
     */
    public static Corrected rate(double seen, Interval interval, Calibration calibration, double confidence) {
        double youden = youden(calibration);
        double rate = (seen + calibration.specificity() - 1) / youden;
        double kept = Math.max(0, Math.min(1, rate));
        double error = Rates.z(confidence)
                / youden
                * Math.sqrt(kept * kept * variance(calibration.found(), calibration.defects())
                        + (1 - kept) * (1 - kept) * variance(calibration.falseAlarms(), calibration.sound()));
        return new Corrected(
                kept,
                cut(rate - Math.hypot((seen - interval.lower()) / youden, error), 0),
                cut(rate + Math.hypot((interval.upper() - seen) / youden, error), 0));
    }

    /**
     * A difference of two rates seen by the same metric.
     *
     * @param seen candidate minus base, with its interval
     */
    public static Corrected difference(double seen, Interval interval, Calibration calibration, double confidence) {
        double youden = youden(calibration);
        double difference = seen / youden;
        double error = Rates.z(confidence)
                / youden
                * Math.abs(difference)
                * Math.sqrt(variance(calibration.found(), calibration.defects())
                        + variance(calibration.falseAlarms(), calibration.sound()));
        return new Corrected(
                cut(difference, -1),
                cut(difference - Math.hypot((seen - interval.lower()) / youden, error), -1),
                cut(difference + Math.hypot((interval.upper() - seen) / youden, error), -1));
    }

    private static double cut(double value, double least) {
        return Math.max(least, Math.min(1, value));
    }

    /** Of a measured share, with one success and one failure added. */
    private static double variance(int k, int n) {
        double share = (k + 1.0) / (n + 2.0);
        return share * (1 - share) / (n + 2.0);
    }
}
