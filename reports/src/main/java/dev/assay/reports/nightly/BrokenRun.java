package dev.assay.reports.nightly;

import dev.assay.harness.run.RunRecord;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Stands for a run whose process left no record: the file keeps its line in the history, as BROKEN. */
final class BrokenRun {
    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private BrokenRun() {}

    static RunRecord of(Item item, String suite, String problem, Instant when) {
        String id = ID_TIME.format(when) + "-" + item.name().replaceAll("[^A-Za-z0-9._+-]", "_");
        return RunRecord.broken(id, when, item.name(), suite, problem);
    }
}
