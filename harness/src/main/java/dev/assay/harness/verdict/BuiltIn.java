package dev.assay.harness.verdict;

import dev.assay.harness.model.Finding;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.suite.Asked;
import dev.assay.harness.suite.Criterion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The checks of every run beside the suite's criteria. {@code preflight}: can the files work at all, told without rendering.
 * {@code applied}: proof in the pictures that the candidate was applied; without it every other criterion would compare the
 * base with itself, and pass. {@code distinct}: does the candidate paint different pictures where the base does; a model that
 * paints one picture has no grid and changes much. {@code preference}: whether liking was bought, where a suite asks for both sides ({@link PreferenceGuard}). {@code
 * trigger-leak}: how much of the effect is there without the trigger words, where a run asks both ways.
 */
public final class BuiltIn {
    /** Of the effect with the trigger; more of it without is worth a word. */
    public static final double MAX_LEAK = 0.2;

    private static final Map<Criterion, MetricInfo> METRICS = new LinkedHashMap<>();

    public static final Criterion PREFLIGHT = criterion(
            Criterion.Rule.NO_NEW_DEFECTS,
            metric(
                    "preflight",
                    "Can the candidate's files work at all?",
                    Family.FILE,
                    Direction.HIGHER,
                    "files",
                    Range.open()));
    public static final Criterion APPLIED = criterion(
            Criterion.Rule.HAS_EFFECT,
            metric(
                    "applied",
                    "Was the candidate really applied to the model?",
                    Family.EFFECT,
                    Direction.HIGHER,
                    "grey levels",
                    Range.closed(0, 255)));
    public static final Criterion DISTINCT = criterion(
            Criterion.Rule.NO_NEW_DEFECTS,
            metric(
                    "distinct",
                    "Do different prompts and seeds still give different pictures?",
                    Family.DIVERSITY,
                    Direction.LOWER,
                    "of pictures",
                    Range.rate()));
    public static final Criterion PREFERENCE = criterion(
            Criterion.Rule.NO_NEW_DEFECTS,
            metric(
                    "preference",
                    "Was liking gained without artifacts or sameness in return?",
                    Family.AESTHETIC,
                    Direction.HIGHER,
                    "criteria",
                    Range.open()));

    /** Soft: a strong effect without its words is no damage, but news for who uses the file. */
    public static final Criterion TRIGGER_LEAK = leak(metric(
            "trigger-leak",
            "Does the effect stay away where the trigger is not asked for?",
            Family.EFFECT,
            Direction.LOWER,
            "of the effect",
            Range.open()));

    /** Their metrics, which are in no catalog. */
    public static final Set<String> NAMES =
            METRICS.keySet().stream().map(Criterion::metric).collect(Collectors.toUnmodifiableSet());

    private static final double MAX_ALIKE = 0.25; // of the pictures, where none is another one pixel by pixel

    private BuiltIn() {}

    private static MetricInfo metric(
            String name, String question, Family family, Direction better, String unit, Range range) {
        return new MetricInfo(name, "1", question, family, better, unit, range, "own definition; part of every run");
    }

    private static Criterion criterion(Criterion.Rule rule, MetricInfo metric) {
        Criterion criterion = new Criterion(metric.name(), List.of(), rule, 0, 1, Criterion.Severity.BLOCKER, Map.of());
        METRICS.put(criterion, metric);
        return criterion;
    }

    private static Criterion leak(MetricInfo metric) {
        Criterion criterion = new Criterion(
                metric.name(),
                List.of(),
                Criterion.Rule.NON_INFERIOR,
                MAX_LEAK,
                1,
                Criterion.Severity.NORMAL,
                Map.of(),
                null,
                List.of(),
                true,
                Asked.Arm.UNTRIGGERED,
                Map.of());
        METRICS.put(criterion, metric);
        return criterion;
    }

    public static boolean isBuiltIn(Criterion criterion) {
        return METRICS.containsKey(criterion);
    }

    /** Of a built-in criterion; empty for any other. */
    public static Optional<MetricInfo> metric(Criterion criterion) {
        return Optional.ofNullable(METRICS.get(criterion));
    }

    /**
     * @param files that were looked into
     * @param findings about them; an error is a regression
     */
    public static Verdict preflight(int files, List<Finding> findings) {
        List<String> errors = texts(findings, Finding.Level.ERROR);
        return verdict(
                PREFLIGHT,
                errors.isEmpty() ? Outcome.PASSED : Outcome.REGRESSED,
                Comparison.ofChecks(files),
                errors.isEmpty()
                        ? new Reason.FilesCanWork(texts(findings, Finding.Level.WARNING))
                        : new Reason.FilesCannotWork(errors));
    }

