package dev.assay.harness.score;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The kinds of question asked of a candidate. */
public enum Family {
    ARTIFACT,
    ANATOMY,
    ADHERENCE,
    DIVERSITY,
    AESTHETIC,
    EFFECT,
    COST,
    /** Whether the files can work at all. */
    FILE,
    /** Of no metric: what a record names that is none of these. */
    UNKNOWN;

    /** Those that a metric can have. */
    public static final List<Family> KNOWN =
            Arrays.stream(values()).filter(f -> f != UNKNOWN).toList();

    /** The one of a word in a file; unknown for any other. */
    public static Family of(String word) {
        return KNOWN.stream().filter(f -> f.word().equals(word)).findFirst().orElse(UNKNOWN);
    }

    /** The word in files and reports: lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
