package dev.assay.reports.facts;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsHeader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model was published, when its own metadata says so. Metadata is anybody's text: only the page of a model on Civitai or
 * Hugging Face counts, and the address is put together anew from its number or name. Nobody is asked whether it exists.
 */
public final class ModelPage {
    private static final Pattern CIVITAI = Pattern.compile(
            "https?://(?:www\\.)?civitai\\.com/models/(\\d{1,12})(?:[^\\s?#]{0,200}\\?modelVersionId=(\\d{1,12}))?");
    private static final Pattern HUGGING_FACE = Pattern.compile(
            "https?://(?:www\\.)?(?:huggingface\\.co|hf\\.co)/(?!datasets/|spaces/|docs/|papers/|blog/|api/)"
                    + "([A-Za-z0-9][A-Za-z0-9._-]{0,95})/([A-Za-z0-9][A-Za-z0-9._-]{0,95})");
    private static final int MAX_TEXT = 4000;

    private ModelPage() {}

    /** From the header of a safetensors file; empty for another file or none. */
    public static Optional<String> of(Path file) {
        try {
            return of(SafetensorsHeader.read(file).metadata());
        } catch (ModelFileException other) {
            return Optional.empty();
        }
    }

    /** The first page in the order of the keys; keys about the base model, the training or the licence name other pages. */
    public static Optional<String> of(Map<String, String> metadata) {
        for (Map.Entry<String, String> e : new TreeMap<>(metadata).entrySet()) {
            String key = e.getKey().toLowerCase(Locale.ROOT);
            if (!key.startsWith("ss_") && !key.contains("base") && !key.contains("licen") && e.getValue() != null) {
                Optional<String> page = in(e.getValue()
                        .substring(0, Math.min(MAX_TEXT, e.getValue().length())));
                if (page.isPresent()) {
                    return page;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> in(String text) {
        Matcher civitai = CIVITAI.matcher(text);
        if (civitai.find()) {
            return Optional.of("https://civitai.com/models/" + civitai.group(1)
                    + (civitai.group(2) == null ? "" : "?modelVersionId=" + civitai.group(2)));
        }
        Matcher hub = HUGGING_FACE.matcher(text);
        return hub.find()
                ? Optional.of("https://huggingface.co/" + hub.group(1) + "/"
                        + hub.group(2).replaceAll("[.]+$", ""))
                : Optional.empty();
    }
}
