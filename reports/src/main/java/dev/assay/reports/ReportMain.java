package dev.assay.reports;

import dev.assay.harness.run.BuildEnd;
import dev.assay.harness.run.Settings;
import dev.assay.harness.run.SettingsException;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.allure.AllureHtml;
import dev.assay.reports.allure.AllureResults;
import dev.assay.reports.allure.ReportContext;
import dev.assay.reports.allure.ReportExecutor;
import dev.assay.reports.history.Digest;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The last step of a build: makes the report of the run, prints the summary, and throws {@link GateClosed} unless the run
 * passed. Trouble with the report is said, and never changes the verdict.
 */
public final class ReportMain {
    /** Seen from {@code assay.out}. */
    private static final Path BUNDLED_SUITES = Path.of("..", "..", "src", "main", "resources", "suites");

    private ReportMain() {}

    /**
     * What the build tells us; system properties, each of which may be absent or empty.
     *
     * @param out {@code assay.out}: folder of run records
     * @param record {@code assay.record}: makes the report of this {@code run.json} again, however old
     * @param target {@code assay.reports}: folder for {@code allure-results} and {@code allure-report}
     * @param commandLine {@code assay.allure}: the unpacked command line of Allure
     * @param buildStarted {@code assay.build.started}, ISO 8601; an older record is stale; null does not check
     * @param token {@code assay.build.id}: what the build gave its evaluation too; empty where it gave none
     * @param inBuild {@code assay.build.tool} says which tool runs this step in its own process
     * @param selected {@code assay.selected} is not empty: tests were chosen by tags or names
     * @param inconclusiveAllowed {@code assay.inconclusive} is {@code allow}, as property, in the environment or in {@code assay.yaml}
     * @param colors {@code assay.colors}: {@code on}, {@code off}, {@code auto} (on a terminal)
     * @param gate {@code assay.build.gate} is {@code true}: what passes is added to the collection
     * @param root {@code assay.root}: where the user stands
     * @param gitHubStepSummary file of the job's summary on GitHub; null elsewhere
     * @param settings of the user; null where they cannot be read
     * @param unreadable why not; null where they can
     * @param executor what runs this build
     */
    record Options(
            Path out,
            Path record,
            Path target,
            Path commandLine,
            Instant buildStarted,
            String token,
            boolean inBuild,
            boolean selected,
            boolean inconclusiveAllowed,
            boolean colors,
            boolean gate,
            Path root,
            Path gitHubStepSummary,
            Settings settings,
            String unreadable,
            ReportExecutor executor) {
        static Options read(UnaryOperator<String> property, Map<String, String> environment) {
            String record = value(property, "assay.record", "");
            String started = value(property, "assay.build.started", "");
            Path target = Path.of(value(property, "assay.reports", "reports/target"));
            String inconclusive = value(property, "assay.inconclusive", "fail");
            if (!inconclusive.equals("fail") && !inconclusive.equals("allow")) {
                throw new GateClosed(
                        "assay.inconclusive: expected fail or allow, found " + Words.line(inconclusive, 60));
            }
            Path root = Path.of(value(property, "assay.root", "")).toAbsolutePath();
            Settings settings = null;
            String unreadable = null;
            try {
                settings = Settings.read(root, environment, given(property));
            } catch (SettingsException e) {
                unreadable = e.getMessage(); // the run is broken already, and says so
            }
            String colors = value(property, "assay.colors", "auto");
            return new Options(
                    Path.of(value(property, "assay.out", "suites/target/assay")),
                    record.isEmpty() ? null : Path.of(record),
                    target,
                    Path.of(value(
                            property,
                            "assay.allure",
                            target.resolve("allure-cli").toString())),
                    started.isEmpty() ? null : instant(started),
                    value(property, "assay.build.id", ""),
                    !value(property, "assay.build.tool", "").isEmpty(),
                    !value(property, "assay.selected", "").isEmpty(),
                    settings != null && settings.inconclusive().equals("allow"),
                    colors.equals("on")
                            || (colors.equals("auto") && !environment.containsKey("NO_COLOR") && onTerminal()),
                    value(property, "assay.build.gate", "").equals("true"),
                    root,
                    environment.getOrDefault("GITHUB_STEP_SUMMARY", "").isBlank()
                            ? null
                            : Path.of(environment.get("GITHUB_STEP_SUMMARY")),
                    settings,
                    unreadable,
                    ReportExecutor.of(environment));
        }

        /** The user's keys that were given as properties. */
        private static Map<String, String> given(UnaryOperator<String> property) {
            Map<String, String> given = new TreeMap<>();
            for (String key : Settings.KEYS) {
                String value = property.apply(key);
                if (value != null && !value.isBlank()) {
                    given.put(key, value.strip());
                }
            }
            return given;
        }

        /** On Linux; elsewhere Java 17 to 25 have no common way to tell, and plain text is never wrong. */
        private static boolean onTerminal() {
            try {
                String target =
                        Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
            } catch (IOException | RuntimeException notLinux) {
                return false;
            }
        }

        private static Instant instant(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new GateClosed("assay.build.started: expected a time like 2026-11-22T23:59:59Z, found "
                        + Words.line(text, 60));
            }
        }

