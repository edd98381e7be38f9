package dev.assay.reports.allure;

import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.WorstCase;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.pages.DifferencePlot;
import dev.assay.reports.pages.Facts;
import dev.assay.reports.pages.Row;
import dev.assay.reports.pages.Templates;
import dev.assay.reports.words.Plain;
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
        List<Row> facts = Facts.of(v);
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

    /** What was judged, on what. */
    static String of(RunRecord r, ReportContext context) {
        boolean troubled = r.problem() == null && !context.trouble().isEmpty();
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("trouble", troubled ? Words.line(String.join("; ", context.trouble()), 2000) : "");
        parameters.put("problem", r.problem());
        parameters.put("outcome", r.outcome().name());
        parameters.put("counts", counts(r));
        parameters.put("facts", Facts.of(r));
        parameters.put(
                "earlier",
                earlier(context.earlier().stream()
                        .filter(e -> AllureHistory.isOf(
                                e, r.suite().name(), r.candidate().name()))
                        .toList()));
        return Templates.render("allure/run.jte", parameters);
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
