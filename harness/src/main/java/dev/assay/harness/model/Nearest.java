package dev.assay.harness.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggestions for misspelled words in error messages. */
public final class Nearest {
    private Nearest() {}

    /** The known word with the fewest edits to {@code word}, ignoring case, if at most a third of its letters (at least 2) differ. */
    public static Optional<String> to(String word, Collection<String> known) {
        String lower = word.toLowerCase(Locale.ROOT);
        int most = Math.max(2, Math.min(word.length(), 60) / 3);
        return known.stream()
                .filter(k -> Math.abs(k.length() - word.length()) <= most)
                .filter(k -> edits(lower, k.toLowerCase(Locale.ROOT)) <= Math.min(most, k.length() - 1))
                .min(Comparator.comparingInt((String k) -> edits(lower, k.toLowerCase(Locale.ROOT)))
                        .thenComparing(k -> k));
    }

    /** {@code ; did you mean X?}, or nothing when no known word is near. */
    public static String hint(String word, Collection<String> known) {
        return to(word, known).map(k -> "; did you mean " + k + "?").orElse("");
    }

    /** Levenshtein distance: insertions, deletions and substitutions from {@code a} to {@code b}. */
    static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
