package dev.assay.reports.cli;

import dev.assay.harness.io.PlainText;
import dev.assay.harness.io.Trouble;
import dev.assay.reports.collection.CollectionCommand;
import dev.assay.reports.words.Words;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code java -jar assay.jar}. A new subcommand is one class and one line here. */
@Command(
        name = "assay",
        description = "Knows model files, and keeps the ones that were judged.",
        mixinStandardHelpOptions = true,
        versionProvider = AssayMain.Version.class,
        subcommands = {
            InspectCommand.class,
            ConvertCommand.class,
            ModelsCommand.class,
            CollectionCommand.class,
            CommandLine.HelpCommand.class
        })
public final class AssayMain implements Runnable {
    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new AssayMain());
        boolean colours = CommandLine.Help.Ansi.AUTO.enabled();
        line.setOut(new PrintWriter(PlainText.out(colours), true));
        line.setErr(new PrintWriter(PlainText.err(colours), true));
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((trouble, command, parsed) -> {
            command.getErr().println(Words.block(Trouble.words(trouble)));
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** From the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = AssayMain.class.getPackage().getImplementationVersion();
            return new String[] {"assay " + (version == null ? "(from classes)" : version)};
        }
    }
}
