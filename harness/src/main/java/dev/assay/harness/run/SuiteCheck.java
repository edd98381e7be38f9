package dev.assay.harness.run;

import dev.assay.harness.score.Direction;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.scorer.ModelRoles;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteException;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.DidYouMean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether the metrics that exist can judge what a suite asks; told from the suite alone, without a network or a picture. */
final class SuiteCheck {
    private SuiteCheck() {}

    /** @throws SuiteException on a metric, parameter, rule, margin or role of weights that there is not */
    static void require(Suite suite, MetricCatalog catalog) {
        if (suite.models().containsKey(ModelRoles.JUDGE.name())) { // it is sent the pictures, and a token
            throw new SuiteException(
                    suite.name() + ": models.judge: no suite can name it; it is " + ModelRoles.JUDGE.needs());
        }
        List<String> roles = catalog.roles().stream().map(ModelRole::name).toList();
        for (String role : suite.models().keySet()) {
            if (!roles.contains(role)) {
                throw new SuiteException(suite.name() + ": models." + role + ": expected one of the roles "
                        + String.join(", ", roles) + DidYouMean.hint(role, roles));
            }
        }
        suite.criteria().forEach(c -> parameters(suite, c, catalog));
    }

    /**
     * As {@link #require(Suite, MetricCatalog)}, and names the place of a metric that there is not.
     *
     * @param file of the suite, for messages
     * @param whole with all criteria of the file
     */
    static void require(String file, Suite whole, MetricCatalog catalog) {
        for (int i = 0; i < whole.criteria().size(); i++) {
            info(file + ": criteria[" + i + "].metric", whole.criteria().get(i).metric(), catalog);
        }
        require(whole, catalog);
    }

    static MetricInfo info(String where, String metric, MetricCatalog catalog) {
        try {
            return catalog.named(metric);
        } catch (AssayException none) {
            boolean ownAlone = catalog.entries().stream().allMatch(e -> e.code().isEmpty());
            String hint = ownAlone ? "; metrics of another jar are given with assay.metrics" : "";
            throw new SuiteException(where + ": " + none.getMessage() + hint, none);
        }
    }

    /** All parameters of the criterion's metric: its own, and the metric's defaults. */
    static Map<String, Double> parameters(Suite suite, Criterion criterion, MetricCatalog catalog) {
        MetricInfo info = info(suite.name(), criterion.metric(), catalog);
        String where = suite.name() + ": criterion " + criterion.id() + ": ";
        Map<String, Double> parameters = new LinkedHashMap<>(info.parameters());
        criterion.parameters().forEach((name, value) -> {
            if (parameters.replace(name, value) == null) {
                throw new SuiteException(where + "no parameter " + name + "; there are "
                        + String.join(", ", parameters.keySet())
                        + DidYouMean.hint(name, parameters.keySet()));
            }
        });
        boolean rates = criterion.rule() == Criterion.Rule.DEFECT_RATE_NON_INFERIOR;
        if (rates && (!info.range().isRate() || info.better() == Direction.TWO_SIDED)) {
            throw new SuiteException(where + "the rule DEFECT_RATE_NON_INFERIOR expects a metric of 0 or 1; "
                    + info.name() + " gives " + info.range() + " (NON_INFERIOR serves it)");
        }
        if (criterion.rule() == Criterion.Rule.SUPERIOR && info.better() == Direction.TWO_SIDED) {
            throw new SuiteException(where + "the rule SUPERIOR expects a metric of which more or less is better; "
                    + info.name() + " has no such direction");
        }
        if (criterion.rule() != Criterion.Rule.HAS_EFFECT && criterion.margin() > info.maxMargin()) {
            throw new SuiteException(where + "margin: expected at most " + info.maxMargin() + " "
                    + info.unit() + ", found " + criterion.margin()
                    + ", which nothing that a picture shows would exceed");
        }
        return parameters;
    }
}
