package dev.assay.harness.run;

import dev.assay.harness.text.PlainText;
import java.io.PrintStream;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How a step of ours fails its build. Maven would follow our words with those about a Java class that threw, and with advice to
 * resume that is wrong here; so where the process is Maven's command line and nothing else, it ends with our words as the last. In
 * any other process (a daemon, an IDE, a test) the step throws, as Maven expects it. It uses the JDK alone, see {@link EarlyCheck}.
 */
public final class BuildEnd {
    /** What a JVM was started with; it has nothing to do but one build. */
    private static final List<String> COMMAND_LINES =
            List.of("org.codehaus.plexus.classworlds.launcher.Launcher", "org.apache.maven.wrapper.MavenWrapperMain");

    private BuildEnd() {}

    /** Whether this process is a build tool's command line and nothing else. */
    static boolean isCommandLine() {
        return isCommandLine(command());
    }

    /**
     * Ends the process, or returns what is to be thrown.
     *
     * @param why with a message that says all: no stack trace is shown
     * @param code of the process
     */
    public static RuntimeException fail(RuntimeException why, int code) {
        return fail(why, code, command(), System.out, System::exit);
    }

    static RuntimeException fail(RuntimeException why, int code, String command, PrintStream out, IntConsumer exit) {
        if (isCommandLine(command)) {
            out.println();
            out.println("[ERROR] BUILD FAILURE: " + PlainText.of(why.getMessage()));
            out.flush();
            exit.accept(code);
        }
        return why;
    }

    /** Ends the process of a command line: what was asked for is done. */
    static void succeed() {
        System.out.println();
        System.out.println("[INFO] BUILD SUCCESS");
        System.out.flush();
        System.exit(0);
    }

    private static String command() {
        return System.getProperty("sun.java.command", "");
    }

    private static boolean isCommandLine(String command) {
        return COMMAND_LINES.stream().anyMatch(c -> command.equals(c) || command.startsWith(c + " "));
    }
}
