package dev.assay.harness.score;

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
    FILE;

    /** The word in files and reports: lower case. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
