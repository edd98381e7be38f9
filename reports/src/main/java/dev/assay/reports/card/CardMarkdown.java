package dev.assay.reports.card;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Words;

/** The card for a pull request or a job summary. Text from files makes no link, picture, mention or markup. */
final class CardMarkdown {
    private CardMarkdown() {}

    static String of(VerdictCard card) {
        StringBuilder s = new StringBuilder();
        s.append("### ")
                .append(sign(card.outcome()))
                .append(' ')
                .append(text(card.name()))
                .append(": ");
        s.append(text(card.sentence())).append("\n\n");
        s.append(text(card.plainly())).append("\n\n");
        if (card.override() != null) {
            s.append("> **Override** by ")
                    .append(text(card.override().who()))
                    .append(": ")
                    .append(text(card.override().why()))
                    .append("\n\n");
        }
        if (card.verdicts().isEmpty()) {
            card.reasons().forEach(r -> s.append("- ").append(text(r)).append('\n'));
        } else {
            s.append("| | criterion | candidate − base | interval | margin | why |\n|---|---|--:|---|--:|---|\n");
            for (VerdictEntry v : card.criteria().judged()) {
                String plain = Plain.of(v, card.suite().seedsPerPrompt()).sentence();
                s.append("| ")
                        .append(v.soft() && !v.is(Outcome.PASSED) ? "➖" : sign(v.outcome()))
                        .append(' ')
                        .append(v.outcomeWords())
                        .append(" | ")
                        .append(text(v.family().word() + "/" + v.id()))
                        .append(" | ")
                        .append(Words.signed(v.estimate()))
                        .append(" | ")
                        .append(Words.interval(v.interval()))
                        .append(" | ")
                        .append(Words.number(v.margin()))
                        .append(" | ")
                        .append(text(plain))
                        .append(plain.isEmpty() ? "" : ". ")
                        .append(text(v.reason()))
                        .append(" |\n");
            }
            card.criteria()
                    .folded()
                    .forEach(f -> s.append("\n").append(text(f.line())).append('\n'));
        }
        s.append('\n');
        if (card.recommended() != null && card.recommended().strength() != null) {
            s.append("Strength ")
                    .append(Words.number(card.recommended().strength()))
                    .append(card.recommended().range(", passed from ", " to "))
                    .append(". ");
        }
        if (card.recommended() != null && !card.recommended().triggerWords().isEmpty()) {
            s.append("Trigger words: ")
                    .append(text(String.join(", ", card.recommended().triggerWords())))
                    .append(". ");
        }
        card.usage().forEach(line -> s.append(text(line)).append(". "));
        s.append("Run ").append(text(card.run())).append(".\n");
        return s.toString();
    }

    private static String sign(Outcome outcome) {
        return switch (outcome) {
            case PASSED -> "✅";
            case REGRESSED -> "❌";
            case INCONCLUSIVE, UNAVAILABLE -> "❔";
            default -> "⚠️";
        };
    }

    /** Every character that may begin markup as an entity, which Markdown shows and does not interpret. */
    static String text(String plain) {
        StringBuilder safe = new StringBuilder();
        Words.line(plain, 600).codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || c > 0x7f || " ,;()/%".indexOf(c) >= 0) {
                safe.appendCodePoint(c);
            } else if (c == '.' || c == '-' || c == '+' || c == '=') {
                safe.appendCodePoint(c);
            } else {
                safe.append("&#").append(c).append(';');
            }
        });
        // A bare www. becomes a link on GitHub.
        return safe.toString().replaceAll("(?i)www\\.", "www&#46;");
    }
}
