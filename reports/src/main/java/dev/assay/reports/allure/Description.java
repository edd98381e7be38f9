package dev.assay.reports.allure;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.history.Digest;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The HTML that opens with a result; every text of the record is escaped. */
final class Description {
    private static final String CELL = "padding:3px 14px 3px 0;vertical-align:top;border-bottom:1px solid #8884";

    private static final int MOST_RUNS = 10;

    private final StringBuilder html = new StringBuilder();

    private Description() {}

    /** What was found on one criterion. {@code picture} is a PNG to show at once, or null; {@code judged} is {@link #of(RunRecord, ReportContext)}. */
    static String of(
            VerdictEntry v,
            byte[] picture,
            String pictureName,
            List<WorstCase> worst,
            Predicate<WorstCase> allSeeds,
            BiFunction<WorstCase, String, Optional<String>> original,
            String judged) {
        Description d = new Description();
        String plain = Plain.of(v).sentence();
        String reason = Words.html(Words.line(v.reason(), 2000));
        d.paragraph("<b>" + Words.html(v.outcome()) + "</b>: "
                + (plain.isEmpty()
                        ? reason
                        : Words.html(plain) + "<br><span style=\"opacity:0.7\">" + reason + "</span>"));
        d.picture(picture, pictureName);
        List<String[]> rows = new ArrayList<>();
        if (v.baseMean() != null || v.candidateMean() != null) {
            rows.add(row("base, mean", Words.number(v.baseMean()) + " " + v.unit()));
            rows.add(row("candidate, mean", Words.number(v.candidateMean()) + " " + v.unit()));
        }
        rows.add(row("difference", Words.signed(v.estimate()) + (v.estimate() == null ? "" : " " + v.unit())));
        rows.add(row(DifferencePlot.percent(v) + " interval", Words.interval(v.interval())));
        rows.add(row("rule", Words.rule(v) + " (" + Words.better(v) + ")"));
        rows.add(row("pairs", v.pairs() + " pairs of " + v.clusters() + " prompts"));
        rows.add(row("unscored", unscored(v)));
        if (v.finding() != null) {
            rows.add(row("found", v.finding()));
        }
        rows.add(row("metric", v.metric() + ", version " + v.metricVersion() + ", on " + v.scope()));
        rows.add(row("how to read it", Words.page(v.metric())));
        d.table(rows);
        d.html.append(DifferencePlot.svg(v));
        d.worst(v, worst, allSeeds, original);
        d.fold(judged);
        return d.html.toString();
    }

    /** Criteria that were not judged. */
    static String unjudged(Unjudged.Fold fold, RunRecord run, ReportContext context) {
        Description d = new Description();
        d.paragraph(Words.html(fold.line()));
        d.fold(of(run, context));
        return d.html.toString();
    }

    /** What was judged, out of the way. */
    private void fold(String judged) {
        html.append("<details><summary>What was judged, on what</summary>")
                .append(judged)
                .append("</details>");
    }

