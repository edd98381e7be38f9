package dev.assay.reports.card;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.card.VerdictCard.Part;
import dev.assay.reports.pages.Row;
import dev.assay.reports.pages.Templates;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The card for people, as {@code card.jte} shows it: one page without a script, a font or a file from elsewhere. */
public record CardHtml(VerdictCard card, List<Shown> pictures) {
    /** A picture in the page. */
    public record Shown(String caption, String dataUri) {}

    static String of(VerdictCard card, List<Shown> pictures) {
        return Templates.render("card/card.jte", Map.of("page", new CardHtml(card, pictures)));
    }

    /** What did not pass; none where the reasons of the card say it all. */
    public List<VerdictEntry> bad() {
        return card.outcome() == Outcome.BROKEN
                ? List.of()
                : card.criteria().judged().stream()
                        .filter(v -> !v.is(Outcome.PASSED) && !v.soft())
                        .toList();
    }

    /** Criteria in a line, without the soft ones. */
    public List<Unjudged.Fold> folded() {
        return card.criteria().folded().stream().filter(f -> !f.soft()).toList();
    }

    public String day() {
        return card.judged().length() >= 10 ? card.judged().substring(0, 10) : card.judged();
    }

    /** Of the outcome. */
    public static String color(Outcome outcome) {
        return Badge.color(outcome);
    }

    /** A soft verdict that is no PASSED alarms nobody. */
    public static String color(VerdictEntry verdict) {
        return verdict.soft() && !verdict.is(Outcome.PASSED) ? Badge.GREY : color(verdict.outcome());
    }

    /** An SVG element; its texts are escaped. */
    public String bar(VerdictEntry verdict) {
        return IntervalBar.svg(verdict);
    }

    /** What was judged, and how its pictures were made; without what is not known. */
    public List<Row> facts() {
        String settings = card.settings().entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
        String renderer = card.renderer().name() + " " + card.renderer().version() + ", "
                + card.renderer().device();
        return Stream.of(
                        new Row("kind", card.model().kind()),
                        new Row("made for", card.model().family()),
                        new Row("licence", card.model().licence()),
                        new Row("pictures", settings),
                        new Row("renderer", renderer),
                        new Row("run", card.run()))
                .filter(r -> r.text() != null && !r.text().isBlank())
                .toList();
    }

    /** Every file that decided something, with its hash. */
    public List<Row> files() {
        List<Row> rows = new ArrayList<>();
        rows.addAll(files("candidate", card.model().files()));
        rows.addAll(files("base", card.base().files()));
        rows.add(new Row("suite file", "", card.suite().sha256()));
        card.weights().forEach((role, w) -> {
            rows.add(new Row("looked with", role + " " + w.reference() + ", licence " + w.licence()));
            rows.addAll(files(role, w.files()));
        });
        return rows;
    }

    /** A diffusers folder has many small files: those with weights tell most. */
    private static List<Row> files(String what, List<Part> files) {
        List<Part> weights =
                files.stream().filter(f -> Words.isWeights(f.file())).toList();
        return (weights.isEmpty() ? files : weights)
                .stream()
                        .map(f -> new Row(
                                what,
                                f.file()
                                        + (f.strength() == null ? "" : " at strength " + Words.number(f.strength()))
                                        + ", " + Numbers.bytes(f.bytes()),
                                f.sha256() == null ? "not read" : f.sha256()))
                        .toList();
    }
}
