package dev.assay.reports;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.Settings;
import dev.assay.harness.run.Workspace;
import dev.assay.reports.allure.ReportExecutor;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** Last steps without a command line of Allure: they make no report. */
final class Steps {
    private Steps() {}

    /** @param inconclusive the setting; null for none */
    static LastStep in(Path root, String inconclusive, PrintStream out) {
        Map<String, String> given = inconclusive == null ? Map.of() : Map.of("assay.inconclusive", inconclusive);
        return new LastStep(
                new ReportPlace(
                        new Workspace(root, root.resolve("out"), root, false),
                        root.resolve("target"),
                        root.resolve("no-allure"),
                        false,
                        null,
                        ReportExecutor.LOCAL,
                        Caller.BUILD),
                Settings.read(root, Map.of(), given),
                out);
    }
}
