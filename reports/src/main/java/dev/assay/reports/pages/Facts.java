package dev.assay.reports.pages;

import dev.assay.harness.model.Finding;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.run.UsageWords;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.usage.Fact;
import dev.assay.reports.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Facts of a run and of its criteria, by name, for every page that shows them. */
public final class Facts {
    private Facts() {}

    /** The numbers of a criterion. */
    public static List<Row> of(VerdictEntry v) {
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
        return facts;
    }

    /** What was judged, on what, and what was noticed. */
    public static List<Row> of(RunRecord r) {
        List<Row> rows = judged(r);
        r.weights()
                .forEach(w -> rows.add(new Row(
                        "weights",
                        w.role() + " " + Words.reference(w.reference()) + ", licence " + w.licence() + "\n"
                                + w.files().stream()
                                        .filter(f -> Words.isWeights(f.file()))
                                        .map(Facts::part)
                                        .collect(Collectors.joining("\n")))));
        r.findings()
                .forEach(f -> rows.add(
                        new Row(f.level() == Finding.Level.ERROR ? "refused" : "noticed", Words.line(f.text(), 2000))));
        return rows;
    }

    /** What was judged, and how its pictures were made. */
    public static List<Row> judged(RunRecord r) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                "suite",
                r.suite().name() + ", version " + r.suite().version() + ", "
                        + r.suite().prompts() + " prompts, " + r.suite().seedsPerPrompt() + " seeds each"));
        model(rows, "candidate", r.candidate());
        model(rows, "base", r.base());
        if (r.settings().steps() > 0) { // else nothing is known of how they were made
            boolean same = r.settings().equals(r.candidateSettings());
            rows.add(new Row(same ? "pictures" : "the base's pictures", settings(r.settings())));
            if (!same) {
                rows.add(new Row("the candidate's", settings(r.candidateSettings())));
            }
            usage(rows, r.usage());
            rows.add(new Row(
                    "renderer",
                    (startsWithName(r.renderer()) ? "" : r.renderer().name() + " ")
                            + r.renderer().version() + " on " + r.renderer().device()));
        }
        rows.add(new Row("renders", r.rendersMade() + " made, " + r.rendersReused() + " reused"));
        rows.add(new Row(
                "time",
                Numbers.time(r.seconds()) + " by the clock; all pictures added up " + Numbers.time(r.renderSeconds())));
        return rows;
    }

    private static String settings(RunRecord.Settings s) {
        return s.width() + " x " + s.height() + ", " + s.steps() + " steps, guidance " + Words.number(s.guidanceScale())
                + ", " + s.sampler() + " (" + s.scheduler() + ")"
                + (s.clipSkip() == 0 ? "" : ", clip skip " + s.clipSkip())
                + given(", distilled guidance ", s.distilledGuidance())
                + given(", shift ", s.shift());
    }

    /** How the file is meant to be used, and who says so. */
    private static void usage(List<Row> rows, RunRecord.@Nullable UsageEntry usage) {
        if (usage == null) {
            return;
        }
        rows.add(new Row(
                "trigger words",
                usage.triggers().isEmpty()
                        ? "none known"
                                + (usage.lookedIn().isEmpty()
                                        ? ""
                                        : "; looked in " + String.join(", ", usage.lookedIn()))
                        : String.join(", ", usage.triggers()) + " (" + usage.source(Fact.TRIGGERS) + "), "
                                + switch (usage.trigger()) {
                                    case "off" -> "not used";
                                    case "both" -> "used, and left out for comparison";
                                    default -> "used as: " + usage.template();
                                }));
        if (!usage.source(Fact.PURPOSE).isEmpty()) {
            rows.add(new Row("purpose", usage.purpose() + " (" + usage.source(Fact.PURPOSE) + ")"));
        }
        if (usage.negativePrompt() != null) {
            rows.add(new Row("its negative prompt", usage.negativePrompt() + " (" + usage.source(Fact.NEGATIVE) + ")"));
        }
        String others = usage.sources().entrySet().stream()
                .filter(e -> Stream.of(Fact.TRIGGERS, Fact.TEMPLATE, Fact.PURPOSE, Fact.NEGATIVE)
                        .noneMatch(f -> f.key().equals(e.getKey())))
                .map(e -> e.getKey() + ": " + e.getValue())
                .collect(Collectors.joining("; "));
        if (!others.isEmpty()) {
            rows.add(new Row("its own settings", others));
        }
        String same = UsageWords.asSettings(usage);
        if (!same.isEmpty()) {
            rows.add(new Row("the same by settings alone", Words.line(same, 1000)));
        }
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

    private static boolean startsWithName(RunRecord.RendererInfo renderer) {
        return renderer.version()
                .toLowerCase(Locale.ROOT)
                .startsWith(renderer.name().toLowerCase(Locale.ROOT));
    }

    private static String given(String name, @Nullable Double value) {
        return value == null ? "" : name + Words.number(value);
    }

    private static void model(List<Row> rows, String role, Model model) {
        String files = !model.loras().isEmpty() // its other files are the base's
                ? ""
                : model.files().stream()
                        .filter(f -> Words.isWeights(f.file()) || f.sha256() == null)
                        .map(Facts::part)
                        .collect(Collectors.joining("\n"));
        String loras = model.loras().stream().map(Facts::part).collect(Collectors.joining("\n"));
        rows.add(new Row(
                role, model.name() + (files.isEmpty() ? "" : "\n" + files) + (loras.isEmpty() ? "" : "\n" + loras)));
    }

    private static String part(ModelPart p) {
        boolean whole = p.file().matches("(?:[A-Za-z]:)?[/\\\\].*"); // a path of this machine
        return (whole ? Words.fileName(p.file()) : p.file()) + sha(p.sha256());
    }

    private static String part(LoraPart p) {
        return Words.fileName(p.file()) + " at strength " + Words.number(p.strength())
                + given(", on text encoders ", p.clipStrength()) + sha(p.sha256());
    }

    private static String sha(@Nullable String sha256) {
        return sha256 == null ? "" : "  sha256 " + Words.line(sha256, 12);
    }
}
