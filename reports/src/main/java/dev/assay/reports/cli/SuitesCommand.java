package dev.assay.reports.cli;

import dev.assay.harness.run.SuiteView;
import dev.assay.harness.text.Numbers;
import dev.assay.reports.words.Words;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay suites}: what is asked of a candidate. */
@Command(
        name = "suites",
        mixinStandardHelpOptions = true,
        description = "Lists the bundled suites, or shows one: what it asks, on which prompts, with which networks.",
        footerHeading = "%nExamples:%n",
        footer = {"  assay suites", "  assay suites show people", "  assay suites show my-suite.yaml --prompts"})
final class SuitesCommand implements Runnable {
    private static final int WIDTH = 96;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        list();
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "One line for each bundled suite.")
    void list() {
        PrintWriter out = spec.commandLine().getOut();
        List<SuiteView> all = SuiteView.bundled();
        int width = all.stream().mapToInt(s -> s.suite().name().length()).max().orElse(0);
        for (SuiteView s : all) {
            out.println(s.suite().name() + " ".repeat(width - s.suite().name().length()) + "  " + s.size());
            String indent = " ".repeat(width + 2);
            Words.wrapped(s.suite().description(), WIDTH - width).forEach(l -> out.println(indent + l));
            out.println(indent + "asks " + String.join(", ", s.families()) + "; needs " + s.needs());
        }
        out.flush();
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "What one suite asks.")
    void show(
            @Parameters(paramLabel = "NAME|FILE", description = "Bundled, or a file of yours.") String name,
            @Option(names = "--prompts", description = "Its prompts as well.") boolean prompts) {
        PrintWriter out = spec.commandLine().getOut();
        SuiteView view = SuiteView.of(FrontDoor.here().root(), name);
        out.println(view.suite().name() + " " + view.suite().version() + ": " + view.size());
        Words.wrapped(view.suite().description(), WIDTH).forEach(l -> out.println("  " + l));
        out.println();
        view.criteria().forEach(c -> {
            out.println("  " + c.family() + "/" + c.id());
            Words.wrapped(c.question(), WIDTH).forEach(l -> out.println("      " + l));
            Words.wrapped(c.rule(), WIDTH).forEach(l -> out.println("      " + l));
        });
        if (!view.suite().models().isEmpty()) {
            out.println();
            out.println("networks (assay models --suite " + Words.line(name, 120) + " says which are here)");
            view.suite().models().forEach((role, model) -> out.println("  " + role + "  " + Words.line(model, 100)));
        }
        if (prompts) {
            out.println();
            int width = view.suite().cases().stream()
                    .mapToInt(c -> c.id().length())
                    .max()
                    .orElse(0);
            view.suite()
                    .cases()
                    .forEach(c -> out.println("  " + c.id() + " ".repeat(width - c.id().length()) + "  "
                            + Numbers.counted(c.seeds().size(), "seed", "seeds") + "  " + Words.line(c.prompt(), 300)));
        }
        out.flush();
    }
}
