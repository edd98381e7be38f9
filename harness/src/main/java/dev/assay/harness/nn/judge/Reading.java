package dev.assay.harness.nn.judge;

import dev.assay.harness.text.PlainText;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Probability of yes and of no as the first token of an answer; the rest is neither.
 *
 * @param yes in [0, 1]
 * @param no in [0, 1]
 * @param seen the likeliest tokens, for people
 */
record Reading(double yes, double no, String seen) {
    /** With less on yes and no together the judge did not answer the question: it thinks aloud, refuses, or was led elsewhere. */
    static final double MIN_MASS = 0.5;

    private static final double ROUNDING = 1e-3; // of sums over probabilities that servers give in single precision
    private static final int SHOWN = 4;

    Reading {
        if (!(yes >= 0 && no >= 0 && yes + no <= 1)) {
            throw new IllegalArgumentException("expected probabilities of yes and no, found " + yes + " and " + no);
        }
    }

    /**
     * Sums the tokens that mean yes and those that mean no, in any case and with any blank or punctuation around them.
     *
     * @throws IllegalArgumentException on what are no probabilities
     */
    static Reading of(List<Token> tokens) {
        double yes = 0;
        double no = 0;
        double all = 0;
        for (Token token : tokens) {
            if (!(token.logprob() <= ROUNDING)) {
                throw new IllegalArgumentException("expected logarithms of probabilities, found " + token.logprob());
            }
            double p = Math.exp(Math.min(0, token.logprob()));
            all += p;
            switch (word(token.text())) {
                case "yes" -> yes += p;
                case "no" -> no += p;
                default -> {
                    // neither
                }
            }
        }
        if (all > 1 + ROUNDING) {
            throw new IllegalArgumentException("expected probabilities of at most 1 together, found " + all);
        }
        double over = Math.max(1, yes + no);
        return new Reading(yes / over, Math.min(no / over, 1 - yes / over), seen(tokens));
    }

    /** Of a judge that gives words alone: the first word decides. */
    static Reading ofWords(String text) {
        String[] words = text.strip().split("\\s+", 2);
        String first = word(words[0]);
        String seen = PlainText.line(text, 60);
        return new Reading(first.equals("yes") ? 1 : 0, first.equals("no") ? 1 : 0, "\"" + seen + "\"");
    }

    /** The letters of a token, in lower case; tokenizers' signs for a blank go too. */
    static String word(String token) {
        return token.replaceAll("^[\\s\\p{Punct}\u2581\u0120\u010a]+|[\\s\\p{Punct}\u2581]+$", "")
                .toLowerCase(Locale.ROOT);
    }

    private static String seen(List<Token> tokens) {
        return tokens.stream()
                .sorted(Comparator.comparingDouble(Token::logprob).reversed())
                .limit(SHOWN)
                .map(t -> "\"" + PlainText.line(t.text(), 20) + "\" "
                        + String.format(Locale.ROOT, "%.2f", Math.exp(Math.min(0, t.logprob()))))
                .collect(Collectors.joining(", "));
    }

    Answer answer() {
        double mass = Math.min(1, yes + no);
        return mass < MIN_MASS
                ? new Answer.None(String.format(
                        Locale.ROOT,
                        "the judge answers neither yes nor no (%.2f of the probability is on them; it says %s)",
                        mass,
                        seen))
                : new Answer.Probability(Math.min(1, yes / mass), mass);
    }
}
