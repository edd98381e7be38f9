package dev.assay.reports.cli;

import dev.assay.harness.run.Caller;
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
        description = {
            "Does this LoRA make the base model worse? Judges LoRAs and finetunes of diffusion models.",
            "",
            "To begin: assay doctor, assay demo, then assay judge FILE --base MODEL.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = AssayMain.Version.class,
        subcommands = {
            JudgeCommand.class,
            GateCommand.class,
            NightlyCommand.class,
            ReportCommand.class,
            ViewCommand.class,
            DemoCommand.class,
            InspectCommand.class,
            ConvertCommand.class,
            ModelsCommand.class,
            CollectionCommand.class,
            SuitesCommand.class,
            StoreCommand.class,
            InitCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class
        })
public final class AssayMain implements Runnable {
    /** EX_USAGE of sysexits.h: the command line is wrong. */
    static final int USAGE = 64;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new AssayMain());
        boolean colours = CommandLine.Help.Ansi.AUTO.enabled();
        line.setOut(PlainText.outWriter(colours, Caller.COMMAND::on));
        line.setErr(PlainText.errWriter(colours, Caller.COMMAND::on));
        for (CommandLine command : line.getSubcommands().values()) {
            if (command.getCommand() instanceof Judging) {
                SettingOptions.addTo(command.getCommandSpec());
            }
        }
        codes(line);
        line.setUsageHelpAutoWidth(true);
        line.setUsageHelpLongOptionsMaxWidth(32);
        line.setParameterExceptionHandler(AssayMain::wrongUsage);
        line.setExecutionExceptionHandler((trouble, command, parsed) -> {
            command.getErr().println(Words.block(Trouble.words(trouble)));
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    /** Of wrong usage, for all commands: 1 to 3 are what judging ends with. */
    private static void codes(CommandLine line) {
        line.getCommandSpec().exitCodeOnInvalidInput(USAGE);
        line.getSubcommands().values().forEach(AssayMain::codes);
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
