package dev.assay.harness.run;

import dev.assay.harness.render.Finding;
import dev.assay.harness.run.RunRecord.PairEntry;
import dev.assay.harness.run.RunRecord.VerdictEntry;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.verdict.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * The checks of every run beside the suite's criteria. {@code preflight}: can the files work at all, told without rendering.
 * {@code applied}: proof in the pictures that the candidate was applied; without it every other criterion would compare the
 * base with itself, and pass. {@code distinct}: does the candidate paint different pictures where the base does ({@link Twins}); a model that
 * paints one picture has no grid and changes much. {@code preference}: whether liking was bought, where a suite asks for both sides ({@link PreferenceGuard}).
 */
public final class BuiltIn {
    static final Criterion PREFLIGHT = criterion("preflight", Criterion.Rule.NONE_NEW);
    static final Criterion APPLIED = criterion("applied", Criterion.Rule.EFFECTIVE);
    static final Criterion DISTINCT = criterion("distinct", Criterion.Rule.NONE_NEW);
    static final Criterion PREFERENCE = criterion("preference", Criterion.Rule.NONE_NEW);

    private static final List<Criterion> ALL = List.of(PREFLIGHT, APPLIED, DISTINCT, PREFERENCE);

    /** Their metrics, which are in no catalog. */
    public static final Set<String> NAMES = ALL.stream().map(Criterion::metric).collect(Collectors.toUnmodifiableSet());

    /** Reason of the criteria that nothing was rendered for. */
    static final String NOT_RENDERED = "no picture was made: the files cannot work, as preflight says";

    private static final double MOST_ALIKE = 0.25; // of the pictures, where none is another one pixel by pixel

    private BuiltIn() {}

    /**
     * Those of a plan. The base against itself cannot show that it was applied.
     *
     * @param rendered false where pictures exist already: then no model file is at hand
     * @param catalog tells the families of the suite's metrics
     */
    static List<Criterion> of(Plan plan, boolean rendered, MetricCatalog catalog) {
        List<Criterion> all = new ArrayList<>();
        if (rendered) {
            all.add(PREFLIGHT);
        }
        if (!plan.candidate().equals(plan.base())) {
            all.add(APPLIED);
        }
        if (Gallery.pictures(plan.suite()) > 1) {
            all.add(DISTINCT);
        }
        if (any(plan, catalog, PreferenceGuard::isPreference) && any(plan, catalog, PreferenceGuard::isGuarded)) {
            all.add(PREFERENCE);
        }
        return all;
    }

    /** Whether a criterion of the suite is of a kind; one of an unknown metric is none, which the evaluation will say. */
    private static boolean any(Plan plan, MetricCatalog catalog, BiPredicate<String, Criterion.Rule> kind) {
        return plan.suite().criteria().stream()
                .anyMatch(c -> catalog.infos().stream()
                        .anyMatch(i -> i.name().equals(c.metric())
                                && kind.test(i.family().word(), c.rule())));
    }

    static boolean isOne(Criterion criterion) {
        return ALL.contains(criterion);
    }

    /** The word by which reports group it. */
    static String family(Criterion criterion) {
        return switch (criterion.metric()) {
            case "preflight" -> "file";
            case "preference" -> "aesthetic";
            case "distinct" -> "diversity";
            default -> "effect";
        };
    }

    /** @param findings about the models' files; an error is a regression */
    static VerdictEntry preflight(Plan plan, List<Finding> findings) {
        int files = 1 + plan.candidate().loras().size();
        String errors = texts(findings, Finding.Level.ERROR);
        String warnings = texts(findings, Finding.Level.WARNING);
        return errors.isEmpty()
                ? entry(
                        PREFLIGHT,
                        Outcome.PASSED,
                        files,
                        List.of(),
                        "nothing in the files keeps the candidate from working"
                                + (warnings.isEmpty() ? "" : "; " + warnings))
                : entry(PREFLIGHT, Outcome.REGRESSED, files, List.of(), errors);
    }