    /** What was judged, on what. */
    static String of(RunRecord r, ReportContext context) {
        Description d = new Description();
        if (r.problem() == null && !context.trouble().isEmpty()) {
            d.paragraph("<b>BROKEN</b>: " + Words.html(Words.line(String.join("; ", context.trouble()), 2000)));
        }
        if (r.problem() != null) {
            d.paragraph("<b>Nothing was judged.</b>");
            d.html.append("<pre style=\"white-space:pre-wrap\">")
                    .append(Words.html(r.problem()))
                    .append("</pre>");
        } else {
            d.paragraph("<b>" + Words.html(r.outcome()) + "</b>, " + counts(r));
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(row(
                "suite",
                r.suite().name() + ", version " + r.suite().version() + ", "
                        + r.suite().prompts() + " prompts, " + r.suite().seedsPerPrompt() + " seeds each"));
        model(rows, "candidate", r.candidate());
        model(rows, "base", r.base());
        rows.add(row(
                "pictures",
                r.settings().width() + " x " + r.settings().height() + ", "
                        + r.settings().steps()
                        + " steps, guidance " + Words.number(r.settings().guidanceScale()) + ", "
                        + r.settings().sampler()
                        + " (" + r.settings().scheduler() + ")"
                        + (r.settings().clipSkip() == 0
                                ? ""
                                : ", clip skip " + r.settings().clipSkip())
                        + given(", distilled guidance ", r.settings().distilledGuidance())
                        + given(", shift ", r.settings().shift())));
        rows.add(row(
                "renderer",
                (startsWithName(r.renderer()) ? "" : r.renderer().name() + " ")
                        + r.renderer().version() + " on " + r.renderer().device()));
        r.weights()
                .forEach(w -> rows.add(row(
                        "weights",
                        w.role() + " " + Words.reference(w.reference()) + ", licence " + w.licence() + "\n"
                                + w.files().stream()
                                        .filter(f -> Words.isWeights(f.file()))
                                        .map(Description::part)
                                        .collect(Collectors.joining("\n")))));
        rows.add(row("renders", r.rendersMade() + " made, " + r.rendersReused() + " reused"));
        rows.add(row(
                "time",
                Numbers.time(r.seconds()) + " by the clock; all pictures added up " + Numbers.time(r.renderSeconds())));
        r.findings()
                .forEach(f ->
                        rows.add(row(f.level().equals("ERROR") ? "refused" : "noticed", Words.line(f.text(), 2000))));
        d.table(rows);
        d.earlier(context.earlier().stream()
                .filter(e ->
                        AllureHistory.isOf(e, r.suite().name(), r.candidate().name()))
                .toList());
        return d.html.toString();
    }

    private static boolean startsWithName(RunRecord.RendererInfo renderer) {
        return renderer.version()
                .toLowerCase(java.util.Locale.ROOT)
                .startsWith(renderer.name().toLowerCase(java.util.Locale.ROOT));
    }

    /** Which run the trends mean by a number. */
    private void earlier(List<Digest> runs) {
        if (runs.isEmpty()) {
            return;
        }
        paragraph("Earlier runs, as the trends number them.");
        List<String[]> rows = new ArrayList<>();
        for (int i = runs.size(); i > Math.max(0, runs.size() - MOST_RUNS); i--) {
            Digest run = runs.get(i - 1);
            rows.add(row(
                    "#" + i,
                    Words.line(run.model(), 80) + ", suite "
                            + Words.line(run.suite().name(), 60) + ": " + run.outcome()
                            + (run.problem() == null ? "" : ", " + Words.line(run.problem(), 120)) + "\n"
                            + Words.line(run.started(), 19).replace('T', ' ') + " UTC"));
        }
        table(rows);
    }

    private static String given(String name, Double value) {
        return value == null ? "" : name + Words.number(value);
    }

    static String counts(RunRecord r) {
        Map<String, Long> counts = r.verdicts().stream()
                .collect(Collectors.groupingBy(
                        v -> Words.html(v.outcome()).toLowerCase(java.util.Locale.ROOT),
                        java.util.TreeMap::new,
                        Collectors.counting()));
        return r.verdicts().size() + " of " + r.criteriaDeclared() + " criteria judged: "
                + counts.entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .collect(Collectors.joining(", "));
    }

    private static void model(List<String[]> rows, String role, Model model) {
        String files = model.files().stream()
                .filter(f -> Words.isWeights(f.file()) || f.sha256() == null)
                .map(Description::part)
                .collect(Collectors.joining("\n"));
        String loras = model.loras().stream().map(Description::part).collect(Collectors.joining("\n"));
        rows.add(row(
                role, model.name() + (files.isEmpty() ? "" : "\n" + files) + (loras.isEmpty() ? "" : "\n" + loras)));
    }

    private static String part(ModelPart p) {
        return p.file() + sha(p.sha256());
    }

    private static String part(LoraPart p) {
        return Words.fileName(p.file()) + " at strength " + Words.number(p.strength()) + sha(p.sha256());
    }

    private static String sha(String sha256) {
        return sha256 == null ? "" : "  sha256 " + Words.line(sha256, 12);
    }

    private static String unscored(VerdictEntry v) {
        if (v.unscored() == 0) {
            return "none";
        }
        return v.unscored() + " pairs"
                + (v.unscoredReasons() == null ? Map.<String, Integer>of() : v.unscoredReasons())
                        .entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(e -> "\n" + e.getValue() + ": " + Words.line(e.getKey(), 400))
                                .collect(Collectors.joining());
    }

    /** The worst cases in numbers, with links to the pictures as they were rendered. */
    private void worst(
            VerdictEntry v,
            List<WorstCase> worst,
            Predicate<WorstCase> allSeeds,
            BiFunction<WorstCase, String, Optional<String>> original) {
        if (worst.isEmpty()) {
            return;
        }
        paragraph("Worst first; as pictures they are attached below.");
        html.append("<table style=\"border-collapse:collapse;margin:12px 0\"><tr>");
        for (String head : List.of("prompt", "seed", "base", "candidate", "difference, " + v.unit(), "as rendered")) {
            html.append("<th style=\"" + CELL + ";text-align:left;font-weight:normal;opacity:0.7\">")
                    .append(Words.html(Words.line(head, 60)))
                    .append("</th>");
        }
        html.append("</tr>");
        for (WorstCase w : worst) {
            html.append("<tr>");
            for (String cell : List.of(
                    Words.html(Words.line(w.prompt(), 100)),
                    allSeeds.test(w) ? "all" : Long.toString(w.seed()),
                    seen(w.base(), w.baseEvidence()),
                    seen(w.candidate(), w.candidateEvidence()),
                    Words.html(Words.signed(w.difference())),
                    links(w, original))) {
                html.append("<td style=\"" + CELL + ";overflow-wrap:anywhere\">")
                        .append(cell)
                        .append("</td>");
            }
            html.append("</tr>");
        }
        html.append("</table>");
    }

    private static String seen(Double value, String evidence) {
        String said = Words.html(Words.line(evidence, 160));
        return (value == null ? "" : Words.html(Words.number(value)) + (said.isEmpty() ? "" : "<br>")) + said;
    }

    private static String links(WorstCase w, BiFunction<WorstCase, String, Optional<String>> original) {
        return Stream.of("base", "candidate")
                .flatMap(role -> original.apply(w, role).stream()
                        .map(url ->
                                "<a style=\"display:inline-block;line-height:24px\" target=\"_blank\" rel=\"noopener"
                                        + " noreferrer\" href=\""
                                        + Words.html(url) + "\">" + role + "</a>"))
                .collect(Collectors.joining(" "));
    }

    private static String[] row(String name, String value) {
        return new String[] {name, value};
    }

    private void paragraph(String escaped) {
        html.append("<p>").append(escaped).append("</p>");
    }

    private void table(List<String[]> rows) {
        html.append("<table style=\"border-collapse:collapse;margin:12px 0\">");
        for (String[] r : rows) {
            html.append("<tr><td style=\"" + CELL + ";opacity:0.7;white-space:nowrap\">")
                    .append(Words.html(r[0]))
                    .append("</td><td style=\"" + CELL + ";overflow-wrap:anywhere\">")
                    .append(Words.html(r[1]).replace("\n", "<br>"))
                    .append("</td></tr>");
        }
        html.append("</table>");
    }

    private void picture(byte[] png, String name) {
        if (png != null) {
            html.append("<p><img style=\"max-width:100%\" alt=\"" + Words.html(name)
                            + "\" src=\"data:image/png;base64,")
                    .append(Base64.getEncoder().encodeToString(png))
                    .append("\"></p>");
        }
    }
}
