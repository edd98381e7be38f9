package dev.assay.reports;

import static dev.assay.harness.run.SettingKeys.COLLECTION;
import static dev.assay.harness.run.SettingKeys.OVERRIDE;
import static dev.assay.harness.run.SettingKeys.SIDECARS;

import dev.assay.harness.run.Session;
import dev.assay.harness.run.Settings;
import dev.assay.harness.run.Workspace;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.text.Trouble;
import dev.assay.reports.card.Sidecars;
import dev.assay.reports.collection.CuratedCollection;
import dev.assay.reports.collection.Waiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What can be told of a run before anything is rendered. */
final class Readiness {
    private Readiness() {}

    /**
     * What keeps the run from being judged or reported as it was asked for, in words.
     *
     * @param collects whether it is about a collection
     */
    static Optional<String> obstacle(Session session, Workspace workspace, boolean collects) {
        if (session.settings().isEmpty()) {
            return session.obstacle();
        }
        try {
            require(session.settings().get(), workspace.root(), collects);
        } catch (RuntimeException wrong) {
            return Optional.of(Trouble.words(wrong));
        }
        return session.obstacle();
    }

    /** What the last step needs. */
    private static void require(Settings settings, Path root, boolean collects) {
        collection(settings, root, collects);
        if (settings.get(SIDECARS) != null) {
            Sidecars.parse(settings.get(SIDECARS));
        }
        Waiver.parse(settings.get(OVERRIDE));
    }

    private static void collection(Settings settings, Path root, boolean needed) {
        String wanted = settings.get(COLLECTION);
        if (wanted == null) {
            if (needed) {
                throw new SettingsException("which collection? give -Dassay.collection=DIR");
            }
            return;
        }
        Path folder = root.resolve(wanted);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new SettingsException("assay.collection (" + settings.source(COLLECTION)
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
