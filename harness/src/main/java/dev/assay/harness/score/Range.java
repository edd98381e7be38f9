package dev.assay.harness.score;

import java.math.BigDecimal;
import java.util.OptionalDouble;

/**
 * The values that a metric can give.
 *
 * @param lowest negative infinity where there is no bound
 * @param highest positive infinity where there is no bound
 * @param isRate whether every value is one of the two ends
 * @param usualLowest from where most values of real pictures lie; {@code lowest} where nothing more is known
 * @param usualHighest up to where they lie; {@code highest} where nothing more is known
 */
public record Range(double lowest, double highest, boolean isRate, double usualLowest, double usualHighest) {
    private static final double ROUNDING = 1e-6; // of an end, and of 1 where the end is smaller

    public Range {
        if (!(lowest < highest && lowest <= usualLowest && usualLowest < usualHighest && usualHighest <= highest)) {
            throw new IllegalArgumentException("expected a range with usual values inside, found " + lowest + " to "
                    + highest + ", usually " + usualLowest + " to " + usualHighest);
        }
    }

    /** 0 or 1 for a picture, so that a mean is a share of pictures. */
    public static Range rate() {
        return new Range(0, 1, true, 0, 1);
    }

    /** From {@code lowest} to {@code highest}, both included. */
    public static Range closed(double lowest, double highest) {
        return new Range(lowest, highest, false, lowest, highest);
    }

    public static Range atLeast(double lowest) {
        return closed(lowest, Double.POSITIVE_INFINITY);
    }

    /** Any finite number. */
    public static Range open() {
        return atLeast(Double.NEGATIVE_INFINITY);
    }

    /** The same, with what people may expect of real pictures; decides nothing. */
    public Range mostly(double from, double to) {
        return new Range(lowest, highest, isRate, from, to);
    }

    /** Whether a value is possible. Finite ends are taken with some rounding, the two values of a rate are not. */
    public boolean contains(double value) {
        return isRate
                ? value == lowest || value == highest
                : Double.isFinite(value) && value >= lowest - rounding(lowest) && value <= highest + rounding(highest);
    }

    /** Whether two possible values can differ by so much. */
    public boolean containsDifference(double difference) {
        double most = highest - lowest;
        double size = Math.abs(difference);
        return isRate ? size == 0 || size == most : Double.isFinite(size) && size <= most + rounding(most);
    }

    private static double rounding(double end) {
        return ROUNDING * Math.max(1, Math.abs(end));
    }

    /** The end than which nothing is worse; empty where there is none, and where both directions are bad. */
    public OptionalDouble worst(Direction better) {
        double worst = switch (better) {
            case HIGHER -> lowest;
            case LOWER -> highest;
            case TWO_SIDED -> Double.NaN;
        };
        return Double.isFinite(worst) ? OptionalDouble.of(worst) : OptionalDouble.empty();
    }

    /** For people: {@code 0 or 1}, {@code [0, 1]}, {@code 0 or more}, {@code any number, mostly 15 to 26}. */
    @Override
    public String toString() {
        String possible = isRate ? "0 or 1" : words(lowest, highest, "[%s, %s]");
        return usualLowest == lowest && usualHighest == highest
                ? possible
                : possible + ", mostly " + words(usualLowest, usualHighest, "%s to %s");
    }

    private static String words(double low, double high, String between) {
        if (Double.isInfinite(low)) {
            return Double.isInfinite(high) ? "any number" : number(high) + " or less";
        }
        return Double.isInfinite(high) ? number(low) + " or more" : between.formatted(number(low), number(high));
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
