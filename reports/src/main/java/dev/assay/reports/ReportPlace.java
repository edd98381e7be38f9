package dev.assay.reports;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.Home;
import dev.assay.harness.run.Workspace;
import dev.assay.reports.allure.ReportExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a run is reported.
 *
 * @param workspace of the run
 * @param target folder for {@code allure-results}, {@code allure-report} and {@code card}
 * @param allure the unpacked command line of Allure; null where there is none and none is asked for
 * @param colors of the terminal
 * @param gitHubStepSummary file of the job's summary on GitHub; null elsewhere
 * @param executor what runs this build
 * @param caller who gives the commands that are named
 */
record ReportPlace(
        Workspace workspace,
        Path target,
        Path allure,
        boolean colors,
        Path gitHubStepSummary,
        ReportExecutor executor,
        Caller caller) {
    private static final String DOCS = "docs/metrics";

    /** From {@code assay.reports}, {@code assay.allure} and {@code assay.colors} ({@code on}, {@code off}, {@code auto}), each of which may be absent. */
    static ReportPlace of(Map<String, String> environment, Map<String, String> properties) {
        Workspace workspace = Workspace.of(properties);
        Path target = workspace.root().resolve(properties.getOrDefault("assay.reports", "reports/target"));
        String colors = properties.getOrDefault("assay.colors", "auto");
        String summary = environment.getOrDefault("GITHUB_STEP_SUMMARY", "");
        return new ReportPlace(
                workspace,
                target,
                allure(target, properties),
                colors.equals("on") || (colors.equals("auto") && !environment.containsKey("NO_COLOR") && onTerminal()),
                summary.isBlank() ? null : Path.of(summary),
                ReportExecutor.of(environment),
                Caller.of(properties));
    }

    /** A build has it; whoever has a release may do without. */
    private static Path allure(Path target, Map<String, String> properties) {
        Path folder = target.resolve(properties.getOrDefault("assay.allure", "allure-cli"));
        return Caller.of(properties) == Caller.BUILD || Files.isDirectory(folder) ? folder : null;
    }

    /** Folder of the metrics' pages: of the checkout that is judged in, else of the Assay that judges; there need not be one. */
    Path docs() {
        Path here = root().resolve(DOCS);
        return Files.isDirectory(here)
                ? here
                : Home.find(Map.of(), ReportPlace.class)
                        .map(home -> home.folder().resolve(DOCS))
                        .orElse(here);
    }

    Path root() {
        return workspace.root();
    }

    /** On Linux; elsewhere Java 17 to 25 have no common way to tell, and plain text is never wrong. */
    private static boolean onTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | RuntimeException notLinux) {
            return false;
        }
    }
}
