package dev.assay.harness.model.family;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A family that Assay knows by name only, so that its files are not taken for another's.
 *
 * @param keys all of which its model has; one that ends with a dot stands for any key below it
 * @param adapter layers of its LoRAs; null if unknown
 */
record OtherFamily(
        String title, List<String> keys, @Nullable Pattern adapter) implements Recognizer {
    static final String VIDEO = "a video model: Assay judges pictures and does not judge it";

    static OtherFamily of(String title, @Nullable String adapter, String... keys) {
        return new OtherFamily(title, List.of(keys), adapter == null ? null : Pattern.compile(adapter));
    }

    static String notJudged(String title) {
        return title + " is a family that Assay does not judge yet";
    }

    @Override
    public Optional<FamilyMatch> model(Layers layers) {
        return keys.stream().allMatch(k -> k.endsWith(".") ? layers.hasUnder(k) : layers.has(k))
                ? Optional.of(match())
                : Optional.empty();
    }

    @Override
    public Optional<FamilyMatch> lora(AdapterLayers layers) {
        return adapter != null && layers.any(adapter) ? Optional.of(match()) : Optional.empty();
    }

    private FamilyMatch match() {
        return FamilyMatch.of(FamilyMatch.UNKNOWN, title).caution(notJudged(title));
    }
}
