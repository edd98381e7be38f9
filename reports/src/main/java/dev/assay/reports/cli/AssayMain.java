package dev.assay.reports.cli;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.collection.CollectionCommand;
import dev.assay.reports.words.Words;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

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
        line.setOut(PlainText.outWriter(colours));
        line.setErr(PlainText.errWriter(colours));
        line.setUsageHelpAutoWidth(true);
        line.setParameterExceptionHandler(AssayMain::wrongUsage);
        line.setExecutionExceptionHandler((trouble, command, parsed) -> {
            command.getErr().println(Words.block(Trouble.words(trouble)));
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    /** What is wrong, what was meant, and where help is: a page of options would hide it. */
    private static int wrongUsage(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        String meant = wrong instanceof UnmatchedArgumentException unmatched
                ? unmatched.getUnmatched().stream()
                        .findFirst()
                        .map(word -> DidYouMean.hint(word, known(command.getCommandSpec(), word)))
                        .orElse("")
                : "";
        command.getErr().println(Words.block(wrong.getMessage()) + meant);
        command.getErr().println("help: " + command.getCommandSpec().qualifiedName() + " --help");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** Options or subcommands. */
    private static List<String> known(CommandSpec command, String word) {
        return word.startsWith("-")
                ? command.options().stream().flatMap(o -> Stream.of(o.names())).toList()
                : List.copyOf(command.subcommands().keySet());
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