    /**
     * @param distances of every pair: root mean square between base and candidate picture, in grey levels
     * @param noise the same between two renders of one request; empty where a renderer cannot repeat
     * @param noticed what the renderer said about applying the candidate; an error is a regression, a warning is said
     */
    static VerdictEntry applied(List<PairEntry> distances, List<Double> noise, List<Finding> noticed) {
        double[] sorted =
                distances.stream().mapToDouble(PairEntry::difference).sorted().toArray();
        if (sorted.length == 0) {
            return entry(APPLIED, Outcome.BROKEN, 0, List.of(), "no pair of pictures was compared");
        }
        double floor = noise.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        long changed = Arrays.stream(sorted).filter(d -> d > floor).count();
        // Without noise any changed pixel is proof. With noise, some pairs exceed the few repeats by chance: most must.
        boolean applied = floor == 0 ? changed > 0 : 2 * changed > sorted.length;
        String found = String.format(
                Locale.ROOT,
                "%d of %d pictures differ from the base's%s; on average by %s grey levels",
                changed,
                sorted.length,
                noise.isEmpty() ? "" : " beyond the noise floor (" + Numbers.of(floor) + ")",
                Numbers.of(Arrays.stream(sorted).average().orElseThrow()));
        String errors = texts(noticed, Finding.Level.ERROR);
        if (!errors.isEmpty()) {
            return entry(
                    APPLIED,
                    Outcome.REGRESSED,
                    sorted.length,
                    distances,
                    "not applied as it is: " + errors + "; " + found);
        }
        String warnings = texts(noticed, Finding.Level.WARNING);
        return applied
                ? entry(
                        APPLIED,
                        Outcome.PASSED,
                        sorted.length,
                        distances,
                        found + (warnings.isEmpty() ? "" : "; " + warnings))
                : entry(APPLIED, Outcome.REGRESSED, sorted.length, distances, "not applied: " + found);
    }

    /**
     * Any picture that is another one pixel by pixel is new, and so is a quarter of them that nearly are: fewer may resemble each other by chance.
     */
    static VerdictEntry distinct(Twins.Result twins) {
        List<PairEntry> measured = twins.found().stream()
                .map(f -> new PairEntry(f.painted().caseId(), f.painted().seed(), null, null, f.twin() == null ? 0 : 1))
                .toList();
        int all = measured.size();
        List<Twins.Found> same =
                twins.found().stream().filter(f -> f.twin() != null).toList();
        if (all == 0) {
            return entry(
                    DISTINCT,
                    Outcome.INCONCLUSIVE,
                    0,
                    List.of(),
                    twins.looked() < 2
                            ? "there are no two pictures to compare"
                            : "the base itself paints one picture for all prompts and seeds, so that nothing tells"
                                    + " whether the candidate does");
        }
        if (same.isEmpty()) {
            return entry(
                    DISTINCT,
                    Outcome.PASSED,
                    all,
                    measured,
                    all + " pictures differ from each other, as the base's do");
        }
        long exact = same.stream().filter(Twins.Found::exact).count();
        Twins.Found example =
                same.stream().filter(f -> exact == 0 || f.exact()).findFirst().orElseThrow();
        String found = String.format(
                Locale.ROOT,
                "%d of %d pictures are the same as another one%s, where the base's differ: %s and %s",
                same.size(),
                all,
                exact == 0 ? ", or nearly" : ", " + exact + " of them pixel by pixel",
                named(example.painted()),
                named(example.twin()));
        return exact > 0 || same.size() > MOST_ALIKE * all
                ? entry(DISTINCT, Outcome.REGRESSED, all, measured, found)
                : entry(DISTINCT, Outcome.PASSED, all, measured, found + "; a quarter may, by chance");
    }

    private static String named(Twins.Painted painted) {
        return painted.caseId() + " with seed " + painted.seed();
    }

    /** @param others verdicts of the suite's criteria */
    static VerdictEntry preference(Collection<VerdictEntry> others) {
        PreferenceGuard.Found found = PreferenceGuard.judge(others);
        return entry(PREFERENCE, found.outcome(), others.size(), List.of(), found.reason());
    }

    private static String texts(List<Finding> findings, Finding.Level level) {
        return findings.stream()
                .filter(f -> f.level() == level)
                .map(Finding::text)
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private static String unit(Criterion criterion) {
        return switch (criterion.metric()) {
            case "applied" -> "grey levels";
            case "preference" -> "criteria";
            case "distinct" -> "of pictures";
            default -> "files";
        };
    }

    private static Criterion criterion(String name, Criterion.Rule rule) {
        return new Criterion(name, List.of(), rule, 0, 1, Criterion.Severity.BLOCKER, Map.of());
    }

    private static VerdictEntry entry(
            Criterion criterion, Outcome outcome, int pairs, List<PairEntry> measurements, String reason) {
        Double mean = measurements.isEmpty()
                ? null
                : measurements.stream()
                        .mapToDouble(PairEntry::difference)
                        .average()
                        .orElseThrow();
        return new VerdictEntry(
                criterion.id(),
                criterion.metric(),
                "1",
                family(criterion),
                criterion.scope(),
                outcome.name(),
                mean,
                null,
                RecordBuilder.CONFIDENCE,
                criterion.margin(),
                criterion.rule().name(),
                criterion.severity().name(),
                criterion.equals(DISTINCT) ? "LOWER" : "HIGHER",
                unit(criterion),
                null,
                null,
                (int) measurements.stream().map(PairEntry::caseId).distinct().count(),
                pairs,
                0,
                Map.of(),
                null,
                reason,
                new ArrayList<>(measurements),
                List.of());
    }
}
