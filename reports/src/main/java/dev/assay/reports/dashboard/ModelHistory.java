package dev.assay.reports.dashboard;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Family;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.history.RunSummary.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

/**
 * All that the history tells about one model.
 *
 * @param item its place in the collection; null when it is in none
 * @param runs oldest first
 * @param standings the newest run of each variant, newest first
 */
record ModelHistory(String model, Listing.Item item, List<RunSummary> runs, List<LatestResult> standings) {

    /** How the model was judged: on which suite and base, at which strengths. Runs of one variant can be compared. */
    record Variant(String suite, String base, List<Double> strengths) {
        static Variant of(RunSummary run) {
            return new Variant(
                    run.suite().name(),
                    run.base(),
                    run.parts().stream()
                            .map(Part::strength)
                            .filter(Objects::nonNull)
                            .toList());
        }
    }

    /**
     * @param stale the file changed since: the verdict is about another content
     * @param runs all runs of the variant, oldest first
     */
    record LatestResult(Variant variant, RunSummary latest, boolean stale, List<RunSummary> runs) {}

    static ModelHistory of(String model, Listing.Item item, List<RunSummary> appended) {
        List<RunSummary> runs = appended.stream()
                .sorted(Comparator.comparing(RunSummary::night).thenComparing(RunSummary::started))
                .toList();
        Map<Variant, List<RunSummary>> variants = new LinkedHashMap<>();
        runs.forEach(r ->
                variants.computeIfAbsent(Variant.of(r), v -> new ArrayList<>()).add(r));
        List<LatestResult> standings = new ArrayList<>();
        variants.forEach((variant, of) -> {
            RunSummary latest = of.get(of.size() - 1);
            standings.add(new LatestResult(variant, latest, isStale(latest, item, runs.get(runs.size() - 1)), of));
        });
        standings.sort(Comparator.comparing((LatestResult s) -> s.latest().night())
                .thenComparing(s -> s.latest().started())
                .reversed());
        return new ModelHistory(model, item, runs, List.copyOf(standings));
    }

    private static boolean isStale(RunSummary run, Listing.Item item, RunSummary newest) {
        TreeSet<String> judged = contents(run);
        if (judged.isEmpty()) {
            return false; // it broke before the files were read
        }
        if (item != null && item.sha256() != null) {
            return !judged.contains(item.sha256());
        }
        TreeSet<String> now = contents(newest);
        return !now.isEmpty() && !now.equals(judged);
    }

    /** Hashes of what the candidate adds to the base: its LoRAs; its checkpoint where it has none. */
    private static TreeSet<String> contents(RunSummary run) {
        boolean loras = run.parts().stream().anyMatch(p -> p.strength() != null);
        return run.parts().stream()
                .filter(p -> loras == (p.strength() != null))
                .map(Part::sha256)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The gravest of all variants; a verdict on another content is none. */
    State state() {
        return standings.stream()
                .map(s -> s.stale() ? State.UNJUDGED : State.of(s.latest().outcome()))
                .max(Comparator.naturalOrder())
                .orElse(State.UNJUDGED);
    }

    /** Per family of metrics, likewise. */
    Map<Family, State> families() {
        Map<Family, State> families = new EnumMap<>(Family.class);
        for (LatestResult s : standings) {
            s.latest().criteria().stream()
                    .filter(e -> !e.soft()) // a family stands as what decides of it does
                    .forEach(e -> families.merge(
                            e.family(),
                            s.stale() ? State.UNJUDGED : State.of(e),
                            BinaryOperator.maxBy(Comparator.naturalOrder())));
        }
        return families;
    }

    /** The newest run, or null. */
    RunSummary newest() {
        return standings.isEmpty() ? null : standings.get(0).latest();
    }

    String family() {
        return item != null && item.family() != null
                ? item.family()
                : newest() != null && newest().modelFamily() != null ? newest().modelFamily() : "";
    }

    long bytes() {
        if (item != null && item.bytes() > 0) {
            return item.bytes();
        }
        if (newest() == null) {
            return 0;
        }
        boolean loras = newest().parts().stream().anyMatch(p -> p.strength() != null);
        return newest().parts().stream()
                .filter(p -> loras == (p.strength() != null))
                .mapToLong(Part::bytes)
                .sum();
    }

    String page() {
        return "models/" + Slug.of(model) + ".html";
    }

    /** A criterion that stands otherwise than before. {@code before} is null when it was never judged. */
    record Change(ModelHistory story, LatestResult standing, VerdictEntry before, VerdictEntry now, String note) {
        boolean worse() {
            return State.of(now.outcome()).compareTo(before == null ? State.PASSED : State.of(before.outcome())) > 0;
        }
    }

    /**
     * What the newest run of each variant changed, if it is of this night: compared with the last judgement of each criterion by any run
     * before it, also of the same night. Broken, unavailable and not looked at are no judgement.
     */
    List<Change> changes(String night) {
        List<Change> changes = new ArrayList<>();
        for (LatestResult standing : standings) {
            RunSummary latest = standing.latest();
            if (!latest.night().equals(night) || standing.stale()) {
                continue;
            }
            for (VerdictEntry now : latest.criteria()) {
                if (now.soft() || !isJudgement(now)) {
                    continue;
                }
                RunSummary earlier = lastJudged(standing.runs(), now.id());
                VerdictEntry before = earlier == null ? null : entry(earlier, now.id());
                if (before == null || before.outcome() != now.outcome()) {
                    changes.add(new Change(
                            this, standing, before, now, earlier == null ? "" : note(earlier, latest, before, now)));
                }
            }
        }
        return changes;
    }

    private static boolean isJudgement(VerdictEntry e) {
        return e.outcome() == Outcome.PASSED
                || e.outcome() == Outcome.REGRESSED
                || (e.outcome() == Outcome.INCONCLUSIVE && e.pairs() > 0);
    }

    /** Before the newest of them. */
    private static RunSummary lastJudged(List<RunSummary> runs, String criterion) {
        for (int i = runs.size() - 2; i >= 0; i--) {
            VerdictEntry entry = entry(runs.get(i), criterion);
            if (entry != null && !entry.soft() && isJudgement(entry)) {
                return runs.get(i);
            }
        }
        return null;
    }

    private static VerdictEntry entry(RunSummary run, String criterion) {
        return run.criteria().stream()
                .filter(e -> e.id().equals(criterion))
                .findFirst()
                .orElse(null);
    }

    /** What changed beside the verdict: a new version is not a worse model. */
    private static String note(RunSummary earlier, RunSummary latest, VerdictEntry before, VerdictEntry now) {
        List<String> notes = new ArrayList<>();
        if (!before.metricVersion().equals(now.metricVersion())) {
            notes.add("metric version " + before.metricVersion() + " \u2192 " + now.metricVersion());
        }
        if (!Objects.equals(earlier.suite().version(), latest.suite().version())) {
            notes.add("suite version " + earlier.suite().version() + " \u2192 "
                    + latest.suite().version());
        } else if (!Objects.equals(earlier.suite().sha256(), latest.suite().sha256())) {
            notes.add("suite file changed");
        }
        if (before.margin() != now.margin()) {
            notes.add("margin " + before.margin() + " \u2192 " + now.margin());
        }
        if (!contents(earlier).equals(contents(latest))) {
            notes.add("new file");
        }
        if (!earlier.baseHash().equals(latest.baseHash())) {
            notes.add("other base");
        }
        if (!earlier.renderer().equals(latest.renderer())) {
            notes.add("renderer: " + earlier.renderer() + " \u2192 " + latest.renderer());
        }
        return String.join(", ", notes);
    }
}
