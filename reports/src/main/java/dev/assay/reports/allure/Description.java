package dev.assay.reports.allure;

import dev.assay.harness.model.Finding;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.pages.Row;
import dev.assay.reports.pages.Templates;
import dev.assay.reports.words.Plain;
import dev.assay.reports.words.Unjudged;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The HTML that opens with a result, from the templates in {@code allure}. */
public final class Description {
    private static final int MAX_RUNS = 10;

    private Description() {}

    /**
     * A worst case in numbers.
     *
     * @param cells prompt, seed, base, candidate, difference
     * @param links to the pictures as they were rendered
     */
    public record Worst(List<String> cells, List<Row> links) {}

    /** What was found on one criterion. {@code picture} is a PNG to show at once, or null; {@code judged} is {@link #of(RunRecord, ReportContext)}. */
    static String of(
            VerdictEntry v,
            byte[] picture,
            String pictureName,
            List<WorstCase> worst,
            Predicate<WorstCase> allSeeds,
            BiFunction<WorstCase, String, Optional<String>> original,
            String judged) {
        List<Row> facts = new ArrayList<>();
        if (v.baseMean() != null || v.candidateMean() != null) {
            facts.add(new Row("base, mean", Words.number(v.baseMean()) + " " + v.unit()));
            facts.add(new Row("candidate, mean", Words.number(v.candidateMean()) + " " + v.unit()));
        }
        facts.add(new Row("difference", Words.signed(v.estimate()) + (v.estimate() == null ? "" : " " + v.unit())));
        facts.add(new Row(DifferencePlot.percent(v) + " interval", Words.interval(v.interval())));
        facts.add(new Row("rule", Words.rule(v) + " (" + Words.better(v) + ")"));
        facts.add(new Row("pairs", v.pairs() + " pairs of " + v.clusters() + " prompts"));
        facts.add(new Row("unscored", unscored(v)));
        if (v.finding() != null) {
            facts.add(new Row("found", v.finding()));
        }
        facts.add(new Row("metric", v.metric() + ", version " + v.metricVersion() + ", on " + v.scope()));
        facts.add(new Row("how to read it", Words.page(v.metric())));
        return Templates.render(
                "allure/criterion.jte",
                Map.of(
                        "outcome", v.outcomeWords(),
                        "plain", Plain.of(v).sentence(),
                        "reason", Words.line(v.reason(), 2000),
                        "picture", dataUri(picture),
                        "pictureName", pictureName == null ? "" : pictureName,
                        "facts", facts,
                        "plot", DifferencePlot.svg(v),
                        "difference", Words.line("difference, " + v.unit(), 60),
                        "worst",
                                worst.stream()
                                        .map(w -> worst(w, allSeeds.test(w), original))
                                        .toList(),
                        "judged", judged));
    }

    /** Criteria that were not judged. */
    static String unjudged(Unjudged.Fold fold, RunRecord run, ReportContext context) {
        return Templates.render("allure/unjudged.jte", Map.of("line", fold.line(), "judged", of(run, context)));
    }

    /** What was judged, on what. */
    static String of(RunRecord r, ReportContext context) {
        boolean troubled = r.problem() == null && !context.trouble().isEmpty();
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("trouble", troubled ? Words.line(String.join("; ", context.trouble()), 2000) : "");
        parameters.put("problem", r.problem());
        parameters.put("outcome", r.outcome().name());
        parameters.put("counts", counts(r));
        parameters.put("facts", facts(r));
        parameters.put(
                "earlier",
                earlier(context.earlier().stream()
                        .filter(e -> AllureHistory.isOf(
                                e, r.suite().name(), r.candidate().name()))
                        .toList()));
        return Templates.render("allure/run.jte", parameters);
    }

