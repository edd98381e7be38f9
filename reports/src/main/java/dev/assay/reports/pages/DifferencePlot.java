package dev.assay.reports.pages;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Measurement;
import dev.assay.reports.words.Margins;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The paired differences per prompt as a static SVG: dots for pairs, the interval of the mean, the margin. */
public final class DifferencePlot {
    private static final int MAX_ROWS = 40;
    private static final int ROW = 20;
    private static final int LABELS = 260;
    private static final int WIDTH = 820;
    private static final int RIGHT = 24;
    private static final int TOP = 54;

    // Middle tones: seen on white and on a dark page.
    private static final String DOT = "#3b82f6";
    private static final String LIMIT = "#e5484d";
    private static final String MEAN = "#8e4ec6";
    private static final String AXIS = "#888888";

    private DifferencePlot() {}

    /** The SVG element, or an empty text where nothing was compared. */
    public static String svg(VerdictEntry v) {
        List<Measurement> pairs = v.measurements();
        if (pairs.isEmpty()) {
            return "";
        }
        Map<String, List<Measurement>> cases = new LinkedHashMap<>();
        pairs.forEach(
                p -> cases.computeIfAbsent(p.caseId(), c -> new ArrayList<>()).add(p));
        List<Map.Entry<String, List<Measurement>>> rows = cases.entrySet().stream()
                .sorted(Comparator.comparingDouble(e -> -Math.abs(mean(e.getValue()))))
                .limit(MAX_ROWS)
                .sorted(Comparator.comparingDouble(e -> mean(e.getValue())))
                .toList();
        Scale scale = Scale.of(v, pairs);
        int bottom = TOP + rows.size() * ROW + 6;
        int height = bottom + 50 + (rows.size() < cases.size() ? 20 : 0);

        StringBuilder s = new StringBuilder();
        s.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"100%%\""
                        + " style=\"max-width:%dpx\" font-family=\"sans-serif\" font-size=\"14\" fill=\"currentColor\""
                        + " role=\"img\" aria-label=\"paired differences per prompt\">",
                WIDTH,
                height,
                WIDTH));
        line(s, scale.x(0), TOP - 30, bottom, AXIS, "");
        for (double limit : Margins.limits(v)) {
            line(s, scale.x(limit), TOP - 30, bottom, LIMIT, " stroke-dasharray=\"5 3\"");
            text(s, scale.x(limit), TOP - 36, "middle", LIMIT, "margin " + Words.signed(limit));
        }
        mean(s, v, scale);
        for (int i = 0; i < rows.size(); i++) {
            double y = TOP + i * ROW + ROW / 2.0;
            text(s, LABELS - 10, y + 5, "end", null, Words.line(rows.get(i).getKey(), 38));
            s.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-opacity=\"0.2\"/>",
                    LABELS,
                    WIDTH - RIGHT,
                    y,
                    y,
                    AXIS));
            for (Measurement p : rows.get(i).getValue()) {
                s.append(String.format(
                        Locale.ROOT,
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\""
                                + " fill-opacity=\"0.6\"><title>%s</title></circle>",
                        scale.x(p.difference()),
                        y,
                        DOT,
                        Words.html(
                                (p.seed() == null ? "" : "seed " + p.seed() + ": ") + Words.signed(p.difference()))));
            }
        }
        for (double end : List.of(scale.low, scale.high)) {
            if (Math.abs(scale.x(end) - scale.x(0)) > 60) {
                text(s, scale.x(end), bottom + 18, "middle", null, Words.signed(end));
            }
        }
        text(s, scale.x(0), bottom + 18, "middle", null, "0");
        text(
                s,
                (LABELS + WIDTH - RIGHT) / 2.0,
                bottom + 40,
                "middle",
                null,
                "candidate minus base, " + Words.line(v.unit(), 40) + " (" + Words.better(v) + "); a dot is a pair");
        if (rows.size() < cases.size()) {
            text(
                    s,
                    (LABELS + WIDTH - RIGHT) / 2.0,
                    bottom + 60,
                    "middle",
                    null,
                    "the " + rows.size() + " prompts with the largest differences of " + cases.size());
        }
        return s.append("</svg>").toString();
    }

    private static void mean(StringBuilder s, VerdictEntry v, Scale scale) {
        if (v.estimate() == null) {
            return;
        }
        double y = TOP - 14;
        text(
                s,
                LABELS - 10,
                y + 5,
                "end",
                MEAN,
                "mean" + (v.interval() != null ? " and " + percent(v) + " interval" : ""));
        if (v.interval() != null) {
            s.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"8\" rx=\"2\" fill=\"%s\""
                            + " fill-opacity=\"0.55\"/>",
                    scale.x(v.interval().get(0)),
                    y - 4,
                    Math.max(
                            2,
                            scale.x(v.interval().get(1)) - scale.x(v.interval().get(0))),
                    MEAN));
        }
        s.append(String.format(
                Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>", scale.x(v.estimate()), y, MEAN));
    }

    public static String percent(VerdictEntry v) {
        return Words.number(100 * v.confidence()) + " %";
    }

    private static void line(StringBuilder s, double x, double y0, double y1, String color, String more) {
        s.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>",
                x,
                x,
                y0,
                y1,
                color,
                more));
    }

    private static void text(StringBuilder s, double x, double y, String anchor, @Nullable String color, String text) {
        s.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>",
                x,
                y,
                anchor,
                color == null ? "" : " fill=\"" + color + "\"",
                Words.html(text)));
    }

    private static double mean(List<Measurement> pairs) {
        return pairs.stream().mapToDouble(Measurement::difference).average().orElse(0);
    }

    /** From values to pixels; zero, margin and interval are always in view. */
    private record Scale(double low, double high) {
        static Scale of(VerdictEntry v, List<Measurement> pairs) {
            double low = 0;
            double high = 0;
            List<Double> seen = new ArrayList<>(Margins.limits(v));
            pairs.forEach(p -> seen.add(p.difference()));
            if (v.interval() != null) {
                seen.addAll(v.interval());
            }
            for (double value : seen) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
            double room = high == low ? 1 : (high - low) * 0.06;
            return new Scale(low - room, high + room);
        }

        double x(double value) {
            return LABELS + (value - low) / (high - low) * (WIDTH - RIGHT - LABELS);
        }
    }
}
