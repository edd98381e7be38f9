package dev.assay.reports;

import dev.assay.harness.run.BundledSuites;
import dev.assay.harness.run.Session;
import dev.assay.harness.run.Settings;
import dev.assay.harness.run.SettingsException;
import dev.assay.reports.card.Sidecars;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Waiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** All that can be told of a run before anything is compiled or rendered; found by {@code EarlyCheck} by its name. */
public final class Readiness {
    private Readiness() {}

    /**
     * @param environment the whole
     * @param properties all system properties, or those that take their place
     * @throws RuntimeException which says what keeps the run from being judged
     */
    public static void main(Map<String, String> environment, Map<String, String> properties) {
        Map<String, String> of = new TreeMap<>(properties);
        Path root = Path.of(of.getOrDefault("assay.root", "")).toAbsolutePath();
        boolean nightly = of.getOrDefault("assay.build.nightly", "").equals("true");
        Settings settings = Settings.read(root, environment, of);
        collection(
                settings,
                root,
                nightly || of.getOrDefault("assay.build.gate", "").equals("true"));
        if (settings.get("assay.sidecars") != null) {
            Sidecars.parse(settings.get("assay.sidecars"));
        }
        Waiver.parse(settings.get("assay.override"));
        if (nightly) {
            of.put("assay.seedOffset", "1"); // its files are the collection's: a run without one looks at all else
        }
        Session.read(Session.DEFAULT_SUITE, environment, of).obstacle().ifPresent(why -> {
            throw new SettingsException(why);
        });
    }

    private static void collection(Settings settings, Path root, boolean needed) {
        String wanted = settings.get("assay.collection");
        if (wanted == null) {
            if (needed) {
                throw new SettingsException("which collection? give -Dassay.collection=DIR");
            }
            return;
        }
        Path folder = root.resolve(wanted);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new SettingsException("assay.collection (" + settings.source("assay.collection")
                    + "): expected a folder, found the file " + folder);
        }
        CuratedCollection.in(folder)
                .policy()
                .unknownSuite(BundledSuites.names())
                .ifPresent(why -> {
                    throw new SettingsException(why);
                });
    }
}
