package dev.assay.reports.nightly;

import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a night found, and whether it is a good one: when every file is there and PASSED, or a person has accepted it.
 *
 * @param files that were looked at
 * @param trouble with the collection or the nightly itself
 */
record Findings(List<Verdict> verdicts, List<Listed> files, List<String> trouble) {
    /**
     * A model file that the collection holds tonight.
     *
     * @param family of the network; null when unknown
     * @param sha256 null where it cannot be read
     */
    record Listed(String name, String family, String sha256, long bytes, List<String> triggerWords) {}

    /**
     * One file on one suite.
     *
     * @param before the last judgement of this name and suite that an earlier nightly told of; null for none
     * @param fresh judged tonight; else its verdict still holds
     * @param accepted why this outcome is no failure; null where it is none or nobody accepted it
     */
    record Verdict(
            String name, String suite, Outcome outcome, Outcome before, boolean fresh, String why, String accepted) {
        boolean good() {
            return outcome == Outcome.PASSED || accepted != null;
        }

        /** News once: the night after says that it still is so. */
        boolean news() {
            return outcome != before;
        }

        /** What it is called, where it is not good. */
        String state() {
            return switch (outcome) {
                case REGRESSED ->
                    before == null
                            ? "NEW FILE FAILED"
                            : before == Outcome.PASSED
                                    ? "NEW REGRESSION"
                                    : before == Outcome.REGRESSED ? "STILL FAILING" : "REGRESSED";
                case INCONCLUSIVE ->
                    before == null
                            ? "NEW FILE INCONCLUSIVE"
                            : before == Outcome.INCONCLUSIVE ? "STILL INCONCLUSIVE" : "INCONCLUSIVE";
                default -> outcome.name();
            };
        }
    }

    Findings {
        verdicts = List.copyOf(verdicts);
        files = List.copyOf(files);
        trouble = List.copyOf(trouble);
    }

    boolean good() {
        return outcome() == Outcome.PASSED;
    }

    /** The worst of what nobody accepted; BROKEN where there is trouble, or no verdict. */
    Outcome outcome() {
        return trouble.isEmpty()
                ? Outcome.worst(verdicts.stream().map(v -> v.good() ? Outcome.PASSED : v.outcome()))
                : Outcome.BROKEN;
    }

    /** For the terminal: what is new first, then what still is so, then what is accepted, then the count. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        verdicts.stream()
                .filter(v -> !v.good())
                .sorted(Comparator.comparing((Verdict v) -> !v.news()).thenComparing(v -> v.before() != Outcome.PASSED))
                .forEach(v -> lines.add(v.state() + "  " + line(v)));
        verdicts.stream()
                .filter(v -> v.accepted() != null && v.outcome() != Outcome.PASSED)
                .forEach(v -> lines.add(v.outcome() + ", accepted  " + line(v) + "; " + Words.line(v.accepted(), 200)));
        trouble.forEach(t -> lines.add("TROUBLE  " + Words.line(t, 400)));
        long judged = verdicts.stream().filter(Verdict::fresh).count();
        long passed =
                verdicts.stream().filter(v -> v.outcome() == Outcome.PASSED).count();
        lines.add("Nightly: " + Numbers.counted(verdicts.size(), "verdict, ", "verdicts, ") + judged
                + " judged tonight, " + (verdicts.size() - judged) + " still hold; " + passed + " passed");
        return lines;
    }

    private static String line(Verdict v) {
        return Words.line(v.name(), 100) + " on " + Words.line(v.suite(), 40)
                + (v.before() == null || v.before() == v.outcome() ? "" : " (was " + v.before() + ")")
                + (v.why().isEmpty() ? "" : ": " + Words.ends(v.why(), 400));
    }
}
