package dev.assay.reports.card;

import dev.assay.reports.card.VerdictCard.Verdict;
import java.util.ArrayList;
import java.util.List;

/** The card for a spreadsheet: a line per criterion (RFC 4180). */
final class CardCsv {
    private static final String HEAD =
            "candidate,suite,suite_version,base,family,criterion,metric,metric_version,outcome,"
                    + "estimate,lower,upper,margin,unit,base_mean,candidate_mean,pairs,unscored,reason";

    private CardCsv() {}

    static String of(VerdictCard card) {
        StringBuilder lines = new StringBuilder(HEAD).append("\r\n");
        for (Verdict v : card.verdicts()) {
            List<String> cells = new ArrayList<>(List.of(
                    text(card.name()),
                    text(card.suite().name()),
                    text(card.suite().version()),
                    text(card.base().name()),
                    text(v.family()),
                    text(v.id()),
                    text(v.metric()),
                    text(v.metricVersion()),
                    text(v.outcome())));
            cells.add(number(v.estimate()));
            cells.add(number(v.interval() == null ? null : v.interval().get(0)));
            cells.add(number(v.interval() == null ? null : v.interval().get(1)));
            cells.add(number(v.margin()));
            cells.add(text(v.unit()));
            cells.add(number(v.baseMean()));
            cells.add(number(v.candidateMean()));
            cells.add(Integer.toString(v.pairs()));
            cells.add(Integer.toString(v.unscored()));
            cells.add(text(v.reason()));
            lines.append(String.join(",", cells)).append("\r\n");
        }
        return lines.toString();
    }

    private static String number(Double value) {
        return value == null ? "" : value.toString();
    }

    /** In quotes; a text that a spreadsheet would take for a formula begins with an apostrophe. */
    private static String text(String text) {
        String safe = text.isEmpty() || "=+-@".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        return '"' + safe.replace("\"", "\"\"") + '"';
    }
}
