package dev.assay.reports.cli;

import dev.assay.harness.model.Finding;
import dev.assay.harness.model.inspect.Inspection;
import dev.assay.harness.model.inspect.ModelKind;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import dev.assay.reports.words.Csv;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which of many files fit a base: one line per file, the ones that work first, and below it what is wrong with one that might.
 *
 * @param copies for each copy of another file in the table the first that it is a copy of
 */
record FitTable(Report base, List<Report> files, Map<Path, Path> copies) {
    private static final int NAME = 36;
    private static final int FAMILY = 18;
    private static final String ROW = "%-" + NAME + "s %-10s %12s  %-" + FAMILY + "s %s";
    private static final int COPY = 18;
    private static final int INDENT = 4;
    private static final int WIDTH = 98;

    /** What the table says, in the order of its lines. */
    enum Fit {
        FITS("fits"),
        IN_PART("in part"),
        CONVERT("convert"),
        NO("no"),
        NO_LORA("no LoRA"),
        UNREADABLE("unreadable");

        private final String word;

        Fit(String word) {
            this.word = word;
        }

        static Fit of(Report file) {
            if (file.inspection() == null || (file.inspection().kind().isEmpty() && file.broken())) {
                return UNREADABLE;
            }
            if (!file.isAdapter()) {
                return NO_LORA;
            }
            return switch (file.answer()) {
                case WORKS -> FITS;
                case IN_PART -> IN_PART;
                case AFTER_CONVERSION -> CONVERT;
                case DOES_NOT_WORK -> NO;
            };
        }
    }

    FitTable {
        files = files.stream()
                .sorted(Comparator.comparing(Fit::of).thenComparing(Report::file))
                .toList();
        copies = Map.copyOf(copies);
    }

    /** Whether any of the files works as it is. */
    boolean any() {
        return files.stream().anyMatch(f -> Fit.of(f) == Fit.FITS);
    }

    /** What is said of the base, and all that is said where it cannot be used. */
    static List<String> head(Report base, Paint paint) {
        List<String> lines = new ArrayList<>();
        lines.add("on " + paint.bold(InspectText.name(base.file())) + ": "
                + (base.broken()
                        ? paint.red("cannot be used")
                        : base.inspection().familyTitle()));
        lines.addAll(problems(base.problems(), paint));
        return lines;
    }

    /** @param root the folder that names are relative to; null for names alone */
    List<String> lines(Path root, Paint paint) {
        List<String> lines = new ArrayList<>(head(base, paint));
        lines.add(paint.bold(
                String.format(ROW, "FILE", "FITS", "MODULES", "FOR", "COPY OF").stripTrailing()));
        Map<Fit, Integer> counts = new TreeMap<>();
        for (Report file : files) {
            Fit fit = Fit.of(file);
            counts.merge(fit, 1, Integer::sum);
            lines.add(row(root, file, fit, paint));
            // That a LoRA is for another family says its line.
            if (!isForeign(file) && fit != Fit.NO_LORA) {
                lines.addAll(problems(file.problems(), paint));
            }
        }
        lines.add("");
        lines.add(Numbers.counted(files.size(), "file: ", "files: ")
                + counts.entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey().word)
                        .collect(Collectors.joining(", "))
                + (copies.isEmpty() ? "" : "; " + Numbers.counted(copies.size(), "copy", "copies")));
        if (files.stream().noneMatch(f -> f.check().isPresent())) {
            lines.add(paint.dim("By headers and alphas alone: files of zeros fit too. --weights reads the numbers."));
        }
        return lines;
    }

    private boolean isForeign(Report file) {
        return file.inspection() != null
                && base.inspection() != null
                && file.inspection().foreignTo(base.inspection()).isPresent();
    }

    private String row(Path root, Report file, Fit fit, Paint paint) {
        String cell = String.format("%-10s", fit.word);
        String painted = switch (fit) {
            case FITS -> paint.green(cell);
            case IN_PART, CONVERT -> paint.yellow(cell);
            case NO, UNREADABLE -> paint.red(cell);
            case NO_LORA -> paint.dim(cell);
        };
        Path copied = copies.get(file.file());
        return String.format(
                        ROW,
                        InspectTable.name(root, file.file(), NAME),
                        cell,
                        modules(file),
                        InspectTable.shortened(family(file), FAMILY),
                        copied == null ? "" : InspectTable.name(root, copied, COPY))
                .stripTrailing()
                .replace(cell, painted);
    }

    private static String modules(Report file) {
        return file.fit().map(f -> f.matched() + " of " + f.total()).orElse("");
    }

    private static String family(Report file) {
        Inspection i = file.inspection();
        return i == null || i.kind().isEmpty()
                ? ""
                : i.kind().get().isAdapter() || i.kind().get().isModel()
                        ? InspectTable.family(i)
                        : i.kind().get().word();
    }

    private static List<String> problems(List<Finding> problems, Paint paint) {
        List<String> lines = new ArrayList<>();
        for (Finding problem : problems) {
            String text = (problem.isError() ? "problem: " : "note: ") + PlainText.line(problem.text(), 1000);
            InspectText.wrapped(text, WIDTH - INDENT)
                    .forEach(l -> lines.add(" ".repeat(INDENT) + (problem.isError() ? paint.red(l) : paint.yellow(l))));
        }
        return lines;
    }

    /** For a spreadsheet, in the same order, with the full text of problems. */
    String csv() {
        StringBuilder lines =
                new StringBuilder("file,fits,matched,modules,kind,families,rank,bytes,copy_of,problems\r\n");
        for (Report file : files) {
            Inspection i = file.inspection();
            lines.append(Csv.line(List.of(
                    Csv.text(PlainText.line(file.file().toString(), 4000)),
                    Csv.text(Fit.of(file).word),
                    file.fit().map(f -> "" + f.matched()).orElse(""),
                    file.fit().map(f -> "" + f.total()).orElse(""),
                    Csv.text(i == null ? "" : i.kind().map(ModelKind::word).orElse("")),
                    Csv.text(i == null ? "" : String.join(" ", i.families())),
                    i == null ? "" : i.rank().map(r -> "" + r.median()).orElse(""),
                    i == null ? "" : "" + i.bytes(),
                    Csv.text(
                            copies.containsKey(file.file())
                                    ? PlainText.line(copies.get(file.file()).toString(), 4000)
                                    : ""),
                    Csv.text(file.problems().stream()
                            .map(p -> PlainText.line(p.text(), 1000))
                            .collect(Collectors.joining(" | "))))));
        }
        return lines.toString();
    }
}
