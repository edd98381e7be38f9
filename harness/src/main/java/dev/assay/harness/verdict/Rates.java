package dev.assay.harness.verdict;

import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.discrete.BinomialDistribution;

/** Statistics of rates: of pictures that show a defect or do not. Pure functions. */
public final class Rates {
    private static final int HALVINGS = 200; // to the last bit of a double in [-1, 1]

    private Rates() {}

    /** Both ends of a two-sided interval. */
    public record Interval(double lower, double upper) {}

    /**
     * Exact two-sided McNemar test: of the pairs that changed, as many for the worse as for the better are expected.
     *
     * @param worse pairs that gained the defect
     * @param better pairs that lost it
     * @return p; 1 where nothing changed
     */
    public static double mcNemar(int worse, int better) {
        int changed = worse + better;
        return changed == 0
                ? 1
                : Math.min(
                        1, 2 * new BinomialDistribution(changed, 0.5).cumulativeProbability(Math.min(worse, better)));
    }

    /**
     * The exact test over prompts: under the hypothesis that base and candidate are alike, a prompt's balance may as well
     * have the other sign, with all its seeds at once. Every pattern of signs is counted. With one seed per prompt this is
     * {@link #mcNemar}.
     *
     * @param balances per prompt: pairs that gained the defect minus pairs that lost it
     * @return two-sided p; 1 where nothing changed
     */
    public static double signFlip(int[] balances) {
        int most = 0;
        int sum = 0;
        for (int balance : balances) {
            most += Math.abs(balance);
            sum += balance;
        }
        double[] chance = new double[2 * most + 1]; // of a sum, shifted by most
        chance[most] = 1;
        for (int balance : balances) {
            if (balance == 0) {
                continue;
            }
            double[] next = new double[chance.length];
            for (int i = 0; i < chance.length; i++) {
                if (chance[i] > 0) {
                    next[i - balance] += chance[i] / 2; // stays inside: no sum exceeds most
                    next[i + balance] += chance[i] / 2;
                }
            }
            chance = next;
        }
        double p = 0;
        for (int i = 0; i < chance.length; i++) {
            if (Math.abs(i - most) >= Math.abs(sum)) {
                p += chance[i];
            }
        }
        return Math.min(1, p);
    }

    /** Wilson's score interval for one rate; counts may be fractions, as effective numbers are. After Wilson 1927. */
    public static Interval wilson(double found, double n, double confidence) {
        if (!(n > 0 && found >= 0 && found <= n)) {
            throw new IllegalArgumentException("expected 0 to n of n > 0, found " + found + " of " + n);
        }
        double z = z(confidence);
        double p = found / n;
        double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
        double half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
        return new Interval(found == 0 ? 0 : middle - half, found == n ? 1 : middle + half);
    }

    /**
     * Tango's score interval for a paired difference of rates. After Tango 1998, "Equivalence test and confidence interval
     * for the difference in proportions for the paired-sample design", Statistics in Medicine 17. It holds where nothing
     * changed, and near 0 and 1, where the usual one shrinks to a point.
     *
     * @param worse pairs that gained the defect; may be a fraction, as effective numbers are
     * @param better pairs that lost it
     * @param n all pairs, those without a change too
     * @return interval of (worse - better) / n
     */
    public static Interval tango(double worse, double better, double n, double confidence) {
        if (!(n > 0 && worse >= 0 && better >= 0 && worse + better <= n * (1 + 1e-12))) {
            throw new IllegalArgumentException(
                    "expected worse and better of n > 0 pairs, found " + worse + " and " + better + " of " + n);
        }
        double z = z(confidence);
        double estimate = (worse - better) / n;
        return new Interval(end(worse, better, n, z, estimate, -1), end(worse, better, n, -z, estimate, 1));
    }

    /** The score falls as the difference rises; it is {@code z} between the estimate and the far end. */
    private static double end(double worse, double better, double n, double z, double estimate, double far) {
        double near = estimate;
        double out = far;
        for (int i = 0; i < HALVINGS && near != out; i++) {
            double middle = (near + out) / 2;
            if (middle == near || middle == out) {
                break;
            }
            boolean inside = Math.abs(score(worse, better, n, middle)) < Math.abs(z);
            near = inside ? middle : near;
            out = inside ? out : middle;
        }
        return near;
    }

    /** Tango's T: the difference less {@code delta}, over its standard deviation were {@code delta} the true one. */
    static double score(double worse, double better, double n, double delta) {
        double b = -worse - better + (2 * n - worse + better) * delta;
        double c = -better * delta * (1 - delta);
        double likely = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n); // rate of better, given delta
        double variance = n * (2 * likely + delta * (1 - delta));
        double distance = worse - better - n * delta;
        return distance == 0 ? 0 : distance / Math.sqrt(Math.max(0, variance)); // infinite at an impossible delta
    }

    /**
     * How many times the variance of a mean of independent values that of this one has, because values of a prompt resemble
     * each other; at least 1. The ratio of the clustered to the plain variance of the mean, with one prompt more, all of whose
     * seeds change together, half of it for the worse and half for the better: where nearly nothing changed the data cannot
     * tell whether seeds of a prompt are independent, and then they are taken for copies.
     *
     * @param clusters values -1, 0 and 1 by prompt; at least two prompts
     */
    public static double designEffect(double[][] clusters) {
        int n = 0;
        for (double[] cluster : clusters) {
            n += cluster.length;
        }
        double mean = Compare.mean(clusters);
        double size = (double) n / clusters.length;
        double together = size * size;
        double apart = size;
        for (double[] cluster : clusters) {
            double sum = 0;
            for (double value : cluster) {
                sum += value - mean;
                apart += (value - mean) * (value - mean);
            }
            together += sum * sum;
        }
        double finite = clusters.length / (clusters.length - 1.0) / (n / (n - 1.0));
        return Math.max(1, finite * together / apart);
    }

    /**
     * Pairs that independent evidence of the same weight would have: n over the design effect, and fewer where few prompts tell
     * of the spread. After Korn and Graubard 1998, "Confidence intervals for proportions with small expected number of
     * positive counts estimated from survey data", Survey Methodology 24.
     */
    public static double effectivePairs(double[][] clusters, double confidence) {
        int n = 0;
        for (double[] cluster : clusters) {
            n += cluster.length;
        }
        double few = Compare.quantile(n - 1, confidence) / Compare.quantile(clusters.length - 1, confidence);
        return n / designEffect(clusters) * few * few;
    }

    static double z(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("expected a confidence in (0, 1), found " + confidence);
        }
        return new NormalDistribution(0, 1).inverseCumulativeProbability((1 + confidence) / 2);
    }
}
