package dev.assay.reports;

import dev.assay.harness.model.Finding;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run in a few lines for the terminal: one per criterion, with the reason below where it did not pass, then the outcome. No reason
 * is cut: what to do stands at its end.
 */
public final class Summary {
    private static final int WIDTH = 100; // of a line of reasons

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
        List<String[]> cells = parts.judged().stream()
                .map(v -> cells(v, run.problem() != null, run.suite().seedsPerPrompt()))
                .toList();
        int[] widths = new int[5];
        cells.forEach(c -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], c[i].length());
            }
        });
        for (String[] c : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = i == 1 ? colored(c[i], color(c[i]), colors) : c[i];
                line.append("  ").append(cell).append(" ".repeat(widths[i] - c[i].length()));
            }
            lines.add(line.toString().stripTrailing());
            indented("      ", c[6]).forEach(lines::add);
            indented("      ", c[5]).forEach(lines::add);
        }
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
        lines.add(colored(gate.outcome().name(), gate.outcome(), colors) + ": " + counts(run, gate, parts) + "; "
                + run.rendersMade() + " pictures made, " + run.rendersReused() + " reused, "
                + Numbers.time(run.seconds()));
        return lines;
    }

    /** Five columns, the reason, and what it means: only where something is to be explained, for lines are short. */
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
    private static String counts(RunRecord run, Gate gate, Unjudged criteria) {
        if (run.problem() != null) {
            return "nothing was judged";
        }
        if (gate.reasons().isEmpty()) {
            int deciding = RunRecord.deciding(run.verdicts()).size();
            return deciding == run.verdicts().size()
                    ? "all " + deciding + " criteria met"
                    : (deciding == 1 ? "1 criterion that decides is" : "all " + deciding + " criteria that decide are")
                            + " met" + soft(run);
        }
        Map<String, Long> counts = criteria.judged().stream()
                .filter(v -> !v.soft())
                .collect(Collectors.groupingBy(
                        v -> v.outcome().name().toLowerCase(Locale.ROOT), TreeMap::new, Collectors.counting()));
        List<String> parts = new ArrayList<>(gate.wholeRun());
        counts.forEach((outcome, count) -> parts.add(count + " " + outcome));
        if (criteria.count() > 0) {
            parts.add(criteria.count() + " not judged");
        }
        return String.join(", ", parts) + soft(run);
    }

    /** {@code ; soft, deciding nothing: 1 passed, 2 regressed}; empty for none. */
    private static String soft(RunRecord run) {
        Map<String, Long> counts = run.verdicts().stream()
                .filter(VerdictEntry::soft)
                .collect(Collectors.groupingBy(
                        v -> v.outcome().name().toLowerCase(Locale.ROOT), TreeMap::new, Collectors.counting()));
        return counts.isEmpty()
                ? ""
                : counts.entrySet().stream()
                        .map(c -> c.getValue() + " " + c.getKey())
                        .collect(Collectors.joining(", ", "; soft, deciding nothing: ", ""));
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
