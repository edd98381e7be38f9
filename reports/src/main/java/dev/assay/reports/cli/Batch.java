package dev.assay.reports.cli;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Gate;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Several files, one after the other, each in a process of its own, and one table at the end. */
record Batch(FrontDoor door, PrintWriter out) {
    private static final int STOPPED = 128; // exit codes from here on: a signal

    /**
     * A file and what became of it.
     *
     * @param run its record; null where there is none
     */
    record Line(String file, int code, RunRecord run) {
        String outcome() {
            return run == null
                    ? Outcome.BROKEN.name()
                    : Gate.judge(run).outcome().name();
        }

        String why() {
            if (run == null) {
                return "the run left no record";
            }
            List<String> reasons = Gate.judge(run).reasons();
            return reasons.isEmpty() ? "" : reasons.get(0);
        }
    }

    /**
     * @param files as they were written
     * @param runs properties of each
     * @return the worst exit code: a broken run before a worse file, that before an open one
     */
    int judge(List<String> files, List<Map<String, String>> runs) {
        List<Line> lines = new ArrayList<>();
        int worst = 0;
        for (int i = 0; i < runs.size(); i++) {
            out.println((i == 0 ? "" : System.lineSeparator()) + "[" + (i + 1) + "/" + runs.size() + "] "
                    + Words.line(files.get(i), 200));
            out.flush();
            forgetLast();
            int code = door.start("judge", runs.get(i));
            if (code >= STOPPED) {
                table(lines, files.subList(lines.size(), files.size()));
                return code;
            }
            lines.add(new Line(files.get(i), code, last().orElse(null)));
            worst = worse(worst, code);
        }
        table(lines, List.of());
        return worst;
    }

    /** Of 3 broken, 1 regressed, 2 undecided, 0. */
    static int worse(int a, int b) {
        List<Integer> order = List.of(0, 2, 1, 3);
        return order.indexOf(a) >= order.indexOf(b) ? a : b;
    }

    /** Where a run leaves no record, none of an earlier one is taken for its own. */
    private void forgetLast() {
        try {
            Files.deleteIfExists(RunRecords.last(door.folder()));
        } catch (IOException e) {
            throw new AssayException(RunRecords.last(door.folder()) + " cannot be deleted: " + Trouble.words(e), e);
        }
    }

    private Optional<RunRecord> last() {
        Path file = RunRecords.last(door.folder());
        try {
            return Files.isRegularFile(file) ? Optional.of(RunRecords.read(file)) : Optional.empty();
        } catch (AssayException unreadable) {
            return Optional.empty();
        }
    }

    private void table(List<Line> lines, List<String> open) {
        out.println();
        int width = lines.stream().mapToInt(l -> shown(l.file()).length()).max().orElse(0);
        for (Line line : lines) {
            out.println(("  " + pad(shown(line.file()), width) + "  " + pad(line.outcome(), 12) + "  "
                            + Words.line(line.why(), Math.max(30, 100 - width)))
                    .stripTrailing());
        }
        if (!open.isEmpty()) {
            out.println("  not judged: " + open.size() + ", from " + shown(open.get(0))
                    + " on; the same command goes on from there");
        }
        out.println();
        out.println(counts(lines));
        out.flush();
    }

    private static String counts(List<Line> lines) {
        List<String> parts = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            long n = lines.stream()
                    .filter(l -> l.outcome().equals(outcome.name()))
                    .count();
            if (n > 0) {
                parts.add(n + " " + outcome.name());
            }
        }
        return lines.size() + " files: " + String.join(", ", parts);
    }

    private static String shown(String file) {
        return Words.ends(file, 60);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
