package dev.assay.harness.suite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks that records of YAML files share; messages start with the field. */
public final class Checks {
    private static final Pattern WORD = Pattern.compile("[a-z0-9-]+");

    private Checks() {}

    public static void require(boolean holds, String field, String expected, Object found) {
        if (!holds) {
            throw new IllegalArgumentException(
                    field + ": expected " + expected + ", found " + (found == null ? "nothing" : found));
        }
    }

    /** Whether it may be an id, a tag or the name of a suite. */
    static boolean isWord(String text) {
        return WORD.matcher(text).matches();
    }

    /** Ids and tags become file names, test ids and links. */
    static void requireWord(String field, String found) {
        require(found != null, field, "text", null);
        require(
                WORD.matcher(found).matches(),
                field,
                "lower-case letters, digits and hyphens",
                found.isEmpty() ? null : "\"" + found + "\"");
    }

    public static void requireText(String field, String found) {
        require(found != null && !found.isBlank(), field, "text", null);
    }

    static <T> void requireDistinct(String field, List<T> found) {
        Set<T> seen = new HashSet<>();
        for (T each : found) {
            require(seen.add(each), field, "each once", each + " twice");
        }
    }
}
