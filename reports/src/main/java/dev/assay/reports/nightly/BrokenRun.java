package dev.assay.reports.nightly;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.verdict.Outcome;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Stands for a run whose process left no record: the file keeps its line in the history, as BROKEN. */
final class BrokenRun {
    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private BrokenRun() {}

    static RunRecord of(Item item, String suite, String problem, Instant when) {
        RunRecord.Model unknown = new RunRecord.Model("unknown", List.of(), List.of());
        return new RunRecord(
                RunRecord.SCHEMA,
                ID_TIME.format(when) + "-" + item.name().replaceAll("[^A-Za-z0-9._+-]", "_"),
                Outcome.BROKEN.name(),
                problem,
                when.toString(),
                0,
                0,
                unknown,
                new RunRecord.Model(item.name(), List.of(), List.of()),
                new RunRecord.SuiteInfo(suite, "", "", 0, 0),
                RunRecord.Settings.UNKNOWN,
                new RunRecord.RendererInfo("unknown", "", "", Map.of()),
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of());
    }
}
