package dev.assay.harness.model.family;

import java.util.List;

/**
 * What a file's layers show.
 *
 * @param word of the family for machines: {@code sdxl}, {@code flux1}; {@code unknown} for one that Assay does not judge
 * @param title for people; says no more than the layers do
 * @param detail of a variant, for people: {@code inpainting}; may be empty
 * @param cautions sentences about what such a model cannot do here
 */
public record FamilyMatch(String word, String title, String detail, List<String> cautions) {
    public static final String UNKNOWN = "unknown";

    public FamilyMatch {
        cautions = List.copyOf(cautions);
    }

    static FamilyMatch of(String word, String title) {
        return new FamilyMatch(word, title, "", List.of());
    }

    FamilyMatch detail(String text) {
        return new FamilyMatch(word, title, text, cautions);
    }

    FamilyMatch caution(String text) {
        return new FamilyMatch(word, title, detail, List.of(text));
    }

    /** The same layers, but the title that the model's own metadata narrows them to. */
    public boolean known() {
        return !word.equals(UNKNOWN);
    }
}
