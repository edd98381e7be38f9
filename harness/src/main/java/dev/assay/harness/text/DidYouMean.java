package dev.assay.harness.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggestions for misspelled words in error messages. */
public final class DidYouMean {
    private DidYouMean() {}

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

    /** Insertions, deletions, substitutions and swaps of neighbours from {@code a} to {@code b}: Levenshtein's distance with swaps. */
    static int edits(String a, String b) {
        int[] above = new int[b.length() + 1]; // two rows up
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] free = above;
            above = last;
            last = row;
            row = free;
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(substitution, 1 + Math.min(last[j], row[j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], above[j - 2] + 1);
                }
            }
        }
        return row[b.length()];
    }
}
