package dev.assay.suites.power;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteFile;
import dev.assay.harness.verdict.Clustered;
import dev.assay.harness.verdict.Confirmation;
import dev.assay.harness.verdict.Measurement;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.Scored;
import dev.assay.harness.verdict.Unscored;
import dev.assay.harness.verdict.Verdict;
import dev.assay.harness.verdict.Verdicts;
import dev.assay.metrics.Metrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How often a suite says what of candidates whose truth is known: values are drawn at random as {@link Habits} says, judged by Assay's own
 * {@link Verdicts}. Run its {@code main} with a suite's file and a number of runs; it prints the tables of the suite's page.
 */
public final class SuitePower {
    private static final long SEED = 20_261_129;

    private final Suite suite;
    private final int runs;
    private final Map<String, Metric> metrics;

    SuitePower(Suite suite, int runs) {
        this.suite = suite;
        this.runs = runs;
        this.metrics = suite.criteria().stream()
                .map(Criterion::metric)
                .distinct()
                .collect(Collectors.toMap(m -> m, m -> new Told(new Metrics().named(m))));
    }

    /** A metric that is only asked what it is. */
    private record Told(MetricInfo info) implements Metric.ImageMetric {
        @Override
        public Score score(PromptCase prompt, Image image) {
            throw new IllegalStateException("values are drawn");
        }
    }

    /**
     * Shares of the runs.
     *
     * @param passed where all hard criteria passed
     * @param regressed where one regressed or more; what is neither is inconclusive
     * @param byCriterion shares where it passed, of hard ones
     * @param regressedBy shares where it regressed
     */
    record Result(double passed, double regressed, Map<String, Double> byCriterion, Map<String, Double> regressedBy) {}

    Result of(Candidate candidate) {
        Random random = new Random(SEED);
        int passed = 0;
        int regressed = 0;
        Map<String, Double> byCriterion = new TreeMap<>();
        Map<String, Double> regressedBy = new TreeMap<>();
        for (int run = 0; run < runs; run++) {
            Map<Criterion, Verdict> verdicts = new LinkedHashMap<>();
            for (Criterion criterion : suite.criteria()) {
                verdicts.put(criterion, verdict(criterion, candidate, random));
            }
            Map<Criterion, Verdict> confirmed = Confirmation.applied(verdicts);
            passed +=
                    confirmed.values().stream().filter(SuitePower::decides).allMatch(v -> v.is(Outcome.PASSED)) ? 1 : 0;
            regressed += confirmed.values().stream().filter(SuitePower::decides).anyMatch(v -> v.is(Outcome.REGRESSED))
                    ? 1
                    : 0;
            confirmed.values().stream().filter(SuitePower::decides).forEach(v -> {
                Criterion c = v.criterion();
                byCriterion.merge(c.id(), v.is(Outcome.PASSED) ? 1.0 / runs : 0, Double::sum);
                regressedBy.merge(c.id(), v.is(Outcome.REGRESSED) ? 1.0 / runs : 0, Double::sum);
            });
        }
        return new Result((double) passed / runs, (double) regressed / runs, byCriterion, regressedBy);
    }

    private static boolean decides(Verdict verdict) {
        return !verdict.criterion().soft();
    }

    private Verdict verdict(Criterion criterion, Candidate candidate, Random random) {
        Metric metric = metrics.get(criterion.metric());
        Habits habits = Habits.of(criterion);
        List<PromptCase> prompts = suite.cases().stream()
                .filter(c ->
                        criterion.tags().isEmpty() || criterion.tags().stream().anyMatch(c.tags()::contains))
                .toList();
        List<Measurement> pairs = new ArrayList<>();
        int unscored = 0;
        boolean worse = candidate.isSeenBy(criterion);
        int ruined = worse ? (int) Math.round(candidate.share() * prompts.size()) : 0;
        for (int p = 0; p < prompts.size(); p++) {
            Prompt prompt = new Prompt(
                    habits,
                    candidate,
                    worse ? candidate.times() : 1,
                    metric.info().better(),
                    p < ruined,
                    random);
            List<Measurement> drawn = prompt.draw(prompts.get(p));
            for (Measurement m : drawn) {
                if (needsRightPeople(criterion) && isMiscounted(candidate, random)) {
                    unscored++;
                } else {
                    pairs.add(m);
                }
            }
        }
        Scored scored = new Scored(
                pairs,
                unscored == 0 ? List.of() : List.of(new Unscored("people", "people found", unscored)),
                List.of(),
                null,
                null);
        List<Clustered> independent =
                pairs.stream().map(m -> new Clustered(m.caseId(), m)).toList();
        return Verdicts.of(criterion, metric, scored, independent, 0);
    }

    /** Hands and joints are looked at where as many people are found as the case says. */
    private static boolean needsRightPeople(Criterion criterion) {
        return List.of("hands", "pose-confidence", "faces").contains(criterion.metric());
    }

    private static boolean isMiscounted(Candidate candidate, Random random) {
        double rate = Habits.rateOfMiscounts();
        boolean base = random.nextDouble() < rate;
        boolean redrawn = random.nextDouble() >= candidate.kept() && random.nextDouble() < rate * candidate.times();
        return base || redrawn;
    }

