package dev.assay.metrics;

import dev.assay.harness.suite.PromptCase;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text that a prompt asks for, and how near to it something is. Compared are letters and digits alone, without accents, case and width: what a reader
 * of text confuses most are spaces and punctuation, and lettering is often all capitals.
 */
final class AskedText {
    /** Letters and digits of the shortest text that is judged; what is shorter, readers also see in leaves and stars. */
    private static final int SHORTEST = 3;

    /** Words between quotation marks; single ones only where they are no apostrophes. */
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]{1,200})\"|“([^”]{1,200})”|„([^“”]{1,200})[“”]"
            + "|«([^»]{1,200})»|「([^」]{1,200})」|(?<![\\p{L}\\p{N}])['‘]([^'’]{1,200})['’](?![\\p{L}\\p{N}])");

    private AskedText() {}

    /** What the case states, else what its prompt quotes. */
    static List<String> of(PromptCase prompt) {
        return prompt.visible().text() == null
                ? quoted(prompt.prompt())
                : prompt.visible().text();
    }

    /** What stands between quotation marks. */
    static List<String> quoted(String prompt) {
        List<String> found = new ArrayList<>();
        Matcher quote = QUOTED.matcher(prompt);
        while (quote.find()) {
            for (int group = 1; group <= quote.groupCount(); group++) {
                if (quote.group(group) != null) {
                    found.add(quote.group(group).strip());
                }
            }
        }
        return found;
    }

    /** Letters and digits, lower case, without accents. */
    static String plain(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]", "");
    }

    /** Whether it is long enough to be judged; a Chinese character counts as two letters. */
    static boolean judged(String text) {
        return plain(text)
                        .codePoints()
                        .map(c -> Character.isIdeographic(c) ? 2 : 1)
                        .sum()
                >= SHORTEST;
    }

    /** Pieces between blanks, plain, those without letters left out. */
    static List<String> words(List<String> lines) {
        return lines.stream()
                .flatMap(line -> Pattern.compile("\\s+").splitAsStream(line))
                .map(AskedText::plain)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /**
     * How near the nearest run of words is to a text: one less the edit distance over the longer's length, 0 to 1. The words of a run are
     * joined, so that it does not matter where a reader sees blanks or the end of a line.
     *
     * @param words plain, in the order in which they are read
     */
    static double nearest(String text, List<String> words) {
        String wanted = plain(text);
        double best = 0;
        for (int from = 0; from < words.size(); from++) {
            StringBuilder run = new StringBuilder();
            for (int to = from; to < words.size() && run.length() <= 2 * wanted.length(); to++) {
                run.append(words.get(to));
                best = Math.max(best, similarity(wanted, run.toString()));
            }
        }
        return best;
    }

    /** One less the edit distance (Levenshtein) over the longer's length; two empty texts are alike. */
    static double similarity(String a, String b) {
        int[] left = a.codePoints().toArray();
        int[] right = b.codePoints().toArray();
        int longer = Math.max(left.length, right.length);
        if (longer == 0) {
            return 1;
        }
        int[] row = new int[right.length + 1];
        for (int j = 0; j <= right.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length; i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length; j++) {
                int replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return 1 - (double) row[right.length] / longer;
    }
}
