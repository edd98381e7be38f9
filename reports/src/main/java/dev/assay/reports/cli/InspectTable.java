package dev.assay.reports.cli;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.family.FamilyMatch;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder as a table of 100 columns: one line per file, and below it its problems, in full. */
final class InspectTable {
    private static final int WIDTH = 98;
    private static final int NAME = 42;
    private static final int FAMILY = 15;
    private static final String ROW = "%-" + NAME + "s %-15s %-" + FAMILY + "s %9s %8s  %s";

    private final Paint paint;

    InspectTable(boolean colours) {
        this.paint = new Paint(colours);
    }

    /** @param root the folder that names are relative to; null for names alone */
    List<String> lines(Path root, List<Report> reports) {
        List<String> lines = new ArrayList<>();
        lines.add(paint.bold(String.format(ROW, "FILE", "KIND", "FAMILY", "SIZE", "RANK", "NUMBERS")));
        int broken = 0;
        int noted = 0;
        for (Report report : reports) {
            broken += report.broken() ? 1 : 0;
            noted += !report.broken() && !report.problems().isEmpty() ? 1 : 0;
            lines.add(row(root, report));
            for (Finding problem : report.problems()) {
                String text = (problem.isError() ? "problem: " : "note: ") + PlainText.line(problem.text(), 1000);
                InspectText.wrapped(text, WIDTH - 2)
                        .forEach(l -> lines.add("  " + (problem.isError() ? paint.red(l) : paint.yellow(l))));
            }
        }
        lines.add("");
        lines.add(Numbers.counted(reports.size(), "file", "files")
                + (broken == 0 ? "" : ", " + paint.red(broken + " cannot work"))
                + (noted == 0 ? "" : ", " + paint.yellow(noted + " with notes")));
        return lines;
    }

    /** Clean, below the folder, and no wider than so many columns. */
    static String name(Path root, Path file, int width) {
        boolean below = root != null && file.startsWith(root) && !file.equals(root);
        String name = below ? root.relativize(file).toString() : InspectText.name(file);
        return shortened(PlainText.line(name, 400), width);
    }

    private static String row(Path root, Report report) {
        Inspection i = report.inspection();
        String rank = i == null
                ? ""
                : i.rank()
                        .map(r -> r.min() == r.max() ? "" + r.min() : r.min() + "-" + r.max())
                        .orElse("");
        String types = i == null
                ? ""
                : i.quantization().keySet().stream()
                        .limit(2)
                        .reduce((a, b) -> a + ", " + b)
                        .orElse("");
        return String.format(
                        ROW,
                        name(root, report.file(), NAME),
                        i == null ? "-" : i.kind().map(ModelKind::word).orElse("-"),
                        i == null || i.kind().isEmpty() ? "-" : shortened(family(i), FAMILY),
                        i == null || i.bytes() == 0 ? "" : Numbers.bytes(i.bytes()),
                        rank,
                        types)
                .stripTrailing();
    }

    /** Its word, or of a file that may be for several all of them. */
    static String family(Inspection i) {
        return i.family().equals(FamilyMatch.UNKNOWN) && !i.families().isEmpty()
                ? String.join("|", i.families())
                : i.family();
    }

    /** The end of a name tells more than its middle. */
    static String shortened(String name, int width) {
        if (name.length() <= width) {
            return name;
        }
        int tail = width / 2;
        return name.substring(0, width - tail - 1) + "…" + name.substring(name.length() - tail);
    }
}
