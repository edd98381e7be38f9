package dev.assay.reports;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * The build's final say about a run. It believes the verdicts, not the record's own summary, and nothing passes on nothing.
 *
 * @param outcome of the run
 * @param reasons one line each; empty when it passed
 * @param wholeRun those that are about no single criterion
 */
public record Gate(Outcome outcome, List<String> reasons, List<String> wholeRun) {
    private static final int MAX_REASON = 600;

    public Gate {
        reasons = List.copyOf(reasons);
        wholeRun = List.copyOf(wholeRun);
    }

    /** Trouble with the run as a whole. */
    static Gate broken(String why) {
        return new Gate(Outcome.BROKEN, List.of(why), List.of(why));
    }

    public static Gate judge(RunRecord run) {
        List<String> whole = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        List<VerdictEntry> verdicts = run.verdicts();
        if (run.problem() != null) {
            return broken(why(run.problem()));
        }
        if (verdicts.isEmpty()) {
            return broken("no criterion was judged");
        }
        if (verdicts.size() != run.criteriaDeclared()) {
            whole.add(verdicts.size() + " verdicts for " + run.criteriaDeclared() + " criteria");
        }
        List<String> regressed = new ArrayList<>();
        List<String> open = new ArrayList<>();
        List<VerdictEntry> hard = RunRecord.deciding(verdicts);
        if (hard.isEmpty()) {
            whole.add("only soft criteria were judged, which decide nothing");
        }
        Unjudged parts = Unjudged.of(hard);
        parts.folded().forEach(f -> (f.outcome() == Outcome.BROKEN ? broken : open).add(why(f.line())));
        for (VerdictEntry v : parts.judged()) {
            String line = why(Words.line(v.id(), 80) + ": "
                    + Plain.of(v, run.suite().seedsPerPrompt()).line());
            switch (v.outcome()) {
                case PASSED -> {
                    if (v.pairs() == 0) {
                        whole.add(Words.line(v.id(), 80) + ": passed on no pair");
                    }
                }
                case REGRESSED -> regressed.add(line);
                case INCONCLUSIVE, UNAVAILABLE -> open.add(line);
                case BROKEN -> broken.add(line);
            }
        }
        // A candidate whose files cannot work is refused without a picture; nothing else is decided without one.
        if (regressed.isEmpty() && run.renderings().isEmpty()) {
            whole.add("no picture was looked at");
        }
        Outcome found = whole.isEmpty() ? RunRecord.worst(verdicts) : Outcome.BROKEN;
        if (found != run.outcome() && found != Outcome.BROKEN) {
            whole.add("the record says " + run.outcome() + ", its verdicts say " + found);
            found = Outcome.BROKEN;
        }
        List<String> reasons = new ArrayList<>(whole);
        reasons.addAll(broken);
        reasons.addAll(regressed);
        reasons.addAll(open);
        return new Gate(found, reasons, whole);
    }

    private static String why(String reason) {
        return Words.ends(reason, MAX_REASON);
    }

    /** The run as the history has it: BROKEN where it is, though its record does not say so. */
    public RunSummary on(RunSummary said) {
        return outcome == Outcome.BROKEN && said.outcome() != Outcome.BROKEN ? said.broken(reasons.get(0)) : said;
    }

    /** Whether the build may go on. */
    public boolean opens(boolean inconclusiveAllowed) {
        return outcome == Outcome.PASSED || (outcome == Outcome.INCONCLUSIVE && inconclusiveAllowed);
    }
}
