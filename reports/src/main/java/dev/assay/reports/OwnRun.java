package dev.assay.reports;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Settings;
import dev.assay.reports.record.Evidence;
import dev.assay.reports.record.WholeRecord;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The run that a build has made: of all records in its folder the one with the build's token and this build's process among those that
 * started it, asked for what this build asks. Several builds at once in one folder each find their own.
 *
 * @param run to show
 * @param folder of the record
 * @param trouble what is wrong with it, or null
 */
record OwnRun(RunRecord run, Path folder, String trouble) {
    private static final Duration CLOCKS = Duration.ofMinutes(1); // that a clock may be set back by in a build
    private static final int MOST_RECORDS = 50; // read while looking for our own; newest first

    /** Settings that say how a run is shown and kept, not what it is. */
    private static final List<String> OF_THE_LAST_STEP = List.of(
            "assay.progress",
            "assay.inconclusive",
            "assay.card",
            "assay.sidecars",
            "assay.collection",
            "assay.override");

    static OwnRun find(ReportMain.Options options) {
        return options.record() != null ? shown(options) : own(options, Clock.systemUTC());
    }

    /** A record that the user names, however old: what it says is shown, as long as it says what it did. */
    private static OwnRun shown(ReportMain.Options options) {
        Path file = options.record();
        if (!Files.isRegularFile(file)) {
            return nothing(options, "there is no such record: " + file);
        }
        try {
            return new OwnRun(WholeRecord.read(file), file.toAbsolutePath().getParent(), null);
        } catch (RuntimeException unreadable) {
            return nothing(options, Words.line(unreadable.getMessage(), 600));
        }
    }

    private static OwnRun own(ReportMain.Options options, Clock clock) {
        Instant latest = clock.instant().plus(CLOCKS);
        if (options.buildStarted() != null && options.buildStarted().isAfter(latest)) {
            return nothing(options, "assay.build.started is in the future: " + options.buildStarted());
        }
        List<String> others = new ArrayList<>();
        List<Path> records = newestFirst(options.out());
        for (Path file : records.subList(0, Math.min(MOST_RECORDS, records.size()))) {
            RunRecord run;
            try {
                run = WholeRecord.readSealed(file);
            } catch (RuntimeException unreadable) {
                others.add(Words.line(unreadable.getMessage(), 300));
                continue;
            }
            String foreign = foreign(run, options, latest);
            if (foreign != null) {
                others.add(Words.line(run.id(), 80) + " " + foreign);
                continue;
            }
            Path folder = RunRecords.folder(options.out(), run.id());
            List<String> unproven = Evidence.problems(run, folder);
            return unproven.isEmpty()
                    ? new OwnRun(run, folder, null)
                    : nothing(options, "the record " + file + " does not prove itself: " + unproven.get(0));
        }
        Path expected = options.out().resolve("runs").resolve("*").resolve("run.json");
        return nothing(
                options,
                "the evaluation wrote no record: expected " + expected
                        + (others.isEmpty() ? "" : " of this build; the newest there: " + others.get(0)));
    }

    /** Why a record is not of this build; null where it is. */
    private static String foreign(RunRecord run, ReportMain.Options options, Instant latest) {
        Instant started;
        try {
            started = Instant.parse(run.started());
        } catch (RuntimeException unknown) {
            return "does not say when it started";
        }
        if (started.isAfter(latest)) {
            return "says that it started in the future (" + started + ")";
        }
        if (options.buildStarted() != null && started.isBefore(options.buildStarted())) {
            return "is of " + started + ", before this build started (" + options.buildStarted() + ")";
        }
        RunRecord.Build build = run.build();
        if (!options.token().isEmpty()) {
            if (build == null || !build.token().equals(options.token())) {
                return "is of another build" + asked(run);
            }
            boolean starterKnown = build.processes().size() > 1;
            if (options.inBuild()
                    && starterKnown
                    && !build.processes().contains(ProcessHandle.current().pid())) {
                return "is of another build that started in the same moment" + asked(run);
            }
            if (run.problem() != null && run.asked().isEmpty()) {
                return null; // ours, and could not even read what was asked for: it says so
            }
        }
        String difference = difference(run, options);
        return difference == null ? null : "is of another run: " + difference;
    }

    private static String asked(RunRecord run) {
        return " (it was asked for " + Words.line(deciding(run.asked()).toString(), 200) + ")";
    }

    /** What the record was asked for and this build does not ask, or the other way round; null where they agree. */
    private static String difference(RunRecord run, ReportMain.Options options) {
        if (options.settings() == null) {
            boolean settingsWereRead =
                    options.unreadable() != null && !run.asked().isEmpty();
            return settingsWereRead ? "this build's settings cannot be read: " + options.unreadable() : null;
        }
        Map<String, String> there = deciding(run.asked());
        Map<String, String> here = deciding(options.settings().given());
        TreeSet<String> keys = new TreeSet<>(there.keySet());
        keys.addAll(here.keySet());
        return keys.stream()
                .filter(k -> !Objects.equals(there.get(k), here.get(k)))
                .findFirst()
                .map(k ->
                        "it was asked for " + asked(k, there.get(k)) + ", this build asks for " + asked(k, here.get(k)))
                .orElse(null);
    }

    private static String asked(String key, String value) {
        return value == null ? "no " + key : key + " " + Words.line(value, 120);
    }

    private static Map<String, String> deciding(Map<String, String> asked) {
        Map<String, String> deciding = new LinkedHashMap<>(asked);
        deciding.keySet().retainAll(Settings.KEYS);
        deciding.keySet().removeAll(OF_THE_LAST_STEP);
        return deciding;
    }

    private static List<Path> newestFirst(Path out) {
        Path runs = out.resolve("runs");
        Path last = RunRecords.last(out);
        if (!Files.isDirectory(runs)) {
            return Files.isRegularFile(last) ? List.of(last) : List.of();
        }
        try (Stream<Path> folders = Files.list(runs)) {
            return folders.sorted(Comparator.comparing(Path::getFileName).reversed())
                    .map(f -> f.resolve("run.json"))
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OwnRun nothing(ReportMain.Options options, String trouble) {
        return new OwnRun(WholeRecord.none(trouble), options.out(), trouble);
    }
}
