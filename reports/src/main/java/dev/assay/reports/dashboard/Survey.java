package dev.assay.reports.dashboard;

import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.dashboard.Story.Change;
import dev.assay.reports.dashboard.Story.Standing;
import dev.assay.reports.history.Digest;
import dev.assay.reports.history.Digest.Entry;
import dev.assay.reports.history.History;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the history says about a collection.
 *
 * @param stories models of the collection first, in its order; then those that only the history knows
 * @param nights all labels, oldest first
 * @param changes of the newest night, worst first
 * @param damages lines of the history that could not be read
 */
record Survey(
        Listing listing, List<Story> stories, List<String> nights, List<Change> changes, List<History.Damage> damages) {

    static Survey of(Listing listing, History.Content content) {
        Map<String, List<Digest>> runs = new LinkedHashMap<>();
        Map<String, Listing.Item> items = new LinkedHashMap<>();
        listing.items().forEach(i -> {
            items.put(i.model(), i);
            runs.put(i.model(), new ArrayList<>());
        });
        TreeSet<String> nights = new TreeSet<>();
        for (Digest run : content.digests()) {
            runs.computeIfAbsent(run.model(), m -> new ArrayList<>()).add(run);
            nights.add(run.night());
        }
        List<Story> stories = runs.entrySet().parallelStream()
                .map(e -> Story.of(e.getKey(), items.get(e.getKey()), e.getValue()))
                .toList();
        List<Change> changes = nights.isEmpty()
                ? List.of()
                : stories.stream()
                        .flatMap(s -> s.changes(nights.last()).stream())
                        .sorted(Comparator.comparing(
                                        (Change c) -> State.of(c.now().outcome()))
                                .reversed()
                                .thenComparing(c -> c.story().model()))
                        .toList();
        return new Survey(listing, stories, List.copyOf(nights), changes, content.damages());
    }

    String newestNight() {
        return nights.isEmpty() ? "" : nights.get(nights.size() - 1);
    }

    /** Families of metrics in their usual order, then others. */
    List<String> families() {
        Set<String> seen = new TreeSet<>();
        stories.forEach(s -> seen.addAll(s.families().keySet()));
        List<String> families = new ArrayList<>();
        for (dev.assay.harness.score.Family family : dev.assay.harness.score.Family.values()) {
            if (seen.remove(family.word())) {
                families.add(family.word());
            }
        }
        families.addAll(seen);
        return families;
    }

    /** Standings of each suite, by its name. */
    Map<String, List<Judged>> suites() {
        Map<String, List<Judged>> suites = new TreeMap<>();
        each((story, standing) -> suites.computeIfAbsent(standing.variant().suite(), s -> new ArrayList<>())
                .add(new Judged(story, standing, null)));
        return suites;
    }

    /** Standings of each metric, by its name: one for each criterion of it. */
    Map<String, List<Judged>> metrics() {
        Map<String, List<Judged>> metrics = new TreeMap<>();
        each((story, standing) -> standing.latest()
                .criteria()
                .forEach(e -> metrics.computeIfAbsent(e.metric(), m -> new ArrayList<>())
                        .add(new Judged(story, standing, e))));
        return metrics;
    }

    /** @param entry null where it is about the whole run */
    record Judged(Story story, Standing standing, Entry entry) {}

    private void each(java.util.function.BiConsumer<Story, Standing> of) {
        stories.forEach(story -> story.standings().forEach(standing -> of.accept(story, standing)));
    }

    /**
     * How many stood how at the end of each night: a model that was not judged again keeps its outcome.
     *
     * @return per night the number in each {@link State}
     */
    List<int[]> counts(List<Judged> judged) {
        int[][] counts = new int[nights.size()][State.values().length];
        Map<String, Integer> index = new LinkedHashMap<>();
        nights.forEach(n -> index.put(n, index.size()));
        for (Judged j : judged) {
            Outcome outcome = null;
            int from = 0;
            for (Digest run : j.standing().runs()) {
                int night = index.get(run.night());
                for (int n = from; n < night && outcome != null; n++) {
                    counts[n][State.of(outcome).code()]++;
                }
                outcome = j.entry() == null
                        ? run.outcome()
                        : outcome(run, j.entry().id(), outcome);
                from = night;
            }
            for (int n = from; n < nights.size() && outcome != null; n++) {
                counts[n][State.of(outcome).code()]++;
            }
        }
        return List.of(counts);
    }

    private static Outcome outcome(Digest run, String criterion, Outcome otherwise) {
        for (Entry e : run.criteria()) {
            if (e.id().equals(criterion)) {
                return e.outcome();
            }
        }
        return otherwise;
    }
}
