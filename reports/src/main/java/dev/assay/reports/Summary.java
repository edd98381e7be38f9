package dev.assay.reports;

import dev.assay.harness.model.Finding;
import dev.assay.harness.run.Caller;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.picture.Renderings;
import dev.assay.reports.words.Headline;
import dev.assay.reports.words.NextSteps;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run on one screen of a terminal: a row for each family that passed, one with the reason below for each criterion that did not, then the
 * outcome. No reason is cut: what to do stands at its end.
 */
public final class Summary {
    private static final int WIDTH = 74; // of a line of reasons: with what it is indented by, a terminal's 80
    private static final int MOST = 76; // of a row of the table
    private static final int OUTCOME = 14; // columns of an outcome and the space behind it

    private Summary() {}

    /** The lines, without the path of the report. */
    public static List<String> lines(RunRecord run, Gate gate, boolean colors) {
        List<String> lines = new ArrayList<>();
        boolean began = !(run.problem() != null && run.candidate().name().equals("unknown"));
        lines.add(
                began
                        ? "Assay: " + Words.line(run.candidate().name(), 60) + " against "
                                + Words.line(run.base().name(), 60) + ", suite "
                                + Words.line(run.suite().name(), 60) + " "
                                + Words.line(run.suite().version(), 20)
                        : run.id().endsWith("-unplanned")
                                ? "Assay: the run did not begin"
                                : "Assay: there is no record of the run");
        Unjudged parts = Unjudged.of(run.verdicts());
        rows(parts.judged(), run.problem() != null, run.suite().seedsPerPrompt()).stream()
                .flatMap(List::stream)
                .forEach(row -> lines.addAll(row.lines(colors)));
        for (Unjudged.Fold f : parts.folded()) {
            lines.add("  " + f.head());
            indented("      ", run.problem() == null ? f.reason() : "").forEach(lines::add);
        }
        if (run.problem() != null) {
            Words.block(run.problem()).lines().flatMap(l -> indented("  ", l)).forEach(lines::add);
        }
        run.findings().stream()
                .filter(f -> f.level() == Finding.Level.WARNING)
                .flatMap(f -> indented("  ", "note: " + f.text()))
                .forEach(lines::add);
        lines.add(colored(gate.outcome().name(), gate.outcome(), colors) + ": " + counts(run, gate) + "; "
                + run.rendersMade() + " pictures made, " + run.rendersReused() + " reused, "
                + Numbers.time(run.seconds()));
        return lines;
    }

    /**
     * A row of the table.
     *
     * @param label a family, or a criterion with its family
     * @param outcome in words
     * @param rest of the line
     * @param below what is to be explained
     */
    private record Row(String label, String outcome, String rest, List<String> below, int width) {
        List<String> lines(boolean colors) {
            String head =
                    "  " + label + " ".repeat(width - label.length()) + "  " + colored(outcome, color(outcome), colors);
            List<String> text = rest.isEmpty() ? List.of() : Words.wrapped(rest, Math.max(30, MOST - width - OUTCOME));
            List<String> lines = new ArrayList<>();
            lines.add(text.isEmpty() ? head : head + " ".repeat(Math.max(2, OUTCOME - outcome.length())) + text.get(0));
            text.stream().skip(1).forEach(l -> lines.add(" ".repeat(2 + width + 2 + OUTCOME) + l));
            lines.addAll(below);
            return lines;
        }

        Row wide(int columns) {
            return new Row(label, outcome, rest, below, columns);
        }
    }

    /** By family, in the order of the suite: what passed is one row, what did not is explained. */
    private static List<List<Row>> rows(List<VerdictEntry> judged, boolean stopped, int seeds) {
        Map<Family, List<VerdictEntry>> families = new LinkedHashMap<>();
        judged.forEach(v ->
                families.computeIfAbsent(v.family(), f -> new ArrayList<>()).add(v));
        List<List<Row>> rows = new ArrayList<>();
        families.forEach((family, all) -> {
            List<Row> mine = new ArrayList<>();
            all.stream().filter(v -> !isPlain(v)).forEach(v -> mine.add(row(cells(v, stopped, seeds))));
            String passed = all.stream()
                    .filter(Summary::isPlain)
                    .map(v -> Words.line(v.id(), 50))
                    .collect(Collectors.joining(", "));
            if (!passed.isEmpty()) {
                mine.add(new Row(family.word(), Outcome.PASSED.name(), passed, List.of(), 0));
            }
            rows.add(mine);
        });
        int width = rows.stream()
                .flatMap(List::stream)
                .mapToInt(r -> r.label().length())
                .max()
                .orElse(0);
        return rows.stream()
                .map(mine -> mine.stream().map(r -> r.wide(width)).toList())
                .toList();
    }

    /** It decides, and passed. */
    private static boolean isPlain(VerdictEntry v) {
        return v.is(Outcome.PASSED) && !v.soft();
    }

