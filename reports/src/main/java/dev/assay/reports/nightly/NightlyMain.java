package dev.assay.reports.nightly;

import static dev.assay.harness.run.SettingKeys.COLLECTION;

import dev.assay.harness.run.Settings;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.Ending;
import dev.assay.reports.collection.CollectionException;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.dashboard.Dashboard;
import dev.assay.reports.dashboard.Listing;
import dev.assay.reports.history.History;
import dev.assay.reports.words.Words;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** A nightly as {@code mvn verify -Pnightly} has it: a night that is not good fails the build. */
public final class NightlyMain {
    private NightlyMain() {}

    private static PrintStream out() {
        return PlainText.out(false);
    }

    /**
     * @param properties {@code assay.*}, none of them empty
     * @return 0 for a good night, else as {@link Ending}: 1 and 2 for the worst file that nobody accepted, 3 for trouble
     */
    public static int run(Map<String, String> environment, Map<String, String> properties) throws InterruptedException {
        return run(environment, properties, new ForkedJudge());
    }

    static int run(Map<String, String> environment, Map<String, String> properties, Runner judge)
            throws InterruptedException {
        try {
            Path root = Path.of(properties.getOrDefault("assay.root", "")).toAbsolutePath();
            Settings settings = Settings.read(root, environment, properties);
            String folder = settings.get(COLLECTION);
            if (folder == null) {
                throw new CollectionException("which collection? give -Dassay.collection=DIR");
            }
            CuratedCollection collection = CuratedCollection.in(root.resolve(folder));
            Findings findings =
                    new Nightly(collection, environment, properties, settings, judge, Clock.systemUTC(), out()).run();
            out().println();
            findings.lines().forEach(out()::println);
            out().println("History: " + Nightly.historyOf(collection));
            if (!site(collection, findings, properties, root)) {
                return Ending.BROKEN.code();
            }
            return (findings.good() ? Ending.OPEN : Ending.failed(findings.outcome())).code();
        } catch (RuntimeException | Error trouble) {
            out().println("Nightly: " + Words.line(Trouble.words(trouble), 600));
            return Ending.BROKEN.code();
        }
    }

    /** Makes the dashboard; trouble with it is said, and makes the night a bad one. */
    private static boolean site(
            CuratedCollection collection, Findings findings, Map<String, String> properties, Path root) {
        Path folder = root.resolve(properties.getOrDefault("assay.build.site", "target/dashboard"));
        try {
            Listing listing = new Listing(
                    String.valueOf(collection.folder().getFileName()),
                    findings.files().stream()
                            .map(f -> new Listing.Item(f.name(), f.family(), f.sha256(), f.bytes(), f.triggerWords()))
                            .toList());
            out().println("Dashboard: " + Dashboard.write(new History(Nightly.historyOf(collection)), listing, folder));
            return true;
        } catch (RuntimeException | Error trouble) { // whatever happens to a view, the findings were said
            out().println("The dashboard could not be made: " + Words.line(Trouble.words(trouble), 400));
            return false;
        }
    }
}