    private static List<Row> facts(RunRecord r) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                "suite",
                r.suite().name() + ", version " + r.suite().version() + ", "
                        + r.suite().prompts() + " prompts, " + r.suite().seedsPerPrompt() + " seeds each"));
        model(rows, "candidate", r.candidate());
        model(rows, "base", r.base());
        rows.add(new Row(
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
        rows.add(new Row(
                "renderer",
                (startsWithName(r.renderer()) ? "" : r.renderer().name() + " ")
                        + r.renderer().version() + " on " + r.renderer().device()));
        r.weights()
                .forEach(w -> rows.add(new Row(
                        "weights",
                        w.role() + " " + Words.reference(w.reference()) + ", licence " + w.licence() + "\n"
                                + w.files().stream()
                                        .filter(f -> Words.isWeights(f.file()))
                                        .map(Description::part)
                                        .collect(Collectors.joining("\n")))));
        rows.add(new Row("renders", r.rendersMade() + " made, " + r.rendersReused() + " reused"));
        rows.add(new Row(
                "time",
                Numbers.time(r.seconds()) + " by the clock; all pictures added up " + Numbers.time(r.renderSeconds())));
        r.findings()
                .forEach(f -> rows.add(
                        new Row(f.level() == Finding.Level.ERROR ? "refused" : "noticed", Words.line(f.text(), 2000))));
        return rows;
    }

    private static boolean startsWithName(RunRecord.RendererInfo renderer) {
        return renderer.version()
                .toLowerCase(java.util.Locale.ROOT)
                .startsWith(renderer.name().toLowerCase(java.util.Locale.ROOT));
    }

    /** Which run the trends mean by a number. */
    private static List<Row> earlier(List<RunSummary> runs) {
        List<Row> rows = new ArrayList<>();
        for (int i = runs.size(); i > Math.max(0, runs.size() - MAX_RUNS); i--) {
            RunSummary run = runs.get(i - 1);
            rows.add(new Row(
                    "#" + i,
                    Words.line(run.model(), 80) + ", suite "
                            + Words.line(run.suite().name(), 60) + ": " + run.outcome()
                            + (run.problem() == null ? "" : ", " + Words.line(run.problem(), 120)) + "\n"
                            + Words.line(run.started(), 19).replace('T', ' ') + " UTC"));
        }
        return rows;
    }

    private static String given(String name, Double value) {
        return value == null ? "" : name + Words.number(value);
    }

    static String counts(RunRecord r) {
        Map<String, Long> counts = r.verdicts().stream()
                .collect(Collectors.groupingBy(
                        v -> v.outcome().name().toLowerCase(java.util.Locale.ROOT) + (v.soft() ? " (soft)" : ""),
                        java.util.TreeMap::new,
                        Collectors.counting()));
        return r.verdicts().size() + " of " + r.criteriaDeclared() + " criteria judged: "
                + counts.entrySet().stream()
                        .map(e -> e.getValue() + " " + e.getKey())
                        .collect(Collectors.joining(", "));
    }

    private static void model(List<Row> rows, String role, Model model) {
        String files = model.files().stream()
                .filter(f -> Words.isWeights(f.file()) || f.sha256() == null)
                .map(Description::part)
                .collect(Collectors.joining("\n"));
        String loras = model.loras().stream().map(Description::part).collect(Collectors.joining("\n"));
        rows.add(new Row(
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
                + v.unscoredReasons().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(e -> "\n" + e.getValue() + ": " + Words.line(e.getKey(), 400))
                        .collect(Collectors.joining());
    }

    private static Worst worst(
            WorstCase w, boolean allSeeds, BiFunction<WorstCase, String, Optional<String>> original) {
        return new Worst(
                List.of(
                        Words.line(w.prompt(), 100),
                        allSeeds ? "all" : Long.toString(w.seed()),
                        seen(w.base(), w.baseEvidence()),
                        seen(w.candidate(), w.candidateEvidence()),
                        Words.signed(w.difference())),
                Stream.of("base", "candidate")
                        .flatMap(role -> original.apply(w, role).stream().map(url -> new Row(role, url)))
                        .toList());
    }

    private static String seen(Double value, String evidence) {
        return Stream.of(value == null ? "" : Words.number(value), Words.line(evidence, 160))
                .filter(t -> !t.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    private static String dataUri(byte[] png) {
        return png == null ? "" : "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }
}
