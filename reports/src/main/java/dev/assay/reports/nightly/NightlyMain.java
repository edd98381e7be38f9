package dev.assay.reports.nightly;

import dev.assay.harness.run.Settings;
import dev.assay.harness.run.SettingsException;
import dev.assay.reports.collection.CollectionException;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.words.Words;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Entry of {@code mvn verify -Pnightly}; a night that is not good fails the build. */
public final class NightlyMain {
    private NightlyMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        if (run(System.getenv(), given(System.getProperties())) != 0) {
            throw new BadNight();
        }
    }

    /** Fails the build; what is wrong has been said. */
    static final class BadNight extends RuntimeException {
        private static final long serialVersionUID = 1;

        BadNight() {
            super("not every file of the collection is there, judged and PASSED or accepted", null, false, false);
        }
    }

    /**
     * @param properties {@code assay.*}, none of them empty
     * @return 0 for a good night, 1 for another
     */
    public static int run(Map<String, String> environment, Map<String, String> properties) throws InterruptedException {
        try {
            Path root = Path.of(properties.getOrDefault("assay.root", "")).toAbsolutePath();
            Settings settings = Settings.read(root, environment, properties);
            String folder = settings.get("assay.collection");
            if (folder == null) {
                throw new CollectionException("which collection? give -Dassay.collection=DIR");
            }
            CuratedCollection collection = CuratedCollection.in(root.resolve(folder));
            Findings findings = new Nightly(
                            collection,
                            environment,
                            properties,
                            settings,
                            new ForkedJudge(),
                            Clock.systemUTC(),
                            System.out)
                    .run();
            System.out.println();
            findings.lines().forEach(System.out::println);
            System.out.println("History: " + Nightly.historyOf(collection));
            return findings.good() ? 0 : 1;
        } catch (CollectionException | SettingsException trouble) {
            System.out.println("Nightly: " + Words.line(trouble.getMessage(), 600));
            return 1;
        }
    }

    /** A property that the build passes on without a value was not given. */
    private static Map<String, String> given(Properties all) {
        Map<String, String> given = new TreeMap<>();
        for (String key : all.stringPropertyNames()) {
            if (key.startsWith("assay.") && !all.getProperty(key).isBlank()) {
                given.put(key, all.getProperty(key).strip());
            }
        }
        return given;
    }
}
