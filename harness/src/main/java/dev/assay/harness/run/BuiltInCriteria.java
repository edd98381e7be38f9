package dev.assay.harness.run;

import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.PreferenceGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/** Which of the built-in criteria a run has. */
final class BuiltInCriteria {
    private BuiltInCriteria() {}

    /**
     * Those of a plan. The base against itself cannot show that it was applied.
     *
     * @param rendered false where pictures exist already: then no model file is at hand
     * @param catalog tells the families of the suite's metrics
     */
    static List<Criterion> of(Plan plan, boolean rendered, MetricCatalog catalog) {
        List<Criterion> all = new ArrayList<>();
        if (rendered) {
            all.add(BuiltIn.PREFLIGHT);
        }
        if (!plan.candidate().equals(plan.base())) {
            all.add(BuiltIn.APPLIED);
        }
        if (RenderQueue.pictures(plan.suite()) > 1) {
            all.add(BuiltIn.DISTINCT);
        }
        if (rendered && plan.use().trigger().equals(Use.BOTH) && plan.rendersUntriggered()) {
            all.add(BuiltIn.TRIGGER_LEAK);
        }
        if (any(plan, catalog, PreferenceGuard::isPreference) && any(plan, catalog, PreferenceGuard::isGuarded)) {
            all.add(BuiltIn.PREFERENCE);
        }
        return all;
    }

    /** Whether a criterion of the suite is of a kind; one of an unknown metric is none, which the evaluation will say. */
    private static boolean any(Plan plan, MetricCatalog catalog, BiPredicate<Criterion, MetricInfo> kind) {
        return plan.suite().criteria().stream()
                .filter(c -> !c.soft())
                .anyMatch(c -> metric(c, catalog).filter(i -> kind.test(c, i)).isPresent());
    }

    /** The metric of any criterion; empty where there is none of that name. */
    static Optional<MetricInfo> metric(Criterion criterion, MetricCatalog catalog) {
        return BuiltIn.metric(criterion).or(() -> catalog.find(criterion.metric()));
    }
}
