package dev.assay.reports;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.words.Words;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The history of the runs of plain builds, {@code .assay/history.jsonl} where the user stands. A nightly keeps the collection's own.
 * Trouble with it is said; a verdict does not depend on the past.
 */
final class RunHistory {
    private final History history;
    private final PrintStream out;

    RunHistory(Path root, PrintStream out) {
        this.history = new History(root.resolve(".assay").resolve("history.jsonl"));
        this.out = out;
    }

    /** Runs that began before this one, oldest first. */
    List<RunSummary> before(RunRecord run) {
        try {
            History.Content past = history.read();
            past.damages()
                    .forEach(d -> out.println(history.file() + ", line " + d.line() + " is left out: " + d.what()));
            return past.digests().stream()
                    .filter(d -> !d.run().equals(run.id()) && d.started().compareTo(run.started()) <= 0)
                    .sorted(Comparator.comparing(RunSummary::started))
                    .toList();
        } catch (RuntimeException | Error unreadable) {
            out.println("No trends: " + Words.line(Trouble.words(unreadable), 400));
            return List.of();
        }
    }

    /** @param record {@code run.json} of this run */
    void append(RunRecord run, Gate gate, Path record) {
        try {
            history.append(gate.on(RunSummary.of(run, history.pathTo(record), null)));
        } catch (RuntimeException | Error trouble) {
            out.println("This run is not in the history: " + Words.line(Trouble.words(trouble), 400));
        }
    }
}
