package dev.assay.reports;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.history.RunSummary.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Between which strengths a LoRA passed, as earlier runs of the same file show: the same bytes, base, suite, metrics and settings, and
 * nothing that did not pass between them. Two ends of one strength are no range.
 *
 * @param min lowest strength that passed
 * @param max highest
 */
record StrengthRange(double min, double max) {
    /** Settings that say where and how, not what is judged. */
    private static final Set<String> ASIDE = Set.of(
            "assay.lora",
            "assay.store",
            "assay.progress",
            "assay.inconclusive",
            "assay.collection",
            "assay.override",
            "assay.card",
            "assay.sidecars");

    /**
     * @param run that passed
     * @param earlier runs, oldest first
     * @return null where the runs show no range
     */
    static StrengthRange around(RunSummary run, List<RunSummary> earlier) {
        Double here = strength(run);
        if (here == null || run.outcome() != Outcome.PASSED) {
            return null;
        }
        TreeMap<Double, Outcome> tried = new TreeMap<>();
        earlier.stream()
                .filter(e -> strength(e) != null && comparable(e, run))
                .forEach(e -> tried.put(strength(e), e.outcome()));
        tried.put(here, Outcome.PASSED);
        double min = end(tried.headMap(here, true).descendingMap());
        double max = end(tried.tailMap(here, true));
        return min < max ? new StrengthRange(min, max) : null;
    }

    /** The last that passed before the first that did not. */
    private static double end(Map<Double, Outcome> outwards) {
        double end = Double.NaN;
        for (Map.Entry<Double, Outcome> e : outwards.entrySet()) {
            if (e.getValue() != Outcome.PASSED) {
                break;
            }
            end = e.getKey();
        }
        return end;
    }

    /** Of its one LoRA, or null. */
    private static Double strength(RunSummary run) {
        List<Double> strengths =
                run.parts().stream().map(Part::strength).filter(s -> s != null).toList();
        return strengths.size() == 1 ? strengths.get(0) : null;
    }

    private static boolean comparable(RunSummary a, RunSummary b) {
        return question(a).equals(question(b))
                && !question(a).contains(null)
                && a.outcome() != Outcome.BROKEN
                && settings(a).equals(settings(b));
    }

    /** Everything that decides but the strength. */
    private static List<Object> question(RunSummary run) {
        List<Object> question = new java.util.ArrayList<>();
        run.parts().forEach(p -> question.add(p.sha256()));
        question.add(run.baseHash().isEmpty() ? null : run.baseHash());
        question.add(run.suite());
        question.add(run.renderer());
        question.add(run.declared());
        question.add(run.criteria().stream().map(StrengthRange::measure).toList());
        return question;
    }

    private static List<Object> measure(VerdictEntry e) {
        return List.of(e.id(), e.metric(), e.metricVersion(), e.margin(), e.rule());
    }

    private static Map<String, String> settings(RunSummary run) {
        return run.asked().entrySet().stream()
                .filter(e -> !ASIDE.contains(e.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
