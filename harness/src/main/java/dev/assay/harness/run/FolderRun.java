package dev.assay.harness.run;

import static dev.assay.harness.run.SettingKeys.BASE;
import static dev.assay.harness.run.SettingKeys.CANDIDATE;
import static dev.assay.harness.run.SettingKeys.CHECKPOINT;
import static dev.assay.harness.run.SettingKeys.FOLDER_PATTERN;
import static dev.assay.harness.run.SettingKeys.LORA;
import static dev.assay.harness.run.SettingKeys.SEED_OFFSET;
import static dev.assay.harness.run.SettingKeys.STEPS;
import static dev.assay.harness.run.SettingKeys.TRIGGER;

import dev.assay.harness.model.Checkpoint;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelUnderTest;
import dev.assay.harness.render.folder.FinishedPictures;
import dev.assay.harness.render.folder.FolderSuite;
import dev.assay.harness.suite.LoadedSuite;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The plan of a run on two folders of finished pictures. */
record FolderRun(Plan plan, FinishedPictures pictures) {
    /** Settings that say how pictures are made. */
    private static final List<SettingKey<?>> NO_MEANING = List.of(LORA, CHECKPOINT, STEPS, SEED_OFFSET, TRIGGER);

    static FolderRun of(Settings settings, Path root, Path out, LoadedSuite loaded) {
        for (SettingKey<?> key : NO_MEANING) {
            if (settings.isGiven(key)) {
                throw meaningless(key.name() + " (" + settings.source(key) + ")");
            }
        }
        Path base = folder(settings, root, BASE);
        Path candidate = folder(settings, root, CANDIDATE);
        FolderSuite folder =
                FolderSuite.of(loaded.suite(), base, candidate, Optional.ofNullable(settings.get(FOLDER_PATTERN)));
        Usage use = purpose(settings);
        Suite suite = WeightsSettings.over(Session.asked(folder.suite(), settings, false), settings)
                .forPurpose(use.purpose());
        boolean alike = base.getFileName().equals(candidate.getFileName());
        return new FolderRun(
                new Plan(
                        suite,
                        // The cases are no part of the file.
                        Hashes.sha256((loaded.sha256()
                                        + suite.cases().stream()
                                                .map(PromptCase::key)
                                                .toList())
                                .getBytes(StandardCharsets.UTF_8)),
                        new ModelUnderTest(new Checkpoint(base), List.of()),
                        name(base, alike),
                        new ModelUnderTest(new Checkpoint(candidate), List.of()),
                        name(candidate, alike),
                        0,
                        loaded.notes(),
                        Use.of(use),
                        out),
                folder.pictures());
    }

    /** Of what is said of use only the purpose is of the judgement, too. */
    private static Usage purpose(Settings settings) {
        for (Fact fact : Fact.values()) {
            if (fact != Fact.PURPOSE && settings.usage().source(fact).isPresent()) {
                throw meaningless(settings.usage().source(fact).get());
            }
        }
        return settings.usage();
    }

    private static SettingsException meaningless(String setting) {
        return new SettingsException(
                setting + ": has no meaning for finished pictures (assay.renderer=folder); remove it");
    }

    private static Path folder(Settings settings, Path root, SettingKey<String> key) {
        if (settings.get(key) == null) {
            throw new SettingsException(
                    key + ": expected a folder of pictures, found nothing; the renderer folder needs"
                            + " -Dassay.base=DIR and -Dassay.candidate=DIR");
        }
        return root.resolve(settings.get(key)).toAbsolutePath().normalize();
    }

    private static String name(Path folder, boolean withParent) {
        Path parent = folder.getParent() == null ? null : folder.getParent().getFileName();
        return (withParent && parent != null ? parent + "-" : "") + folder.getFileName();
    }
}
