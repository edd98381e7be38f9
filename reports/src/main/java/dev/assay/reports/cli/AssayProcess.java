package dev.assay.reports.cli;

import dev.assay.harness.run.BuildStep;
import dev.assay.harness.run.Caller;
import dev.assay.harness.run.Checkup;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.Assay;
import dev.assay.reports.nightly.NightlyMain;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/** The front door as a process of its own, which ends when its standard input does: so with whoever started it. */
public final class AssayProcess {
    private static final long FAREWELL_MILLIS = 3_000; // that a process may take to end
    private static final int BROKEN = 3;

    private AssayProcess() {}

    /** @param command {@code judge}; {@code evaluate}: the record alone, without a last step; {@code nightly}; {@code doctor} */
    public static void main(String[] command) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        endWithParent();
        Map<String, String> environment = new TreeMap<>(System.getenv());
        Map<String, String> given = given(System.getProperties(), environment.remove(BuildStep.GIVEN));
        Caller caller = Caller.of(given);
        System.setOut(caller.on(System.out));
        System.setErr(caller.on(System.err));
        int code = code(command[0], environment, given);
        System.out.flush();
        System.err.flush();
        System.exit(code); // whatever threads a library left
    }

    private static int code(String command, Map<String, String> environment, Map<String, String> properties) {
        try {
            Assay assay = new Assay(environment, properties);
            return switch (command) {
                case "judge" -> assay.judge();
                case "evaluate" -> assay.evaluate();
                case "nightly" -> night(assay, environment, properties);
                case "doctor" -> checkup(environment, properties);
                default -> throw new AssayException("expected judge, evaluate, nightly or doctor, found " + command);
            };
        } catch (InterruptedException stopped) {
            return BROKEN;
        } catch (RuntimeException | Error trouble) {
            PlainText.err(false).println(Words.line(Trouble.words(trouble), 600));
            return BROKEN;
        }
    }

    private static int checkup(Map<String, String> environment, Map<String, String> properties) {
        PrintWriter out = PlainText.outWriter(false);
        boolean fine = new Checkup(
                        environment,
                        properties,
                        line -> DoctorCommand.write(out, line.what(), line.fine(), line.found()))
                .run();
        out.flush();
        return fine ? 0 : BROKEN;
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

    /**
     * Ours, of both; a property without a value was not given.
     *
     * @param more as {@link #write} wrote them; null for none
     */
    static Map<String, String> given(Properties own, String more) {
        Properties all = new Properties();
        try {
            all.load(new StringReader(more == null ? "" : more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.putAll(own);
        Map<String, String> given = new TreeMap<>();
        for (String name : all.stringPropertyNames()) {
            if (name.toLowerCase(Locale.ROOT).startsWith("assay.")
                    && !all.getProperty(name).isBlank()) {
                given.put(name, all.getProperty(name).strip());
            }
        }
        return given;
    }

    /** In ASCII: neither quotes nor letters of any language are lost on the way to another process. */
    static String write(Map<String, String> properties) {
        Properties all = new Properties();
        all.putAll(properties);
        StringWriter text = new StringWriter();
        try {
            all.store(text, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        StringBuilder ascii = new StringBuilder();
        text.toString()
                .chars()
                .forEach(c -> ascii.append(c < 0x80 ? String.valueOf((char) c) : String.format("\\u%04x", c)));
        return ascii.toString();
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
