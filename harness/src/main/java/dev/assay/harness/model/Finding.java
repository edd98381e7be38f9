package dev.assay.harness.model;

/** Something that was noticed about a file or a candidate, in words for people. */
public record Finding(Level level, String text) {
    /** How grave a finding is, the gravest first. */
    public enum Level {
        /** It keeps a file from working, or a candidate from passing. */
        ERROR,
        /** A person should know, such as a part that is not applied. */
        WARNING,
        /** How it is, as most such files are. */
        NOTE
    }

    public static Finding error(String text) {
        return new Finding(Level.ERROR, text);
    }

    public static Finding warning(String text) {
        return new Finding(Level.WARNING, text);
    }

    public static Finding note(String text) {
        return new Finding(Level.NOTE, text);
    }

    public boolean isError() {
        return level == Level.ERROR;
    }
}