    /**
     * @param distances of every pair: root mean square between base and candidate picture, in grey levels
     * @param noise the same between two renders of one request; empty where a renderer cannot repeat
     * @param noticed what the renderer said about applying the candidate; an error is a regression, a warning is said
     */
    public static Verdict applied(List<Measurement> distances, List<Double> noise, List<Finding> noticed) {
        Comparison c = Comparison.ofMean(distances);
        if (c.pairs() == 0) {
            return verdict(APPLIED, Outcome.BROKEN, c, new Reason.NothingPaired());
        }
        double floor = noise.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        int changed =
                (int) distances.stream().filter(d -> d.difference() > floor).count();
        // Without noise any changed pixel is proof. With noise, some pairs exceed the few repeats by chance: most must.
        boolean applied = floor == 0 ? changed > 0 : 2 * changed > c.pairs();
        Reason.Change change = new Reason.Change(
                changed, c.pairs(), noise.isEmpty() ? Optional.empty() : Optional.of(floor), c.estimate());
        List<String> errors = texts(noticed, Finding.Level.ERROR);
        Reason reason = !errors.isEmpty()
                ? new Reason.NotAppliedAsIs(change, errors)
                : applied
                        ? new Reason.Applied(change, texts(noticed, Finding.Level.WARNING))
                        : new Reason.NotApplied(change);
        return verdict(APPLIED, applied && errors.isEmpty() ? Outcome.PASSED : Outcome.REGRESSED, distances, reason);
    }

    /**
     * Any picture that is another one pixel by pixel is new, and so is a quarter of them that nearly are: fewer may resemble each other by chance.
     */
    public static Verdict distinct(Alike alike) {
        int all = alike.measured().size();
        if (all == 0) {
            Reason none = alike.looked() < 2 ? new Reason.NothingToTellApart() : new Reason.BasePaintsOne();
            return verdict(DISTINCT, Outcome.INCONCLUSIVE, Comparison.NOTHING, none);
        }
        int same = alike.same();
        boolean tooMany = alike.exact() > 0 || same > MAX_ALIKE * all;
        return verdict(
                DISTINCT,
                tooMany ? Outcome.REGRESSED : Outcome.PASSED,
                alike.measured(),
                alike.example()
                        .<Reason>map(
                                e -> new Reason.SamePictures(same, all, alike.exact(), e.one(), e.other(), !tooMany))
                        .orElseGet(() -> new Reason.AllDiffer(all)));
    }

    /** @param others verdicts on the suite's criteria */
    public static Verdict preference(Collection<Verdict> others) {
        Judgement found = PreferenceGuard.judge(others);
        return verdict(PREFERENCE, found.outcome(), Comparison.ofChecks(others.size()), found.reason());
    }

    /**
     * How much of the effect is there without the trigger: effect(off) / effect(on), each the mean distance of the candidate's pictures from the base's,
     * which has the plain prompt both times. Words that a base does not know move its pictures too, so a leak may be more than this says, never less.
     *
     * @param on distances of the candidate's pictures with the trigger, in their clusters
     * @param off of those without it; pairs that are not in {@code on} are left out
     */
    public static Verdict leak(List<Clustered> on, List<Measurement> off) {
        Map<Place, Double> without = new HashMap<>();
        off.forEach(m -> without.put(new Place(m.caseId(), seed(m)), m.difference()));
        List<Clustered> both = on.stream()
                .filter(c -> without.containsKey(new Place(c.pair().caseId(), seed(c.pair()))))
                .toList();
        List<MeanRatio.Pair> pairs = both.stream()
                .map(c -> new MeanRatio.Pair(
                        c.cluster(),
                        without.getOrDefault(new Place(c.pair().caseId(), seed(c.pair())), Double.NaN),
                        c.pair().difference()))
                .toList();
        MeanRatio ratio = MeanRatio.of(pairs, Comparison.CONFIDENCE);
        double effect = pairs.stream()
                .mapToDouble(MeanRatio.Pair::denominator)
                .average()
                .orElse(0);
        int prompts =
                (int) pairs.stream().map(MeanRatio.Pair::cluster).distinct().count();
        Comparison c = new Comparison(
                ratio.ratio(), ratio.lower(), ratio.upper(), Comparison.CONFIDENCE, prompts, pairs.size(), 0);
        if (!ratio.hasInterval()) {
            return verdict(
                    TRIGGER_LEAK,
                    Outcome.INCONCLUSIVE,
                    Comparison.ofChecks(pairs.size()),
                    new Reason.NoEffectToLeak(effect, prompts));
        }
        Judgement judged = Judgement.ofLeak(c, effect);
        List<Measurement> shares = new ArrayList<>();
        for (int i = 0; i < both.size(); i++) {
            Measurement pair = both.get(i).pair();
            shares.add(Measurement.ofDifference(
                    pair.caseId(), pair.seed(), pairs.get(i).numerator() / effect));
        }
        return new Verdict(
                TRIGGER_LEAK,
                metric(TRIGGER_LEAK).orElseThrow(),
                judged.outcome(),
                c,
                judged.reason(),
                Scored.of(shares),
                List.of());
    }

    private static long seed(Measurement m) {
        return m.seed() == null ? -1 : m.seed();
    }

    private static List<String> texts(List<Finding> findings, Finding.Level level) {
        return findings.stream()
                .filter(f -> f.level() == level)
                .map(Finding::text)
                .distinct()
                .toList();
    }

    private static Verdict verdict(Criterion criterion, Outcome outcome, Comparison comparison, Reason reason) {
        return new Verdict(
                criterion, metric(criterion).orElseThrow(), outcome, comparison, reason, Scored.NOTHING, List.of());
    }

    private static Verdict verdict(Criterion criterion, Outcome outcome, List<Measurement> measured, Reason reason) {
        return new Verdict(
                criterion,
                metric(criterion).orElseThrow(),
                outcome,
                Comparison.ofMean(measured),
                reason,
                Scored.of(measured),
                List.of());
    }
}
