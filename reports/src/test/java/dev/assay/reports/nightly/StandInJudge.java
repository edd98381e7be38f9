package dev.assay.reports.nightly;

import dev.assay.harness.model.Hashes;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.reports.Runs;
import dev.assay.reports.cli.AssayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Takes the place of {@link AssayProcess} in a process of its own: renders nothing, and leaves the record that a run would leave. What
 * it does it says in a file: {@code begin PID FOLDER}, {@code twice FOLDER} for a verdict that was there already.
 */
final class StandInJudge {
    private StandInJudge() {}

    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.awt.headless", "true");
        AssayProcess.endWithParent();
        Path out = Path.of(System.getProperty("assay.out"));
        say("begin " + ProcessHandle.current().pid() + " " + out.getFileName());
        if (Files.exists(RunRecords.last(out))) {
            say("twice " + out.getFileName());
        }
        Path file = Path.of(System.getProperty("assay.lora").replaceFirst("@.*", ""));
        String id = "run-" + out.getFileName();
        RunRecord run = Runs.passed(Files.createDirectories(RunRecords.folder(out, id)), Hashes.sha256(file), id);
        String outcome = Files.readString(file).contains("worse") ? "REGRESSED" : "PASSED";
        RunRecords.write(
                out,
                Runs.with(
                        run,
                        outcome,
                        1,
                        List.of(Runs.verdict("grid", "artifact", outcome, "NON_INFERIOR", "LOWER", 1.0, "because")),
                        run.started()));
        System.exit(0);
    }

    private static void say(String line) throws IOException {
        Path told = Path.of(System.getProperty("assay.root")).resolve("told.txt");
        Files.writeString(told, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
