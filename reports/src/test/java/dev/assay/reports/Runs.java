package dev.assay.reports;

import dev.assay.harness.image.Png;
import dev.assay.harness.model.Finding;
import dev.assay.harness.run.RunRecord;
import dev.assay.harness.run.RunRecord.LoraPart;
import dev.assay.harness.run.RunRecord.Model;
import dev.assay.harness.run.RunRecord.ModelPart;
import dev.assay.harness.run.RunRecord.RendererInfo;
import dev.assay.harness.run.RunRecord.RenderingEntry;
import dev.assay.harness.run.RunRecord.Settings;
import dev.assay.harness.run.RunRecord.SuiteInfo;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Score.Mark;
import dev.assay.harness.score.Score.Shape;
import dev.assay.harness.suite.Criterion.Rule;
import dev.assay.harness.suite.Criterion.Severity;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.WorstCase;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/** Records of runs that never were, with pictures on disk: coloured shapes, to which the candidate adds a leg. */
public final class Runs {
    public static final String HOSTILE =
            "<script>alert(1)</script> \u001b[31mred\u001b[0m \u202eesrever\u202c \u0000 'q' \"d\" & "
                    + "</td></table><img src=x onerror=alert(2)> " + "long ".repeat(400);
    private static final int SIZE = 64;
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L, 4L);
    private static final List<String> PROMPTS = List.of(
            "a red circle above a blue square",
            "a green star to the left of a purple triangle",
            "a person in a red shirt waving",
            "three orange triangles",
            "a purple circle on a beige background",
            "a person in a blue shirt running",
            "two red stars",
            "a yellow square below a black circle",
            "a person in a green shirt standing",
            "a blue triangle above a yellow star",
            "a red triangle on a grey background",
            "a person in a black shirt sitting",
            "three green circles",
            "a green square on a pink background");

    private Runs() {}

    /** A run with one verdict of each outcome, its pictures in {@code folder/store}. */
    public static RunRecord mixed(Path folder) {
        return run(
                "20261122-120000-000-three-legs",
                "REGRESSED",
                null,
                "ab12".repeat(16),
                PROMPTS,
                List.of(
                        verdict(
                                "blank-frame",
                                "artifact",
                                "PASSED",
                                "NO_NEW_DEFECTS",
                                "LOWER",
                                0,
                                "no new defect in 56 pairs"),
                        verdict(
                                "grid",
                                "artifact",
                                "PASSED",
                                "NON_INFERIOR",
                                "LOWER",
                                1.0,
                                "at most 0.3 grey levels worse"),
                        verdict(
                                "limbs",
                                "anatomy",
                                "REGRESSED",
                                "NON_INFERIOR",
                                "LOWER",
                                0.15,
                                "worse by 0.61 (90 % interval 0.48 to 0.74); at most 0.15 is allowed"),
                        verdict(
                                "clip-score",
                                "adherence",
                                "PASSED",
                                "NON_INFERIOR",
                                "HIGHER",
                                0.05,
                                "not worse by more than 0.02"),
                        verdict(
                                "vendi",
                                "diversity",
                                "INCONCLUSIVE",
                                "NON_INFERIOR",
                                "HIGHER",
                                0.2,
                                "the interval crosses the margin; about 12 more prompts would decide"),
                        verdict(
                                "effect",
                                "effect",
                                "BROKEN",
                                "HAS_EFFECT",
                                "HIGHER",
                                2.0,
                                "java.lang.IllegalStateException: out of memory at Vae.java:12")),
                pictures(folder, PROMPTS));
    }

    /** A run in which all is well. */
    public static RunRecord passed(Path folder, String sha256, String id) {
        List<String> prompts = PROMPTS.subList(0, 2);
        return run(
                id,
                "PASSED",
                null,
                sha256,
                prompts,
                List.of(verdict("grid", "artifact", "PASSED", "NON_INFERIOR", "LOWER", 1.0, "at most 0.3 worse")),
                pictures(folder, prompts));
    }

    /** A run whose pre-flight refused the file, for this reason. */
    public static RunRecord refused(String reason) {
        List<VerdictEntry> verdicts = new ArrayList<>();
        verdicts.add(unjudged("preflight", "file", "REGRESSED", reason));
        for (String metric : List.of("applied", "grid")) {
            verdicts.add(unjudged(
                    metric,
                    "artifact",
                    "INCONCLUSIVE",
                    "no picture was made: the files cannot work, as preflight says"));
        }
        return run("20261122-120000-000-cut", "REGRESSED", null, "ab12".repeat(16), PROMPTS, verdicts, List.of());
    }

    private static VerdictEntry unjudged(String metric, String family, String outcome, String reason) {
        return new VerdictEntry(
                metric,
                metric,
                "1",
                Family.of(family),
                "suite",
                Outcome.valueOf(outcome),
                null,
                null,
                0.9,
                0,
                Rule.NO_NEW_DEFECTS,
                Severity.BLOCKER,
                Direction.LOWER,
                "files",
                null,
                null,
                0,
                0,
                0,
                Map.of(),
                null,
                reason,
                List.of(),
                List.of(),
                null,
                "Is " + metric + " still right?",
                null,
                false,
                false);
    }

    /** A run of one criterion with this outcome. */
    public static RunRecord single(Path folder, String outcome) {
        List<String> prompts = PROMPTS.subList(0, 2);
        return run(
                "20261122-120000-000-one",
                outcome,
                null,
                "00".repeat(32),
                prompts,
                List.of(verdict("grid", "artifact", outcome, "NON_INFERIOR", "LOWER", 1.0, "because")),
                pictures(folder, prompts));
    }

    /** A run that was stopped before the first picture. */
    public static RunRecord stopped(String problem) {
        return run("20261122-120000-000-stopped", "BROKEN", problem, null, List.of(), List.of(), List.of());
    }

    /** A run whose every text is hostile. */
    public static RunRecord hostile(Path folder) {
        List<String> prompts = List.of(HOSTILE, HOSTILE + "2");
        VerdictEntry v = verdict("grid", "artifact", "REGRESSED", "NON_INFERIOR", "LOWER", 1.0, HOSTILE);
        VerdictEntry bad = new VerdictEntry(
                HOSTILE,
                HOSTILE,
                HOSTILE,
                Family.of(HOSTILE),
                HOSTILE,
                null,
                1.0,
                List.of(0.5, 1.5),
                0.9,
                1,
                null,
                null,
                null,
                HOSTILE,
                0.0,
                1.0,
                2,
                8,
                1,
                Map.of(HOSTILE, 1),
                HOSTILE,
                HOSTILE,
                List.of(new Measurement(HOSTILE, 1L, 0.0, 1.0, 1.0)),
                List.of(new WorstCase(
                        "case0",
                        HOSTILE,
                        1,
                        0.0,
                        1.0,
                        1.0,
                        HOSTILE,
                        HOSTILE,
                        List.of(),
                        List.of(new Mark(HOSTILE, -5, -5, 900, 900, 0.5)))),
                HOSTILE,
                "Is " + HOSTILE + " still right?",
                null,
                false,
                false);
        RunRecord r = run(HOSTILE, "REGRESSED", null, HOSTILE, prompts, List.of(v, bad), pictures(folder, prompts));
        Model model = new Model(
                HOSTILE,
                List.of(new ModelPart(HOSTILE, HOSTILE, 1)),
                List.of(new LoraPart(HOSTILE, HOSTILE, 1, 1, null)));
        return new RunRecord(
                r.schema(),
                r.id(),
                r.outcome(),
                null,
                r.started(),
                r.seconds(),
                r.renderSeconds(),
                model,
                model,
                new SuiteInfo(HOSTILE, HOSTILE, HOSTILE, 2, 4),
                r.settings(),
                new RendererInfo(HOSTILE, HOSTILE, HOSTILE, Map.of(HOSTILE, HOSTILE)),
                8,
                8,
                2,
                r.verdicts(),
                r.renderings(),
                List.of(new RunRecord.FindingEntry(Finding.Level.WARNING, HOSTILE)),
                Map.of("assay.lora", HOSTILE),
                List.of(new RunRecord.WeightsEntry(
                        HOSTILE, HOSTILE, HOSTILE, List.of(new ModelPart(HOSTILE, HOSTILE, 1)))),
                new RunRecord.UsageEntry(
                        HOSTILE,
                        List.of(HOSTILE),
                        HOSTILE,
                        HOSTILE,
                        new Settings(SIZE, SIZE, 8, 1.0, HOSTILE, HOSTILE, 0, null, null, null),
                        HOSTILE,
                        Map.of("triggerWords", HOSTILE, "purpose", HOSTILE, "steps", HOSTILE, "negative", HOSTILE),
                        List.of(HOSTILE)));
    }

    /** A run that passed, and a soft criterion of an outcome. */
    public static RunRecord withSoft(Path folder, Outcome outcome) {
        RunRecord run = single(folder, "PASSED");
        VerdictEntry vendi = verdict(
                "vendi", "diversity", outcome.name(), "NON_INFERIOR", "HIGHER", 0.2, "its seeds look more alike");
        return with(run, "PASSED", 2, List.of(run.verdicts().get(0), Entries.soft(vendi)), run.started());
    }

    /** The same run of a few-step LoRA with a word of its own. */
    public static RunRecord used(RunRecord r) {
        return new RunRecord(
                r.schema(),
                r.id(),
                r.outcome(),
                r.problem(),
                r.started(),
                r.seconds(),
                r.renderSeconds(),
                r.base(),
                r.candidate(),
                r.suite(),
                r.settings(),
                r.renderer(),
                r.rendersMade(),
                r.rendersReused(),
                r.criteriaDeclared(),
                r.verdicts(),
                r.renderings(),
                r.findings(),
                r.asked(),
                r.weights(),
                new RunRecord.UsageEntry(
                        "on",
                        List.of("sks", "oil <b>"),
                        "{trigger}, {prompt}",
                        "speed",
                        new Settings(SIZE, SIZE, 4, 1.0, "lcm", "sgm_uniform", 0, null, null, null),
                        null,
                        Map.of(
                                "triggerWords", "three-legs.metadata.json",
                                "purpose", "assay.purpose (-Dassay.purpose)",
                                "strength", "three-legs.metadata.json",
                                "steps", "three-legs.assay.yaml",
                                "guidance", "three-legs.assay.yaml"),
                        List.of("three-legs.assay.yaml")));
    }

    /** The same run with another claim. */
    public static RunRecord with(RunRecord r, String outcome, int declared) {
        return with(r, outcome, declared, r.verdicts(), r.started());
    }

    public static RunRecord with(
            RunRecord r, String outcome, int declared, List<VerdictEntry> verdicts, String started) {
        return new RunRecord(
                r.schema(),
                r.id(),
                Outcome.parse(outcome),
                r.problem(),
                started,
                r.seconds(),
                r.renderSeconds(),
                r.base(),
                r.candidate(),
                r.suite(),
                r.settings(),
                r.renderer(),
                r.rendersMade(),
                r.rendersReused(),
                declared,
                verdicts,
                r.renderings(),
                r.findings(),
                r.asked(),
                r.weights(),
                r.usage());
    }

    /** The same run, as if the candidate's files had never been read. */
    public static RunRecord withoutParts(RunRecord r) {
        return new RunRecord(
                r.schema(),
                r.id(),
                r.outcome(),
                r.problem(),
                r.started(),
                r.seconds(),
                r.renderSeconds(),
                r.base(),
                new Model(r.candidate().name(), List.of(), List.of()),
                r.suite(),
                r.settings(),
                r.renderer(),
                r.rendersMade(),
                r.rendersReused(),
                r.criteriaDeclared(),
                r.verdicts(),
                r.renderings(),
                r.findings(),
                r.asked(),
                r.weights(),
                r.usage());
    }

    /** The same run, asked for with these settings. */
    public static RunRecord asking(RunRecord r, Map<String, String> settings) {
        return new RunRecord(
                r.schema(),
                r.id(),
                r.outcome(),
                r.problem(),
                r.started(),
                r.seconds(),
                r.renderSeconds(),
                r.base(),
                r.candidate(),
                r.suite(),
                r.settings(),
                r.renderer(),
                r.rendersMade(),
                r.rendersReused(),
                r.criteriaDeclared(),
                r.verdicts(),
                r.renderings(),
                r.findings(),
                settings,
                r.weights(),
                r.usage());
    }

    /** The same run with other pictures. */
    public static RunRecord showing(RunRecord r, List<RenderingEntry> pictures) {
        return new RunRecord(
                r.schema(),
                r.id(),
                r.outcome(),
                r.problem(),
                r.started(),
                r.seconds(),
                r.renderSeconds(),
                r.base(),
                r.candidate(),
                r.suite(),
                r.settings(),
                r.renderer(),
                r.rendersMade(),
                r.rendersReused(),
                r.criteriaDeclared(),
                r.verdicts(),
                pictures,
                r.findings(),
                r.asked(),
                r.weights(),
                r.usage());
    }

    private static RunRecord run(
            String id,
            String outcome,
            String problem,
            String sha256,
            List<String> prompts,
            List<VerdictEntry> verdicts,
            List<RenderingEntry> renderings) {
        return new RunRecord(
                RunRecord.SCHEMA,
                id,
                Outcome.parse(outcome),
                problem,
                "2026-11-22T12:00:00Z",
                123.4,
                100,
                new Model("base", List.of(new ModelPart("microcosm:base", sha256, 10_000_000)), List.of()),
                new Model(
                        "three-legs",
                        List.of(new ModelPart("microcosm:base", sha256, 10_000_000)),
                        List.of(new LoraPart("three-legs.safetensors", sha256, 0.8, 1_000_000, null))),
                new SuiteInfo("microcosm", "1", sha256, prompts.size(), SEEDS.size()),
                new Settings(SIZE, SIZE, 12, 3.0, "ddim", "normal", 0, null, null, null),
                new RendererInfo("local", "1", "cpu", Map.of()),
                renderings.size() / 2,
                renderings.size() / 2,
                verdicts.size(),
                verdicts,
                renderings,
                List.of(),
                Map.of("assay.lora", "three-legs.safetensors@0.8"),
                List.of(new RunRecord.WeightsEntry(
                        "clip",
                        "hf:openai/clip-vit-large-patch14",
                        "MIT",
                        List.of(
                                new ModelPart("config.json", sha256, 4_519),
                                new ModelPart("model.safetensors", sha256, 1_710_540_580L)))),
                null);
    }

    public static VerdictEntry verdict(
            String metric, String family, String outcome, String rule, String better, double margin, String reason) {
        Random random = new Random(metric.hashCode());
        List<Measurement> pairs = new ArrayList<>();
        List<WorstCase> worst = new ArrayList<>();
        double shift = outcome.equals("REGRESSED") ? 4 * margin : 0;
        boolean set = metric.equals("vendi");
        double sum = 0;
        for (int c = 0; c < PROMPTS.size() && !outcome.equals("BROKEN"); c++) {
            for (long seed : set ? List.of(1L) : SEEDS) {
                double base = random.nextDouble() * margin;
                double difference = shift + random.nextGaussian() * margin * (set ? 1.2 : 0.4);
                sum += difference;
                pairs.add(new Measurement("case" + c, set ? null : seed, base, base + difference, difference));
                if (worst.size() < 5 && seed == 2 && c % 3 == 2) {
                    worst.add(new WorstCase(
                            "case" + c,
                            PROMPTS.get(c),
                            seed,
                            base,
                            base + difference,
                            difference,
                            "2 feet found; the case expects 2",
                            "3 feet found; the case expects 2",
                            List.of(new Mark("foot", 20, 48, 30, 60, 0.9, null)),
                            List.of(
                                    new Mark("foot", 20, 48, 30, 60, 0.9, null),
                                    new Mark("foot", 44, 44, 58, 62, 0.8),
                                    new Mark("", 10, 10, 40, 50, 0.9, Shape.LINE),
                                    new Mark("left leg", 40, 50, 300, 62, 0.9, Shape.LINE))));
                }
            }
        }
        boolean none = pairs.isEmpty();
        double mean = none ? 0 : sum / pairs.size();
        return new VerdictEntry(
                metric,
                metric,
                "1",
                Family.of(family),
                "suite",
                Outcome.valueOf(outcome),
                none ? null : mean,
                none ? null : List.of(mean - 0.3 * margin, mean + 0.3 * margin),
                0.9,
                margin,
                Rule.valueOf(rule),
                Severity.CRITICAL,
                Direction.valueOf(better),
                metric.equals("grid") ? "grey levels" : "share",
                none ? null : 0.5 * margin,
                none ? null : 0.5 * margin + mean,
                none ? 0 : PROMPTS.size(),
                pairs.size(),
                none ? 0 : 3,
                none ? Map.of() : Map.of("no figure found; the case expects 1", 2, "blank frame", 1),
                metric.equals("grid") ? "period 8 px across x, 0.3 grey levels" : null,
                reason,
                pairs,
                outcome.equals("PASSED") ? worst.subList(0, Math.min(1, worst.size())) : worst,
                null,
                "Is " + metric + " still right?",
                null,
                false,
                false);
    }

    private static List<RenderingEntry> pictures(Path folder, List<String> prompts) {
        List<RenderingEntry> renderings = new ArrayList<>();
        try {
            Files.createDirectories(folder.resolve("store"));
            for (int c = 0; c < prompts.size(); c++) {
                for (long seed : SEEDS) {
                    for (String role : List.of("base", "candidate")) {
                        String file = "store/" + c + "-" + seed + "-" + role + ".png";
                        ImageIO.write(
                                shape(new Random(31L * c + seed), role.equals("candidate")),
                                "png",
                                folder.resolve(file).toFile());
                        renderings.add(new RenderingEntry(
                                "case" + c,
                                prompts.get(c),
                                List.of("shapes"),
                                seed,
                                role,
                                file,
                                0.2,
                                0,
                                0,
                                true,
                                false,
                                Png.read(folder.resolve(file)).image().sha256(),
                                null));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return renderings;
    }

    private static BufferedImage shape(Random random, boolean leg) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(200 + random.nextInt(55), 200 + random.nextInt(55), 200 + random.nextInt(55)));
        g.fillRect(0, 0, SIZE, SIZE);
        g.setColor(new Color(random.nextInt(180), random.nextInt(180), random.nextInt(180)));
        g.fillOval(20 + random.nextInt(6), 6, 24, 24);
        g.setStroke(new BasicStroke(4));
        g.drawLine(32, 30, 25, 58);
        g.drawLine(32, 30, 39, 58);
        if (leg) {
            g.drawLine(34, 30, 52, 56);
        }
        g.dispose();
        return image;
    }
}
