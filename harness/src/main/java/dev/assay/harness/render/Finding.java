package dev.assay.harness.render;

/** Something that was noticed about a model, in words for people. */
public record Finding(Level level, String text) {
    /** What a finding means for the verdict. */
    public enum Level {
        /** The candidate cannot pass. */
        ERROR,
        /** A person should know. */
        WARNING,
        NOTE
    }
}
