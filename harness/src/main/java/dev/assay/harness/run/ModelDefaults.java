package dev.assay.harness.run;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.suite.SuiteSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a model's own file says that it is used: {@code modelspec.resolution} and {@code modelspec.encoder_layer} of the Stability model
 * specification 1.0.1, {@code ss_clip_skip} of kohya's scripts. Texts that are no sane value count as not said.
 */
final class ModelDefaults {
    private static final Pattern RESOLUTION = Pattern.compile("(\\d{2,4})x(\\d{2,4})");
    private static final Pattern LAYER = Pattern.compile("\\d{1,2}");

    private ModelDefaults() {}

    /** Of a file or model folder; nothing is said where there is none on this machine. */
    static SuiteSettings of(Path model) {
        if (!Files.isRegularFile(model) && !ModelHeader.isModelFolder(model)) {
            return SuiteSettings.OPEN;
        }
        try {
            return of(ModelHeader.read(model).metadata());
        } catch (ModelFileException damaged) {
            return SuiteSettings.OPEN; // pre-flight says what is wrong with it
        }
    }

    static SuiteSettings of(Map<String, String> metadata) {
        Matcher size = RESOLUTION.matcher(metadata.getOrDefault("modelspec.resolution", ""));
        boolean sane = size.matches() && side(size.group(1)) && side(size.group(2));
        return new SuiteSettings(
                sane ? Integer.valueOf(size.group(1)) : null,
                sane ? Integer.valueOf(size.group(2)) : null,
                null,
                null,
                null,
                null,
                clipSkip(metadata),
                null,
                null);
    }

    private static boolean side(String digits) {
        int pixels = Integer.parseInt(digits);
        return pixels >= 64 && pixels <= 2048 && pixels % 8 == 0;
    }

    /** Layers left out: both count the last layer as 1. */
    private static Integer clipSkip(Map<String, String> metadata) {
        String layer = metadata.getOrDefault("modelspec.encoder_layer", metadata.getOrDefault("ss_clip_skip", ""));
        if (!LAYER.matcher(layer).matches()) {
            return null;
        }
        int skip = Integer.parseInt(layer) - 1;
        return skip >= 0 && skip <= 11 ? Integer.valueOf(skip) : null;
    }
}