    private static Row row(String[] cells) {
        return new Row(
                cells[0],
                cells[1],
                Stream.of(cells[2], cells[3], cells[4])
                        .filter(c -> !c.equals("-"))
                        .collect(Collectors.joining("  ")),
                Stream.concat(indented("      ", cells[6]), indented("      ", cells[5]))
                        .toList(),
                0);
    }

    /**
     * What follows on the verdict: the pictures that show it best, and what to do.
     *
     * @param folder of the record
     * @param caller who gives the commands that it names
     */
    static List<String> after(RunRecord run, Path folder, Gate gate, Caller caller) {
        List<String> lines = new ArrayList<>();
        Renderings renderings = new Renderings(run.renderings(), folder);
        for (VerdictEntry v : Headline.gravestFirst(run.verdicts())) {
            List<String> worst = worst(v, renderings.seenBy(v));
            if (!worst.isEmpty()) {
                lines.addAll(worst);
                break;
            }
        }
        String head = "next  ";
        for (NextSteps.Step step : NextSteps.of(gate.outcome(), run.verdicts(), NextSteps.Judged.of(run, caller))) {
            String words = step.words() + (step.command().isPresent() ? ":" : "");
            for (String line : Words.wrapped(words, WIDTH)) {
                lines.add(head + line);
                head = "      ";
            }
            step.command().ifPresent(c -> lines.add("        " + c.line())); // never wrapped: it is copied
        }
        return lines;
    }

    /** The worst pair of a criterion and its files; empty where the candidate's picture is not there. */
    private static List<String> worst(VerdictEntry v, Renderings seen) {
        List<String> lines = new ArrayList<>();
        v.worst().stream()
                .limit(1)
                .filter(w -> seen.find(w, "candidate").flatMap(seen::file).isPresent())
                .forEach(w -> {
                    lines.add("worst pair, seed " + w.seed() + " of \"" + Words.line(w.prompt(), 100) + "\""
                            + (v.untriggered() ? ", asked without the trigger words" : ""));
                    for (String role : List.of("base", "candidate")) {
                        seen.find(w, role)
                                .flatMap(seen::file)
                                .ifPresent(f -> lines.add("  " + (role + "         ").substring(0, 11)
                                        + f.toAbsolutePath().normalize()));
                    }
                });
        return lines;
    }

    /** Outcome, three numbers, the reason, and what it means. */
    private static String[] cells(VerdictEntry v, boolean stopped, int seeds) {
        boolean passed = v.is(Outcome.PASSED);
        return new String[] {
            v.family().word() + "/" + Words.line(v.id(), 50),
            v.outcomeWords(),
            Words.signed(v.estimate()),
            Words.interval(v.interval()),
            stopped ? "not judged" : BuiltIn.NAMES.contains(v.metric()) ? "-" : margin(v),
            stopped || passed ? "" : v.reason(),
            stopped || passed ? "" : Plain.of(v, seeds).sentence()
        };
    }

    private static String margin(VerdictEntry v) {
        return "margin " + Words.number(v.margin()) + " " + Words.line(v.unit(), 40);
    }

    private static Stream<String> indented(String indent, String text) {
        return text == null || text.isBlank()
                ? Stream.empty()
                : Words.wrapped(text, WIDTH).stream().map(l -> indent + l);
    }

    /** The criteria are in the table; what is wrong with the run as a whole is not. */
    private static String counts(RunRecord run, Gate gate) {
        if (run.problem() != null) {
            return "nothing was judged";
        }
        if (gate.reasons().isEmpty()) {
            int deciding = RunRecord.deciding(run.verdicts()).size();
            return deciding == run.verdicts().size()
                    ? "all " + deciding + " criteria met"
                    : (deciding == 1 ? "1 criterion that decides is" : "all " + deciding + " criteria that decide are")
                            + " met" + Unjudged.soft(run.verdicts());
        }
        List<String> parts = new ArrayList<>(gate.wholeRun());
        parts.add(Unjudged.of(RunRecord.deciding(run.verdicts())).counts());
        parts.removeIf(String::isEmpty);
        return String.join(", ", parts) + Unjudged.soft(run.verdicts());
    }

    /** A soft verdict has the colour of what is worth a look, never that of an alarm. */
    private static Outcome color(String words) {
        Outcome said = Outcome.parse(words.split(" ", 2)[0]);
        return words.endsWith("(soft)") && said != Outcome.PASSED ? Outcome.INCONCLUSIVE : said;
    }

    private static String colored(String text, Outcome outcome, boolean colors) {
        if (!colors) {
            return text;
        }
        String code = switch (outcome) {
            case PASSED -> "32";
            case INCONCLUSIVE, UNAVAILABLE -> "33";
            case REGRESSED, BROKEN -> "31";
        };
        return "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
