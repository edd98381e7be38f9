package dev.assay.reports;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Session;
import dev.assay.harness.run.Settings;
import dev.assay.harness.run.Workspace;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.words.Words;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The front door: takes settings, judges, reports, and gives an exit code: 0 passed, 1 regressed, 2 neither, 3 broken. What calls it (a build, a command, another
 * program) needs to know no more.
 */
public final class Assay {
    /** Property of a caller who wants a file judged anew that was judged before. */
    private static final String AGAIN = "assay.build.again";

    private final Map<String, String> environment;
    private final Map<String, String> properties;

    /**
     * @param environment the whole
     * @param properties {@code assay.*}: the user's settings, and where things are (see {@link Workspace})
     */
    public Assay(Map<String, String> environment, Map<String, String> properties) {
        this.environment = Map.copyOf(environment);
        this.properties = Map.copyOf(properties);
    }

    /**
     * Judges what the settings name, or reports on the record that {@code assay.record} names; says it on standard output.
     *
     * @return the exit code
     */
    public int judge() {
        ReportPlace place = ReportPlace.of(environment, properties);
        return judge(place, PlainText.out(place.colors())).code();
    }

    Ending judge(ReportPlace place, PrintStream out) {
        String record = properties.get("assay.record");
        if (record != null) {
            return new LastStep(place, settings(), out)
                    .again(JudgedRun.earlier(place.root().resolve(record)));
        }
        Session session = Session.read(Session.DEFAULT_SUITE, environment, properties);
        LastStep last = new LastStep(place, session.settings().orElse(null), out);
        JudgedBefore before = new JudgedBefore(place.workspace().out());
        boolean again = properties.getOrDefault(AGAIN, "").equals("true");
        Optional<JudgedRun> still =
                again ? Optional.empty() : session.question().flatMap(asked -> before.find(asked, session));
        if (still.isPresent()
                && Readiness.obstacle(
                                session, place.workspace(), place.workspace().gate())
                        .isEmpty()) {
            return last.still(still.get());
        }
        JudgedRun judged;
        try {
            judged = JudgedRun.fresh(recordOf(session, place.workspace()));
            RunRecord run = judged.run();
            if (run.problem() == null) {
                session.question().ifPresent(answered -> before.remember(answered, run));
            }
        } catch (RuntimeException | Error unwritten) {
            judged = JudgedRun.none(
                    Words.line(Trouble.words(unwritten), 600),
                    RunRecords.last(place.workspace().out()));
        }
        return last.of(judged);
    }

    private Path recordOf(Session session, Workspace workspace) {
        RunRecord run = Readiness.obstacle(session, workspace, workspace.gate())
                .map(session::refuse)
                .orElseGet(() -> session.evaluate(session.criteria()));
        return RunRecords.file(workspace.out(), run.id());
    }

    /** Null where they cannot be read: an old record is shown all the same. */
    private Settings settings() {
        try {
            return Settings.read(Workspace.of(properties).root(), environment, properties);
        } catch (SettingsException unreadable) {
            return null;
        }
    }

    /**
     * What would keep a nightly from judging anything, as far as it can be told beforehand.
     *
     * @return in words; empty where nothing does
     */
    public Optional<String> obstacleOfNight() {
        Map<String, String> any = new TreeMap<>(properties);
        any.put("assay.seedOffset", "1"); // its files are the collection's: a run without one looks at all else
        any.put("assay.build.gate", "false");
        Session session = Session.read(Session.DEFAULT_SUITE, environment, any);
        return Readiness.obstacle(session, Workspace.of(any), true).or(session::unreachable);
    }

    /**
     * Writes the record of an evaluation, and leaves what to make of it to others.
     *
     * @return 0 once it is written, whatever it says
     */
    public int evaluate() {
        Session session = Session.read(Session.DEFAULT_SUITE, environment, properties);
        session.evaluate(session.criteria());
        return 0;
    }
}