    /** Values of one prompt. */
    private record Prompt(
            Habits habits, Candidate candidate, double times, Direction better, boolean ruined, Random random) {
        List<Measurement> draw(PromptCase prompt) {
            return switch (habits.kind()) {
                case RATE -> rates(prompt);
                case PICTURE -> pictures(prompt);
                case PROMPT -> List.of(set(prompt));
                case SHARE -> List.of(share(prompt));
                case DISTANCE ->
                    prompt.seeds().stream()
                            .map(s -> Measurement.ofDifference(
                                    prompt.id(),
                                    s,
                                    Math.abs(habits.middle() + habits.chance() * random.nextGaussian())))
                            .toList();
            };
        }

        /** For the worse, in the metric's own direction. */
        private double fall() {
            return !ruined ? 0 : better == Direction.HIGHER ? -habits.ruined() : habits.ruined();
        }

        private boolean keeps() {
            return random.nextDouble() < candidate.kept();
        }

        private List<Measurement> rates(PromptCase prompt) {
            double of = logit(habits.middle()) + Habits.SPREAD * random.nextGaussian();
            double base = inverse(of + Habits.OWN * random.nextGaussian());
            double other = Math.min(1, times * inverse(of + Habits.OWN * random.nextGaussian()));
            List<Measurement> pairs = new ArrayList<>();
            for (long seed : prompt.seeds()) {
                double b = random.nextDouble() < base ? 1 : 0;
                // What is kept of a picture without the defect may get it where there are more of them.
                double more = (times - 1) * base / (1 - base);
                double c =
                        keeps() ? Math.max(b, random.nextDouble() < more ? 1 : 0) : random.nextDouble() < other ? 1 : 0;
                pairs.add(pair(prompt, seed, b, ruined ? habits.ruined() : c));
            }
            return pairs;
        }

        private List<Measurement> pictures(PromptCase prompt) {
            double own = Habits.OWN * habits.chance() * random.nextGaussian();
            double others = Habits.OWN * habits.chance() * random.nextGaussian();
            List<Measurement> pairs = new ArrayList<>();
            for (long seed : prompt.seeds()) {
                double b = habits.middle() + own + habits.chance() * random.nextGaussian();
                double c = keeps() ? b : habits.middle() + others + habits.chance() * random.nextGaussian();
                pairs.add(pair(prompt, seed, b, c + fall()));
            }
            return pairs;
        }

        /** The less is kept, the more the sets of base and candidate differ by chance. */
        private Measurement set(PromptCase prompt) {
            double redrawn = Math.sqrt(
                    2 * (1 - candidate.kept()) * Habits.SEEDS / prompt.seeds().size());
            return Measurement.ofDifference(
                    prompt.id(), null, redrawn * habits.chance() * random.nextGaussian() + fall());
        }

        private Measurement share(PromptCase prompt) {
            double of = logit(habits.middle()) + Habits.SPREAD * random.nextGaussian();
            double difference = 0;
            for (int i = 0; i < prompt.seeds().size(); i++) {
                boolean b = random.nextDouble() < inverse(of);
                boolean c = keeps() ? b : random.nextDouble() < inverse(of);
                boolean right = c && !(ruined && random.nextDouble() < habits.ruined());
                difference += ((right ? 1 : 0) - (b ? 1 : 0))
                        / (double) prompt.seeds().size();
            }
            return Measurement.ofDifference(prompt.id(), null, difference);
        }

        private Measurement pair(PromptCase prompt, long seed, double base, double candidate) {
            return new Measurement(prompt.id(), seed, base, candidate, candidate - base);
        }

        private static double logit(double p) {
            return p <= 0 ? Double.NEGATIVE_INFINITY : Math.log(p / (1 - p));
        }

        private static double inverse(double logit) {
            return 1 / (1 + Math.exp(-logit));
        }
    }

    /** Tables in Markdown. */
    String tables() {
        StringBuilder text = new StringBuilder();
        text.append(
                "| candidate as good as the base | all criteria PASSED | any REGRESSED | the least sure |\n|---|---|---|---|\n");
        for (double kept : new double[] {0, 0.5, 0.8, 0.95}) {
            Result result = of(Candidate.equal(kept));
            text.append(row(
                    percent(kept) + " of the compositions kept",
                    percent(result.passed()),
                    percent(result.regressed()),
                    result.byCriterion().entrySet().stream()
                            .sorted(Map.Entry.comparingByValue())
                            .limit(3)
                            .map(e -> "`" + e.getKey() + "` " + percent(e.getValue()))
                            .collect(Collectors.joining(", "))));
        }
        text.append(
                "\n| candidate, half of the compositions kept | REGRESSED | INCONCLUSIVE | PASSED | what regressed most |\n|---|---|---|---|---|\n");
        for (Candidate candidate : Candidate.worse().toList()) {
            Result result = of(candidate);
            text.append(row(
                    candidate.name(),
                    percent(result.regressed()),
                    percent(1 - result.regressed() - result.passed()),
                    percent(result.passed()),
                    result.regressedBy().entrySet().stream()
                            .filter(e -> e.getValue() > 0.005)
                            .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                            .limit(3)
                            .map(e -> "`" + e.getKey() + "` " + percent(e.getValue()))
                            .collect(Collectors.joining(", "))));
        }
        return text.toString();
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    /** A suite's file, and how many runs (2000 if not given). */
    public static void main(String[] arguments) {
        Suite suite = SuiteFile.read(Path.of(arguments[0]));
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2000;
        System.out.print(new SuitePower(suite, runs).tables());
    }
}
