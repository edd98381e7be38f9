package dev.assay.reports.cli;

import dev.assay.harness.run.RunRecords;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = {
            "Shows an earlier run again: its verdicts, its page. Nothing is judged, and no history is changed.",
            "",
            "RUN is a run's id (or its beginning) of this folder, a run.json, or its folder; the last run if absent.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it passed",
            "1:regressed",
            "2:inconclusive",
            "3:broken, or no record that can be believed",
            "64:there is none of this name"
        })
final class ReportCommand implements java.util.concurrent.Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "RUN", description = "The run.")
    private String run;

    FrontDoor door = FrontDoor.here();

    @Override
    public Integer call() {
        Map<String, String> properties = new TreeMap<>(door.properties(Map.of()));
        properties.put("assay.record", record().toString());
        return door.start("judge", properties);
    }

    private Path record() {
        Path out = door.folder();
        if (run == null) {
            List<Path> all = runs(out); // beside its record lies what its pictures are found from
            return all.isEmpty()
                    ? required(RunRecords.last(out), "no run in " + out + " yet")
                    : all.get(0).resolve("run.json");
        }
        try {
            Path named = door.root().resolve(run);
            if (Files.isRegularFile(named)) {
                return named;
            }
            if (Files.isDirectory(named)) {
                return required(named.resolve("run.json"), run + ": no run.json in this folder");
            }
        } catch (InvalidPathException noPath) {
            throw wrong(run + ": no such run");
        }
        List<Path> begin = runs(out).stream()
                .filter(folder -> folder.getFileName().toString().startsWith(run))
                .toList();
        if (begin.size() == 1) {
            return begin.get(0).resolve("run.json");
        }
        throw wrong(run + ": " + (begin.isEmpty() ? "no such run" : begin.size() + " runs begin so") + "; there are "
                + String.join(
                        ", ",
                        (begin.isEmpty() ? runs(out) : begin)
                                .stream()
                                        .limit(10)
                                        .map(f -> f.getFileName().toString())
                                        .toList()));
    }

    /** Newest first. */
    static List<Path> runs(Path out) {
        Path folder = out.resolve("runs");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> Files.isRegularFile(f.resolve("run.json")))
                    .sorted(java.util.Comparator.reverseOrder())
                    .toList();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Path required(Path file, String why) {
        if (!Files.isRegularFile(file)) {
            throw wrong(why);
        }
        return file;
    }

    private ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
