package dev.assay.reports.cli;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.run.SettingKeys;
import dev.assay.harness.text.AssayException;
import dev.assay.reports.facts.FileFacts;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of the command line as the setting that makes it the candidate.
 *
 * @param key {@code assay.lora} or {@code assay.checkpoint}
 */
record CandidateFile(String key, String value) {
    private static final Pattern STRENGTH = Pattern.compile("(.+)@([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)");

    /**
     * @param models of the user, by their names
     * @param written {@code FILE[@STRENGTH]}, a name of a bundle or of a server; a model is the candidate's checkpoint, all else a LoRA
     * @param strength null where none is given
     * @throws AssayException where two strengths are given, or one for a checkpoint
     */
    static CandidateFile of(ModelReference models, String written, Double strength) {
        boolean whole = find(models, written).isPresent();
        Matcher strong = STRENGTH.matcher(written);
        boolean given = !whole && strong.matches();
        if (given && strength != null) {
            throw new AssayException(written + " has a strength already; take away --strength " + strength);
        }
        String name = given ? strong.group(1) : written;
        if (find(models, name)
                .filter(file ->
                        FileFacts.CHECKPOINT.equals(FileFacts.glance(file).kind()))
                .isPresent()) {
            if (given || strength != null) {
                throw new AssayException(name + " is a checkpoint, and has no strength");
            }
            return new CandidateFile(SettingKeys.CHECKPOINT.name(), name);
        }
        // The end of a name may look like a strength: then one is written behind it.
        String tail = strength != null ? "@" + strength : whole && strong.matches() ? "@1" : "";
        return new CandidateFile(SettingKeys.LORA.name(), ModelReference.quoted(written + tail));
    }

    /** Empty where it is not here. */
    private static Optional<Path> find(ModelReference models, String name) {
        try {
            return Optional.of(models.resolve(name));
        } catch (ModelFileException notHere) {
            return Optional.empty();
        }
    }
}
