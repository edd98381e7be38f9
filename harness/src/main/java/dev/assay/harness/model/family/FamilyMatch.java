package dev.assay.harness.model.family;

import java.util.List;

/**
 * What a file's layers show.
 *
 * @param word of the family for machines: {@code sdxl}, {@code flux1}; {@code unknown} for one that Assay does not judge
 * @param title for people; says no more than the layers do
 * @param network {@code unet} or {@code dit}
 * @param detail of a variant, for people: {@code inpainting}; may be empty
 * @param needs what its models need beside a prompt: {@code a picture and a mask}; empty for text-to-image
 * @param cautions sentences about what such a model cannot do here
 * @param families words of every family whose layers these may be, {@code word} among them if it is known
 */
public record FamilyMatch(
        String word,
        String title,
        String network,
        String detail,
        String needs,
        List<String> cautions,
        List<String> families) {
    public static final String UNKNOWN = "unknown";

    public FamilyMatch {
        cautions = List.copyOf(cautions);
        families = List.copyOf(families);
    }

    public static FamilyMatch of(String word, String title) {
        return of(word, title, "dit");
    }

    private static FamilyMatch of(String word, String title, String network) {
        return new FamilyMatch(
                word, title, network, "", "", List.of(), word.equals(UNKNOWN) ? List.of() : List.of(word));
    }

    public FamilyMatch detail(String text) {
        return new FamilyMatch(word, title, network, text, needs, cautions, families);
    }

    FamilyMatch needs(String beside) {
        return new FamilyMatch(word, title, network, detail, beside, cautions, families);
    }

    FamilyMatch caution(String text) {
        return new FamilyMatch(word, title, network, detail, needs, List.of(text), families);
    }

    public FamilyMatch families(List<String> words) {
        return new FamilyMatch(word, title, network, detail, needs, cautions, words);
    }

    /** Whether Assay has a word for it. */
    public boolean known() {
        return !word.equals(UNKNOWN);
    }

    public static FamilyMatch unet(String word, String title) {
        return of(word, title, "unet");
    }

    /** Of a file without a diffusion model. */
    public static FamilyMatch small(String word, String title) {
        return of(word, title, "");
    }

    /** Of a file in which no family is recognised. */
    public static FamilyMatch none() {
        return of(UNKNOWN, "");
    }
}
