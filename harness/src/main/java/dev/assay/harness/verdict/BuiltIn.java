package dev.assay.harness.verdict;

import dev.assay.harness.model.Finding;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.suite.Criterion;
import java.util.Collection;
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
 * paints one picture has no grid and changes much. {@code preference}: whether liking was bought, where a suite asks for both sides ({@link PreferenceGuard}).
 */
public final class BuiltIn {
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
