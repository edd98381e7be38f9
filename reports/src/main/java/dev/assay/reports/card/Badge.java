package dev.assay.reports.card;

import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.words.Words;
import java.util.Locale;

/** Two words on a coloured strip, as repositories show them; no font or file from elsewhere. */
final class Badge {
    /** Of what alarms nobody. */
    static final String GREY = "#57606a";

    private static final int PADDING = 6; // pixels on each side of a word
    private static final String LABEL = "assay";

    private Badge() {}

    static String svg(VerdictCard card) {
        String message = card.outcome().name().toLowerCase(Locale.ROOT);
        int left = width(LABEL) + 2 * PADDING;
        int right = width(message) + 2 * PADDING;
        int all = left + right;
        String title = Words.html(card.name() + ": " + card.sentence());
        return String.format(
                Locale.ROOT,
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="20" role="img" aria-label="%2$s">
                  <title>%2$s</title>
                  <clipPath id="r"><rect width="%1$d" height="20" rx="3"/></clipPath>
                  <g clip-path="url(#r)">
                    <rect width="%3$d" height="20" fill="#424a53"/>
                    <rect x="%3$d" width="%4$d" height="20" fill="%5$s"/>
                  </g>
                  <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
                    <text x="%6$d" y="14" textLength="%7$d">%8$s</text>
                    <text x="%9$d" y="14" textLength="%10$d">%11$s</text>
                  </g>
                </svg>
                """,
                all,
                title,
                left,
                right,
                color(card.outcome()),
                PADDING,
                left - 2 * PADDING,
                LABEL,
                left + PADDING,
                right - 2 * PADDING,
                message);
    }

    /** White on it has a contrast of 4.5 or more. */
    static String color(Outcome outcome) {
        return switch (outcome) {
            case PASSED -> "#1a7f37";
            case REGRESSED -> "#cf222e";
            case INCONCLUSIVE, UNAVAILABLE -> "#8a5d00";
            default -> "#6639ba";
        };
    }

    /** Of 11 px Verdana, about. */
    private static int width(String word) {
        double width = word.chars()
                .mapToDouble(c -> switch (c) {
                    case 'i', 'l', 'j' -> 3.2;
                    case 'r', 't', 'f' -> 4.6;
                    case 'm', 'w' -> 10;
                    default -> 6.8;
                })
                .sum();
        return (int) Math.ceil(width);
    }
}
