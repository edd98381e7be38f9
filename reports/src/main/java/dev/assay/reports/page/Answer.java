package dev.assay.reports.page;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.pages.DifferencePlot;
import dev.assay.reports.pages.Facts;
import dev.assay.reports.pages.IntervalBar;
import dev.assay.reports.pages.Row;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Words;
import java.util.List;
import java.util.Locale;

/**
 * What a criterion answered, on a page.
 *
 * @param seeds pictures of a prompt; 0 where that is not known
 * @param docs address of the metric's page; empty where there is none to go to
 */
public record Answer(VerdictEntry verdict, int seeds, String docs, List<Exhibit> exhibits) {
    public Answer {
        exhibits = List.copyOf(exhibits);
    }

    /** What was found, in plain words where there are some. */
    public String found() {
        String words = Plain.of(verdict, seeds).words();
        return words.matches("(?s)[a-z]+ .*") // a name of a file stays as it is
                ? words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1)
                : words;
    }

    /** The reason, where it is not what was {@link #found}. */
    public String reason() {
        return Plain.of(verdict, seeds).sentence().isEmpty() ? "" : Words.block(verdict.reason());
    }

    /** Empty in records of old. */
    public String question() {
        return verdict.question().isEmpty() ? "" : Words.question(verdict.question(), verdict.family());
    }

    public boolean passed() {
        return verdict.is(Outcome.PASSED);
    }

    /** Of the chip: a soft verdict alarms nobody. */
    public String style() {
        return verdict.soft() && !passed()
                ? "soft-verdict"
                : verdict.outcome().name().toLowerCase(Locale.ROOT);
    }

    public List<Row> facts() {
        return Facts.of(verdict);
    }

    /** An SVG element; its texts are escaped. */
    public String bar() {
        return IntervalBar.svg(verdict);
    }

    /** Likewise; empty where no pair was measured. */
    public String plot() {
        return DifferencePlot.svg(verdict);
    }
}
