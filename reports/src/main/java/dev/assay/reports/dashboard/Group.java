package dev.assay.reports.dashboard;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.reports.dashboard.ModelHistory.LatestResult;
import dev.assay.reports.history.RunSummary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that the history tells about one suite, or about one metric. Made for all of them in one walk through the runs: of a large
 * history there are some hundred thousand.
 */
final class Group {
    /** Stands for the suite of a run that broke before one was read: no suite, and no page. */
    static final String NO_SUITE = "unknown";

    /** @param entry null where it is about the whole run */
    record Judged(ModelHistory story, LatestResult standing, VerdictEntry entry) {}

    private final List<Judged> judged = new ArrayList<>();
    private final Set<String> versions = new TreeSet<>();
    private String lastVersion;
    /** [night][state]: how many more than the night before. */
    private final int[][] changes;

    private Group(int nights) {
        changes = new int[nights][State.values().length];
    }

    /** Standings on each suite, by its name. */
    static Map<String, Group> suites(List<ModelHistory> stories, List<String> nights) {
        Map<String, Group> suites = new TreeMap<>();
        Map<String, Integer> index = index(nights);
        for (ModelHistory story : stories) {
            for (LatestResult standing : story.standings()) {
                if (standing.variant().suite().equals(NO_SUITE)) {
                    continue;
                }
                Group group = suites.computeIfAbsent(standing.variant().suite(), s -> new Group(nights.size()));
                group.judged.add(new Judged(story, standing, null));
                State before = null;
                for (RunSummary run : standing.runs()) {
                    group.version(run.suite().version());
                    State now = State.of(run.outcome());
                    group.change(index.get(run.night()), before, now);
                    before = now;
                }
            }
        }
        return suites;
    }

    /** Standings of each metric, by its name: one for each criterion of it in the newest run. */
    static Map<String, Group> metrics(List<ModelHistory> stories, List<String> nights) {
        Map<String, Group> metrics = new TreeMap<>();
        Map<String, Integer> index = index(nights);
        for (ModelHistory story : stories) {
            for (LatestResult standing : story.standings()) {
                List<VerdictEntry> newest = standing.latest().criteria();
                Group[] groups = new Group[newest.size()];
                for (int i = 0; i < groups.length; i++) {
                    groups[i] = metrics.computeIfAbsent(newest.get(i).metric(), m -> new Group(nights.size()));
                    groups[i].judged.add(new Judged(story, standing, newest.get(i)));
                }
                State[] before = new State[groups.length];
                for (RunSummary run : standing.runs()) {
                    int night = index.get(run.night());
                    for (int i = 0; i < groups.length; i++) {
                        VerdictEntry entry = entry(run.criteria(), newest.get(i).id(), i);
                        if (entry != null) {
                            groups[i].version(entry.metricVersion());
                            State now = State.of(entry);
                            groups[i].change(night, before[i], now);
                            before[i] = now;
                        }
                    }
                }
            }
        }
        return metrics;
    }

    private static Map<String, Integer> index(List<String> nights) {
        Map<String, Integer> index = new HashMap<>();
        nights.forEach(n -> index.put(n, index.size()));
        return index;
    }

    /** @param likely where it stands when the suite is the same */
    private static VerdictEntry entry(List<VerdictEntry> criteria, String id, int likely) {
        if (likely < criteria.size() && criteria.get(likely).id().equals(id)) {
            return criteria.get(likely);
        }
        for (VerdictEntry e : criteria) {
            if (e.id().equals(id)) {
                return e;
            }
        }
        return null;
    }

    private void version(String version) {
        if (version != null && !version.equals(lastVersion)) {
            versions.add(version);
            lastVersion = version;
        }
    }

    private void change(int night, State before, State now) {
        if (before != now) {
            changes[night][now.code()]++;
            if (before != null) {
                changes[night][before.code()]--;
            }
        }
    }

    List<Judged> judged() {
        return Collections.unmodifiableList(judged);
    }

    /** In all runs, not only the newest. */
    Set<String> versions() {
        return Collections.unmodifiableSet(versions);
    }

    /**
     * How many stood how at the end of each night: a model that was not judged again keeps its outcome.
     *
     * @return per night the number in each {@link State}
     */
    List<int[]> counts() {
        int[] now = new int[State.values().length];
        List<int[]> counts = new ArrayList<>();
        for (int[] change : changes) {
            for (int s = 0; s < now.length; s++) {
                now[s] += change[s];
            }
            counts.add(now.clone());
        }
        return counts;
    }
}
