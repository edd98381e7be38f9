package dev.assay.reports.cli;

import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.Assay;
import dev.assay.reports.nightly.NightlyMain;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The front door as a process of its own, which ends when its standard input does: so with whoever started it. */
public final class AssayProcess {
    private static final long FAREWELL_MILLIS = 3_000; // that a process may take to end
    private static final int BROKEN = 3;

    private AssayProcess() {}

    /** @param command {@code judge}; {@code evaluate}: the record alone, without a last step; {@code nightly} */
    public static void main(String[] command) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        endWithParent();
        System.exit(code(command[0], System.getenv(), given())); // whatever threads a library left
    }

    private static int code(String command, Map<String, String> environment, Map<String, String> properties) {
        try {
            Assay assay = new Assay(environment, properties);
            return switch (command) {
                case "judge" -> assay.judge();
                case "evaluate" -> assay.evaluate();
                case "nightly" -> night(assay, environment, properties);
                default -> throw new AssayException("expected judge, evaluate or nightly, found " + command);
            };
        } catch (InterruptedException stopped) {
            return BROKEN;
        } catch (RuntimeException | Error trouble) {
            PlainText.err(false).println(Words.line(Trouble.words(trouble), 600));
            return BROKEN;
        }
    }

    private static int night(Assay assay, Map<String, String> environment, Map<String, String> properties)
            throws InterruptedException {
        Optional<String> obstacle = assay.obstacleOfNight();
        if (obstacle.isEmpty()) {
            return NightlyMain.run(environment, properties);
        }
        PlainText.out(false).println("Nightly: " + Words.block(obstacle.get()));
        return BROKEN;
    }

    /** Ours; a property without a value was not given. */
    private static Map<String, String> given() {
        Map<String, String> given = new TreeMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.toLowerCase(Locale.ROOT).startsWith("assay.")
                    && !System.getProperty(name).isBlank()) {
                given.put(name, System.getProperty(name).strip());
            }
        }
        return given;
    }

    /** The parent holds the other end of our input and writes nothing: its end is the parent's. What is to be said at the end is said. */
    public static void endWithParent() {
        start("parent", () -> {
            try {
                while (System.in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException gone) {
                // The same.
            }
            start("end", () -> System.exit(BROKEN));
            try {
                Thread.sleep(FAREWELL_MILLIS);
            } catch (InterruptedException now) {
                // The same.
            }
            Runtime.getRuntime().halt(BROKEN);
        });
    }

    private static void start(String name, Runnable what) {
        Thread thread = new Thread(what, name);
        thread.setDaemon(true);
        thread.start();
    }
}
