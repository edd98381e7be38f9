package dev.assay.harness.model.family;

import java.util.List;

/**
 * What a file's layers show.
 *
 * @param word of the family for machines: {@code sdxl}, {@code flux1}; {@code unknown} for one that Assay does not judge
 * @param title for people; says no more than the layers do
 * @param network {@code unet} or {@code dit}
 * @param detail of a variant, for people: {@code inpainting}; may be empty
 * @param cautions sentences about what such a model cannot do here
 */
public record FamilyMatch(String word, String title, String network, String detail, List<String> cautions) {
    public static final String UNKNOWN = "unknown";

    public FamilyMatch {
        cautions = List.copyOf(cautions);
    }

    static FamilyMatch of(String word, String title) {
        return new FamilyMatch(word, title, "dit", "", List.of());
    }

    FamilyMatch detail(String text) {
        return new FamilyMatch(word, title, network, text, cautions);
    }

    FamilyMatch caution(String text) {
        return new FamilyMatch(word, title, network, detail, List.of(text));
    }

    /** Whether Assay has a word for it. */
    public boolean known() {
        return !word.equals(UNKNOWN);
    }

    static FamilyMatch unet(String word, String title) {
        return new FamilyMatch(word, title, "unet", "", List.of());
    }

    /** Of a file in which no family is recognised. */
    public static FamilyMatch none() {
        return of(UNKNOWN, "");
    }
}
