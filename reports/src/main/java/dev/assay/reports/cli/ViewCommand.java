package dev.assay.reports.cli;

import dev.assay.harness.files.WholeFile;
import dev.assay.reports.view.RunsPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay view}: all runs of a folder on one page. */
@Command(
        name = "view",
        mixinStandardHelpOptions = true,
        description = {
            "Puts all runs of this folder side by side on one page, with links to theirs, and opens it in the browser.",
            "",
            "The page is a file; no server is left running.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the page is written", "64:there is no run here yet"})
final class ViewCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--no-open", description = "Writes the page, and says where.")
    private boolean quiet;

    FrontDoor door = FrontDoor.here();

    @Override
    public Integer call() throws IOException {
        RunsPage page = RunsPage.of(door.folder(), ReportCommand.runs(door.folder()));
        if (page.runs().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "no run in " + door.folder() + " yet; assay judge FILE makes one");
        }
        Path file = door.folder().resolve("index.html");
        WholeFile.write(file, page.html().getBytes(StandardCharsets.UTF_8));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Runs: " + file);
        out.flush();
        if (!quiet) {
            open(file);
        }
        return 0;
    }

    /** Where there is a browser; the path has been said. */
    private static void open(Path page) {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String address = page.toUri().toString();
        List<String> command = system.contains("win")
                ? List.of("rundll32", "url.dll,FileProtocolHandler", address)
                : List.of(system.contains("mac") ? "open" : "xdg-open", address);
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException none) {
            return;
        }
    }
}
