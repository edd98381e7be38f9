package dev.assay.harness.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/** Numbers as people read them: one number reads the same in a reason, a report, a card and on a terminal. */
public final class Numbers {
    private static final MathContext DIGITS = new MathContext(3, RoundingMode.HALF_EVEN);
    private static final double SMALL = 1e-6; // what is smaller has an exponent, as in a browser
    private static final double LARGE = 1e15;
    private static final List<String> UNITS = List.of("bytes", "kB", "MB", "GB", "TB", "PB", "EB");

    private Numbers() {}

    /** Three significant digits, or all of the integer part: {@code 0.0831}, {@code -12.4}, {@code 1235}, {@code 4.57e-7}. */
    public static String of(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value) || value == 0) {
            return value == 0 ? "0" : Double.toString(value);
        }
        BigDecimal exact = BigDecimal.valueOf(value);
        if (size < SMALL || size >= LARGE) {
            BigDecimal rounded = exact.round(DIGITS).stripTrailingZeros();
            int exponent = rounded.precision() - rounded.scale() - 1;
            return rounded.movePointLeft(exponent).toPlainString() + "e" + exponent;
        }
        BigDecimal rounded = size >= 100 ? exact.setScale(0, RoundingMode.HALF_EVEN) : exact.round(DIGITS);
        return rounded.stripTrailingZeros().toPlainString();
    }

    /** {@link #of} with its sign: {@code +0.0831}. */
    public static String signed(double value) {
        return (value > 0 ? "+" : "") + of(value);
    }

    /** {@code 12.5 %} of a share of 0.125. */
    public static String percent(double share) {
        return of(100 * share) + " %";
    }

    /** {@code 2.1 GB}, in powers of ten. */
    public static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        double size = bytes;
        int unit = 0;
        while (size >= (unit == 0 ? 1000 : 999.5) && unit < UNITS.size() - 1) {
            size /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, size < 9.95 ? "%.1f %s" : "%.0f %s", size, UNITS.get(unit));
    }

    /** {@code 4.2 s}, {@code 42 s}, {@code 3 min 4 s}, {@code 2 h 5 min}. */
    public static String time(double seconds) {
        long s = Math.round(seconds);
        return seconds < 10
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : s < 60
                        ? s + " s"
                        : s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s / 60 % 60 + " min";
    }

    /** A large number of things as people count them: {@code 12,345}, {@code 2.6 billion}. */
    public static String count(long things) {
        return things >= 1e9
                ? String.format(Locale.ROOT, "%.1f billion", things / 1e9)
                : things >= 1e6
                        ? String.format(Locale.ROOT, "%.1f million", things / 1e6)
                        : String.format(Locale.ROOT, "%,d", things);
    }

    /** {@code 1 hand}, {@code 2 hands}. */
    public static String counted(int count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
