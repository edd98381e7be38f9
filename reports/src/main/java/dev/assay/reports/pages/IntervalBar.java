package dev.assay.reports.pages;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.reports.words.Margins;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One criterion as a strip: zero, the margin, the interval of candidate minus base. */
public final class IntervalBar {
    private static final int WIDTH = 180;
    private static final int HEIGHT = 26;
    private static final int EDGE = 6;

    private IntervalBar() {}

    /** The SVG element; an empty text where nothing was compared. */
    public static String svg(VerdictEntry v) {
        if (v.estimate() == null) {
            return "";
        }
        List<Double> limits = Margins.limits(v);
        List<Double> seen = new ArrayList<>(limits);
        seen.add(0.0);
        seen.add(v.estimate());
        if (v.interval() != null) {
            seen.addAll(v.interval());
        }
        double low = seen.stream().mapToDouble(d -> d).min().orElse(0);
        double high = seen.stream().mapToDouble(d -> d).max().orElse(1);
        double span = high == low ? 1 : high - low;
        StringBuilder s = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg class=\"bar\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT,
                Words.html("candidate minus base " + Words.signed(v.estimate()) + ", interval "
                        + Words.interval(v.interval()) + ", margin " + Words.number(v.margin()))));
        s.append(String.format(
                Locale.ROOT, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"13\" y2=\"13\"/>", EDGE, WIDTH - EDGE));
        s.append(vertical("zero", x(0, low, span)));
        limits.forEach(l -> s.append(vertical("limit", x(l, low, span))));
        if (v.interval() != null) {
            double from = x(v.interval().get(0), low, span);
            double to = x(v.interval().get(1), low, span);
            s.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"interval\" x=\"%.1f\" y=\"9\" width=\"%.1f\" height=\"8\" rx=\"2\"/>",
                    Math.min(from, to - 2),
                    Math.max(2, to - from)));
        }
        s.append(String.format(
                Locale.ROOT, "<circle class=\"mean\" cx=\"%.1f\" cy=\"13\" r=\"4\"/>", x(v.estimate(), low, span)));
        return s.append("</svg>").toString();
    }

    private static String vertical(String kind, double x) {
        return String.format(
                Locale.ROOT, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"2\" y2=\"24\"/>", kind, x, x);
    }

    private static double x(double value, double low, double span) {
        return EDGE + (value - low) / span * (WIDTH - 2 * EDGE);
    }
}
