package dev.assay.reports.record;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.RendererInfo;
import dev.assay.harness.run.RunRecord.Settings;
import dev.assay.harness.run.RunRecord.SuiteInfo;
import dev.assay.harness.run.RunRecord.WeightsEntry;
import dev.assay.harness.run.RunRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Records without holes: a view may then read any part of them, whatever the file left out. */
public final class WholeRecord {
    private static final Model UNKNOWN = new Model("unknown", List.of(), List.of());

    private WholeRecord() {}

    /** Stands for a run that left no record. */
    public static RunRecord none(String problem) {
        return of(new RunRecord(
                RunRecord.SCHEMA,
                "none",
                "BROKEN",
                problem,
                Instant.now().toString(),
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                null,
                null,
                null,
                null,
                null));
    }

    /** @throws IllegalArgumentException on a file that is no run record of a schema we know */
    public static RunRecord read(Path file) {
        return of(RunRecords.read(file));
    }

    /** As {@link #read}, of a record that must prove that nobody edited it. */
    public static RunRecord readSealed(Path file) {
        return of(RunRecords.readSealed(file));
    }

    public static RunRecord of(RunRecord r) {
        return new RunRecord(
                r.schema(),
                Objects.requireNonNullElse(r.id(), "unknown"),
                r.outcome(),
                r.problem(),
                Objects.requireNonNullElse(r.started(), ""),
                r.seconds(),
                r.renderSeconds(),
                model(r.base()),
                model(r.candidate()),
                suite(r.suite()),
                Objects.requireNonNullElse(r.settings(), Settings.UNKNOWN),
                Objects.requireNonNullElse(r.renderer(), new RendererInfo("unknown", "", "unknown", Map.of())),
                r.rendersMade(),
                r.rendersReused(),
                r.criteriaDeclared(),
                known(r.verdicts()),
                known(r.renderings()),
                known(r.findings()).stream()
                        .filter(f -> f.level() != null && f.text() != null)
                        .toList(),
                Objects.requireNonNullElse(r.asked(), Map.of()),
                known(r.weights()).stream().map(WholeRecord::weights).toList(),
                r.build());
    }

    private static WeightsEntry weights(WeightsEntry w) {
        return new WeightsEntry(
                Objects.requireNonNullElse(w.role(), "unknown"),
                Objects.requireNonNullElse(w.reference(), ""),
                Objects.requireNonNullElse(w.licence(), "not stated"),
                known(w.files()));
    }

    private static SuiteInfo suite(SuiteInfo s) {
        return s == null
                ? new SuiteInfo("unknown", "", "", 0, 0)
                : new SuiteInfo(
                        Objects.requireNonNullElse(s.name(), "unknown"),
                        s.version(),
                        s.sha256(),
                        s.prompts(),
                        s.seedsPerPrompt());
    }

    private static Model model(Model m) {
        if (m == null) {
            return UNKNOWN;
        }
        List<ModelPart> files = known(m.files());
        List<LoraPart> loras = known(m.loras());
        return new Model(Objects.requireNonNullElse(m.name(), "unknown"), files, loras);
    }

    private static <T> List<T> known(List<T> list) {
        return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
    }
}
