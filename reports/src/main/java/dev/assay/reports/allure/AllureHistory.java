package dev.assay.reports.allure;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.words.Words;
import io.qameta.allure.model.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs of the history as the files that Allure keeps its own history in; it reads them from {@code allure-results/history}. So a fresh
 * workspace shows trends too, and no report is needed to make the next.
 */
final class AllureHistory {
    /** Earlier runs that trends show. */
    private static final int MAX_RUNS = 30;
    /** Earlier results of one criterion that its history shows. */
    private static final int MAX_RESULTS = 20;

    private final List<RunSummary> newestFirst;
    private final int all;

    /** @param earlier oldest first */
    AllureHistory(List<RunSummary> earlier) {
        all = earlier.size();
        newestFirst = new ArrayList<>(earlier);
        Collections.reverse(newestFirst);
    }

    /** The number of this run: they are counted from 1. */
    int buildOrder() {
        return all + 1;
    }

    /** By file name; empty when there was no earlier run. */
    Map<String, Object> files() {
        if (newestFirst.isEmpty()) {
            return Map.of();
        }
        List<Map<String, Object>> outcomes = new ArrayList<>();
        List<Map<String, Object>> categories = new ArrayList<>();
        List<Map<String, Object>> durations = new ArrayList<>();
        Map<String, List<Map<String, Object>>> results = new LinkedHashMap<>();
        for (int i = 0; i < newestFirst.size(); i++) {
            RunSummary run = newestFirst.get(i);
            if (i < MAX_RUNS) {
                outcomes.add(point(all - i, statistic(statuses(run))));
                categories.add(point(all - i, counts(run)));
                durations.add(point(all - i, Map.of("duration", Math.max(0, Math.round(1000 * run.seconds())))));
            }
            items(run).forEach((id, item) -> {
                List<Map<String, Object>> items = results.computeIfAbsent(id, x -> new ArrayList<>());
                if (items.size() < MAX_RESULTS) {
                    items.add(item);
                }
            });
        }
        Map<String, Object> history = new LinkedHashMap<>();
        results.forEach((id, items) -> history.put(
                id,
                Map.of(
                        "statistic",
                        statistic(items.stream()
                                .map(item -> item.get("status").toString())
                                .toList()),
                        "items",
                        items)));
        Map<String, Object> files = new LinkedHashMap<>();
        files.put("history.json", history);
        files.put("history-trend.json", outcomes);
        files.put("categories-trend.json", categories);
        files.put("duration-trend.json", durations);
        return files;
    }

    private static Map<String, Object> point(int order, Object data) {
        return Map.of("buildOrder", order, "data", data);
    }

    /** Of the same model on the same suite: runs of others are not its trend. */
    static boolean isOf(RunSummary run, String suite, String candidate) {
        return run.model().equals(candidate) && run.suite().name().equals(suite);
    }

    /** Words of all results that the report of this run had: its criteria, and the run where that was in trouble. */
    private static List<String> statuses(RunSummary run) {
        List<String> statuses = new ArrayList<>();
        if (isBroken(run)) {
            statuses.add(word(Status.BROKEN));
        }
        criteria(run).forEach(e -> statuses.add(status(e)));
        return statuses;
    }

    /** Nothing was judged, or something was wrong beyond its criteria. */
    private static boolean isBroken(RunSummary run) {
        return run.criteria().isEmpty() || (run.problem() != null && !run.partial());
    }

    /** Those that have something to say: of a run that was stopped, none. */
    private static List<VerdictEntry> criteria(RunSummary run) {
        return isStopped(run) ? List.of() : run.criteria();
    }

    private static boolean isStopped(RunSummary run) {
        return isBroken(run) && run.criteria().stream().allMatch(e -> e.is(Outcome.BROKEN));
    }

    private static String status(VerdictEntry e) {
        return word(Categories.status(e));
    }

    private static String word(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Integer> statistic(List<String> statuses) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String status : List.of("failed", "broken", "skipped", "passed", "unknown")) {
            counts.put(status, Collections.frequency(statuses, status));
        }
        counts.put("total", statuses.size());
        return counts;
    }

    private static Map<String, Integer> counts(RunSummary run) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        if (isBroken(run)) {
            counts.merge(Categories.WHOLE_RUN, 1, Integer::sum);
        }
        criteria(run).stream()
                .map(e -> Categories.of(e.outcome(), e.soft(), e.family(), e.metric()))
                .filter(category -> !category.isEmpty())
                .forEach(category -> counts.merge(category, 1, Integer::sum));
        return counts;
    }

    private static Map<String, Map<String, Object>> items(RunSummary run) {
        long start = millis(run.started());
        long end = start + Math.max(0, Math.round(1000 * run.seconds()));
        Map<String, Map<String, Object>> items = new LinkedHashMap<>();
        String said = run.problem() == null ? run.outcome().name() : text(run.problem());
        if (isBroken(run)) {
            items.put(identity(run, "run", "run"), item(run, "run", word(Status.BROKEN), said, start, end));
        }
        for (VerdictEntry e : criteria(run)) {
            items.put(
                    identity(run, e.family().word(), e.id()), item(run, e.id(), status(e), text(e.reason()), end, end));
        }
        return items;
    }

    private static String text(String reason) {
        return Categories.sanitize(Words.ends(reason, 300));
    }

    private static Map<String, Object> item(
            RunSummary run, String id, String status, String said, long start, long stop) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("uid", Categories.text(run.run() + "-" + id, 200));
        item.put("status", status);
        item.put("statusDetails", said);
        item.put("time", Map.of("start", start, "stop", stop, "duration", stop - start));
        return item;
    }

    private static String identity(RunSummary run, String family, String criterion) {
        return identity(run.suite().name(), run.model(), family, criterion);
    }

    /** What makes a result the same test as one of another run: names, no hash, no number of a run. */
    static String identity(String suite, String candidate, String family, String criterion) {
        return Categories.text(suite, 80) + "/" + Categories.text(candidate, 80) + "/" + Categories.text(family, 40)
                + "/" + Categories.text(criterion, 120);
    }

    private static long millis(String time) {
        try {
            return Instant.parse(time).toEpochMilli();
        } catch (RuntimeException unknown) {
            return 0;
        }
    }
}
