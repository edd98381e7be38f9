package dev.assay.harness.render.folder;

import java.util.Map;

/** What the texts of a picture tell, for tests of other packages. */
public final class PictureTexts {
    private PictureTexts() {}

    /** Prompt, negative prompt and seed, as far as these texts have them. */
    public static Object read(Map<String, String> text) {
        return EmbeddedMetadata.read(text);
    }
}
