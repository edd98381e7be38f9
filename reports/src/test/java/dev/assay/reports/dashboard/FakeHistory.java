package dev.assay.reports.dashboard;

import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.verdict.Outcome;
import dev.assay.reports.Entries;
import dev.assay.reports.history.History;
import dev.assay.reports.history.RunSummary;
import dev.assay.reports.history.RunSummary.Part;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A history of runs that never were, to measure with: {@code FakeHistory FOLDER MODELS NIGHTS} writes it, makes the site and says how
 * long that took.
 */
public final class FakeHistory {
    private static final List<String> FIRST = List.of(
            "ink", "velvet", "neon", "paper", "copper", "winter", "coral", "smoke", "amber", "pixel", "moss", "glass");
    private static final List<String> SECOND =
            List.of("portrait", "street", "anime", "linework", "botanic", "armour", "ceramic", "film", "poster", "toy");
    private static final List<String> NETWORKS = List.of("sd15", "sdxl", "flux", "sd3");

    /** Metric, family, rule, better, unit, margin, spread of the differences. */
    private record Kind(
            String metric, String family, String rule, String better, String unit, double margin, double spread) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("grid", "artifact", "NON_INFERIOR", "LOWER", "grey levels", 1.0, 0.3),
            new Kind("limbs", "anatomy", "NON_INFERIOR", "LOWER", "share", 0.15, 0.04),
            new Kind("clip-score", "adherence", "NON_INFERIOR", "HIGHER", "cosine", 0.02, 0.006),
            new Kind("vendi", "diversity", "NON_INFERIOR", "HIGHER", "effective pictures", 0.08, 0.025),
            new Kind("effect", "effect", "HAS_EFFECT", "HIGHER", "grey levels", 2.0, 3),
            new Kind("seconds", "cost", "NON_INFERIOR", "LOWER", "log ratio", 0.1, 0.02));

    private FakeHistory() {}

    public static void main(String[] arguments) throws IOException {
        System.setProperty("java.awt.headless", "true");
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int models = Integer.parseInt(arguments[1]);
        int nights = Integer.parseInt(arguments[2]);
        Path file = folder.resolve("history.jsonl");
        if (!Files.exists(file)) {
            write(file, models, nights);
        }
        Listing listing = listing(models);
        long start = System.nanoTime();
        Path page = Dashboard.write(new History(file), listing, folder.resolve("site"));
        System.out.printf(
                "%d models, %d nights, history of %.0f MB: %s in %.1f s%n",
                models, nights, Files.size(file) / 1e6, page, (System.nanoTime() - start) / 1e9);
    }

    static String name(int model) {
        return FIRST.get(model % FIRST.size()) + "-" + SECOND.get(model / FIRST.size() % SECOND.size()) + "-v"
                + (1 + model / (FIRST.size() * SECOND.size())) + ".safetensors";
    }

    static Listing listing(int models) {
        return new Listing(
                "collection",
                IntStream.range(0, models)
                        .mapToObj(m -> new Listing.Item(
                                name(m),
                                NETWORKS.get(m % NETWORKS.size()),
                                sha(m),
                                20_000_000L + 1_000_003L * (m % 97),
                                List.of("sks" + m, FIRST.get(m % FIRST.size()) + " style")))
                        .toList());
    }

    private static String sha(int model) {
        return String.format("%064x", 0x9e3779b97f4a7c15L * (model + 1));
    }

    /** Lines as {@link History#append} writes them; without waiting for the disk after each. */
    static void write(Path file, int models, int nights) throws IOException {
        Path one = file.resolveSibling("one.jsonl");
        Files.deleteIfExists(one);
        LocalDate first = LocalDate.of(2026, 9, 24);
        try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            for (int night = 0; night < nights; night++) {
                String date = first.plusDays(night).toString();
                int now = night;
                List<String> lines = IntStream.range(0, models)
                        .parallel()
                        .mapToObj(m -> History.line(digest(m, now, date)))
                        .toList();
                for (String line : lines) {
                    writer.write(line);
                    writer.write('\n');
                }
            }
        }
    }

    static RunSummary digest(int model, int night, String date) {
        Random steady = new Random(model);
        Random random = new Random(model * 1_000L + night);
        int begins = steady.nextInt(400); // the night from which a model is worse, for some
        List<VerdictEntry> criteria = new ArrayList<>();
        int bad = steady.nextInt(KINDS.size());
        boolean broken = random.nextInt(400) == 0;
        for (int k = 0; k < KINDS.size(); k++) {
            Kind kind = KINDS.get(k);
            double level = steady.nextGaussian() * kind.spread();
            double worse = k == bad && night >= begins ? 2.2 * kind.margin() : 0;
            double sign = kind.better().equals("HIGHER") ? -1 : 1;
            double estimate = kind.rule().equals("HAS_EFFECT")
                    ? 9 + level
                    : level + sign * worse + random.nextGaussian() * kind.spread() / 4;
            double half = kind.spread() * (0.8 + 0.4 * random.nextDouble());
            double gone = sign * estimate;
            Outcome outcome = kind.rule().equals("HAS_EFFECT") || gone + half < kind.margin()
                    ? Outcome.PASSED
                    : gone - half > kind.margin() ? Outcome.REGRESSED : Outcome.INCONCLUSIVE;
            criteria.add(
                    broken
                            ? entry(
                                    kind,
                                    Outcome.BROKEN,
                                    null,
                                    null,
                                    null,
                                    "java.lang.OutOfMemoryError: Java heap space")
                            : entry(
                                    kind,
                                    outcome,
                                    estimate,
                                    estimate - half,
                                    estimate + half,
                                    outcome == Outcome.PASSED
                                            ? "at most " + round(half) + " worse"
                                            : "worse by " + round(gone) + "; at most " + kind.margin()
                                                    + " is allowed"));
        }
        Outcome outcome = Outcome.worst(criteria.stream().map(VerdictEntry::outcome));
        double seconds = 2.5 + steady.nextDouble();
        return new RunSummary(
                RunSummary.SCHEMA,
                date.replace("-", "") + "-010203-" + model + "-" + name(model),
                date,
                date + "T01:02:03Z",
                430,
                outcome,
                broken ? "out of memory" : null,
                name(model),
                List.of(
                        new Part("model.safetensors", sha(-5), 2_132_625_894L, null),
                        new Part("loras/" + name(model), sha(model), 20_000_000L, 0.8)),
                "v1-5-pruned-emaonly",
                sha(-5),
                NETWORKS.get(model % NETWORKS.size()),
                new RunSummary.Suite("starter", night < 30 ? "1" : "2", sha(-7 - night / 30), 32, 4),
                "local 3 cuda",
                KINDS.size(),
                criteria,
                new RunSummary.Cost(seconds * 1.01, seconds, 5_368_709_120L),
                "runs/" + date.replace("-", "") + "-" + model + "/run.json",
                null,
                Map.of(
                        "assay.lora",
                        "loras/" + name(model) + "@0.8",
                        "assay.suite",
                        "starter",
                        "assay.base",
                        "sd15.safetensors"));
    }

    private static VerdictEntry entry(
            Kind k, Outcome outcome, Double estimate, Double low, Double high, String reason) {
        return Entries.of(
                k.metric(),
                k.metric(),
                "1",
                k.family(),
                outcome,
                estimate,
                low,
                high,
                k.margin(),
                k.rule(),
                k.better(),
                k.unit(),
                estimate == null ? null : (Double) 1.5,
                estimate == null ? null : (Double) (1.5 + estimate),
                128,
                0,
                reason);
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    static List<String> names(int... models) {
        return Arrays.stream(models).mapToObj(FakeHistory::name).toList();
    }
}
