package dev.assay.reports.dashboard;

import dev.assay.harness.score.Family;
import dev.assay.reports.dashboard.ModelHistory.Change;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the history says about a collection.
 *
 * @param stories models of the collection first, in its order; then those that only the history knows
 * @param nights all labels, oldest first
 * @param changes of the newest night, worst first
 * @param damages lines of the history that could not be read
 * @param copies SHA-256 of contents that several files of the collection have
 */
record Overview(
        Listing listing,
        List<ModelHistory> stories,
        List<String> nights,
        List<Change> changes,
        List<History.Damage> damages,
        Set<String> copies) {

    static Overview of(Listing listing, History.Content content) {
        Map<String, List<RunSummary>> runs = new LinkedHashMap<>();
        Map<String, Listing.Item> items = new LinkedHashMap<>();
        listing.items().forEach(i -> {
            items.put(i.model(), i);
            runs.put(i.model(), new ArrayList<>());
        });
        TreeSet<String> nights = new TreeSet<>();
        for (RunSummary run : content.digests()) {
            runs.computeIfAbsent(run.model(), m -> new ArrayList<>()).add(run);
            nights.add(run.night());
        }
        List<ModelHistory> stories = runs.entrySet().parallelStream()
                .map(e -> ModelHistory.of(e.getKey(), items.get(e.getKey()), e.getValue()))
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
        return new Overview(listing, stories, List.copyOf(nights), changes, content.damages(), copies(listing));
    }

    /** Whether another file of the collection has the same bytes. */
    boolean isCopy(ModelHistory story) {
        return story.item() != null
                && story.item().sha256() != null
                && copies.contains(story.item().sha256());
    }

    private static Set<String> copies(Listing listing) {
        Set<String> seen = new HashSet<>();
        return listing.items().stream()
                .map(Listing.Item::sha256)
                .filter(sha256 -> sha256 != null && !seen.add(sha256))
                .collect(Collectors.toSet());
    }

    String newestNight() {
        return nights.isEmpty() ? "" : nights.get(nights.size() - 1);
    }

    /** Families of metrics in their usual order. */
    List<Family> families() {
        return stories.stream()
                .flatMap(s -> s.families().keySet().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** By their names. */
    Map<String, Group> suites() {
        return Group.suites(stories, nights);
    }

    /** By their names. */
    Map<String, Group> metrics() {
        return Group.metrics(stories, nights);
    }
}
