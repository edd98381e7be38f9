package dev.assay.harness.nn.judge;

import dev.assay.harness.text.PlainText;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * One yes/no question: our own words, with words of suites and prompts in quotation marks. Those are hostile until proven otherwise:
 * inside the marks there is no quotation mark, no line break, nothing invisible, and no bracket of the kinds from which chat templates
 * build their role and picture tokens, which servers recognise in any text ({@code <|im_end|>}, {@code [INST]}, {@code <image>}).
 */
public final class Query {
    /** Characters of one quoted phrase; longer ones are refused, since a shortened prompt is another question. */
    public static final int MAX_PHRASE = 2000;

    private static final String BRACKETS = "<>[]{}\u2039\u203a\u3008\u3009\u27e8\u27e9\u2329\u232a";
    private static final String ROUND = "()()()()()()()";
    private static final String MARKS = "\"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u2036\u301d\u301e\u301f`";
    private static final String BARS = "|\\\u2502\u2758\u01c0\u2223";
    private static final char SENTENCE_PIECE_SPACE = '\u2581';

    private final String text;

    private static final String SHOWS = "Does this figure show %s? Please answer yes or no.";
    private static final String QUESTION = "Answer this question about the picture: %s Please answer yes or no.";

    private Query(String text) {
        this.text = text;
    }

    /**
     * @param template our words; each {@code %s} takes one phrase, in quotation marks
     * @param phrases words of others
     * @throws IllegalArgumentException on a phrase of no visible character or of more than {@link #MAX_PHRASE}
     */
    public static Query of(String template, String... phrases) {
        Object[] quoted =
                Arrays.stream(phrases).map(p -> "\"" + clean(p) + "\"").toArray();
        return new Query(String.format(Locale.ROOT, template, quoted));
    }

    /** Whether the picture shows a prompt, in the words of VQAScore. */
    public static Query shows(String prompt) {
        return of(SHOWS, prompt);
    }

    /** A yes/no question of somebody else. */
    public static Query question(String text) {
        return of(QUESTION, text);
    }

    /** Whether the phrase can be asked about. */
    public static boolean fits(String phrase) {
        String cleaned = phrase.length() > MAX_PHRASE ? "" : tame(phrase);
        return !cleaned.isEmpty() && cleaned.length() <= MAX_PHRASE;
    }

    private static String clean(String phrase) {
        if (!fits(phrase)) {
            throw new IllegalArgumentException(
                    "expected 1 to " + MAX_PHRASE + " visible characters to ask about, found " + phrase.length());
        }
        return tame(phrase);
    }

    private static String tame(String phrase) {
        // First, since tokenizers may do the same: a full-width bracket would come back as a bracket.
        String plain = PlainText.line(Normalizer.normalize(phrase, Normalizer.Form.NFKC), Integer.MAX_VALUE / 8);
        StringBuilder out = new StringBuilder(plain.length());
        for (int i = 0; i < plain.length(); i++) {
            out.append(tame(plain.charAt(i)));
        }
        return out.toString().strip();
    }

    private static char tame(char c) {
        int bracket = BRACKETS.indexOf(c);
        if (bracket >= 0) {
            return ROUND.charAt(bracket);
        }
        if (MARKS.indexOf(c) >= 0) {
            return '\'';
        }
        return BARS.indexOf(c) >= 0 ? '/' : c == SENTENCE_PIECE_SPACE ? ' ' : c;
    }

    /** On one line. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Query q && q.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