        private static String value(UnaryOperator<String> property, String name, String otherwise) {
            String value = property.apply(name);
            return value == null || value.isBlank() ? otherwise : value.strip();
        }
    }

    /** Entry for the build. */
    public static void main(String[] arguments) {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        try {
            Options options = Options.read(System::getProperty, System.getenv());
            ClassPath.keep(options.root());
            run(options, PlainText.out(options.colors()));
        } catch (GateClosed closed) {
            throw BuildEnd.fail(closed);
        }
    }

    /** @throws GateClosed unless the run passed */
    static void run(Options options, PrintStream out) {
        try (TargetLock ours = TargetLock.take(options.target(), out)) {
            Objects.requireNonNull(ours);
            locked(options, out);
        }
    }

    private static void locked(Options options, PrintStream out) {
        OwnRun found = OwnRun.find(options);
        Gate gate =
                found.trouble() != null ? Gate.broken(found.trouble()) : Gate.judge(found.run(), options.selected());
        Admitted admitted = options.gate() ? Admitted.of(found, gate, options) : null;
        RunHistory history = new RunHistory(options.root(), out);
        List<Digest> earlier = history.before(found.run());
        CardStep.Made card = CardStep.make(found.run(), found.folder(), gate, options, admitted, earlier);
        Made made = makeReport(found, options, gate, earlier, admitted);
        if (found.trouble() == null && options.record() == null) {
            history.append(found.run(), gate, found.folder().resolve("run.json"));
        }

        out.println();
        Summary.lines(found.run(), gate, options.colors()).forEach(out::println);
        card.lines().forEach(l -> out.println(Words.block(l)));
        if (admitted != null) {
            admitted.lines().forEach(l -> out.println(Words.block(l)));
        }
        if (made.problem() != null) {
            out.println("The report could not be made: " + made.problem());
        }
        out.println("Report: " + Words.block(made.path().toString()));
        out.flush();
        if (admitted != null && !admitted.in()) {
            throw new GateClosed(gate.outcome() + ", not added to the collection" + why(gate));
        }
        if (admitted == null && !gate.opens(options.inconclusiveAllowed())) {
            throw new GateClosed(gate.outcome() + why(gate));
        }
        if (made.problem() != null) {
            throw new GateClosed(gate.outcome() + ", but the report could not be made: " + made.problem());
        }
        if (card.problem() != null) {
            throw new GateClosed(gate.outcome() + ", but the verdict card could not be made: " + card.problem());
        }
    }

    /** The reasons of a verdict stand above this sentence. */
    private static String why(Gate gate) {
        return gate.outcome() == Outcome.BROKEN
                ? ": " + Words.ends(gate.reasons().get(0), 400)
                : "; why stands above and in the report";
    }

    /** Where the report is, or null for the path and why not. */
    private record Made(Path path, String problem) {}

    private static Made makeReport(OwnRun found, Options options, Gate gate, List<Digest> earlier, Admitted admitted) {
        Path results = options.target().resolve("allure-results");
        Path report = options.target().resolve("allure-report");
        Path index = report.resolve("index.html");
        try {
            Files.deleteIfExists(index); // an old report must not pass for this one
            AllureResults.write(
                    found.run(),
                    found.folder(),
                    results,
                    report,
                    new ReportContext(
                            admitted == null ? Map.of() : admitted.facts(),
                            gate.wholeRun(),
                            RunLinks.of(
                                    found.run(),
                                    found.folder(),
                                    options.root(),
                                    options.out().resolve(BUNDLED_SUITES),
                                    report),
                            earlier,
                            options.executor()));
            return new Made(
                    AllureHtml.generate(
                            options.commandLine(),
                            results,
                            report,
                            "Assay: " + Words.line(found.run().candidate().name(), 60)),
                    null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Made(results, "interrupted");
        } catch (IOException | RuntimeException | Error e) { // whatever happens to the report, the verdict is said
            return new Made(results, Words.line(Trouble.words(e), 600));
        }
    }
}
