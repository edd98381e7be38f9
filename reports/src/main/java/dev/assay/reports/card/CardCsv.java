package dev.assay.reports.card;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.reports.words.Csv;
import java.util.ArrayList;
import java.util.List;

/** The card for a spreadsheet: a line per criterion (RFC 4180). */
final class CardCsv {
    private static final String HEAD =
            "candidate,suite,suite_version,base,family,criterion,metric,metric_version,outcome,"
                    + "estimate,lower,upper,margin,unit,base_mean,candidate_mean,pairs,unscored,reason,soft";

    private CardCsv() {}

    static String of(VerdictCard card) {
        StringBuilder lines = new StringBuilder(HEAD).append("\r\n");
        for (VerdictEntry v : card.verdicts()) {
            List<String> cells = new ArrayList<>(List.of(
                    Csv.text(card.name()),
                    Csv.text(card.suite().name()),
                    Csv.text(card.suite().version()),
                    Csv.text(card.base().name()),
                    Csv.text(v.family().word()),
                    Csv.text(v.id()),
                    Csv.text(v.metric()),
                    Csv.text(v.metricVersion()),
                    Csv.text(v.outcome().name())));
            cells.add(number(v.estimate()));
            cells.add(number(v.interval() == null ? null : v.interval().get(0)));
            cells.add(number(v.interval() == null ? null : v.interval().get(1)));
            cells.add(number(v.margin()));
            cells.add(Csv.text(v.unit()));
            cells.add(number(v.baseMean()));
            cells.add(number(v.candidateMean()));
            cells.add(Integer.toString(v.pairs()));
            cells.add(Integer.toString(v.unscored()));
            cells.add(Csv.text(v.reason()));
            cells.add(Csv.text(v.soft() ? "yes" : "no"));
            lines.append(Csv.line(cells));
        }
        return lines.toString();
    }

    private static String number(Double value) {
        return value == null ? "" : value.toString();
    }
}
