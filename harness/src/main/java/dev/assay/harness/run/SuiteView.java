package dev.assay.harness.run;

import dev.assay.harness.model.FileHashes;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricCatalogs;
import dev.assay.harness.suite.BundledSuites;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.text.Numbers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A suite as a person wants to know it before a run.
 *
 * @param criteria in the suite's order
 */
public record SuiteView(Suite suite, List<Asked> criteria) {
    public SuiteView {
        criteria = List.copyOf(criteria);
    }

    /**
     * A criterion.
     *
     * @param family in a word; {@code unknown} where there is no such metric
     * @param question of its metric; empty where there is none
     * @param rule with its margin, in words
     */
    public record Asked(String id, String family, String question, String rule) {}

    /** All that are bundled, by name. */
    public static List<SuiteView> bundled() {
        MetricCatalog catalog = catalog();
        return BundledSuites.names().stream()
                .map(name -> of(BundledSuites.find(name).orElseThrow().suite(), catalog))
                .toList();
    }

    /**
     * @param name of a bundled suite, or a file
     * @throws dev.assay.harness.text.AssayException on a name that is neither, and on a file that is no suite
     */
    public static SuiteView of(Path root, String name) {
        return of(Session.suite(name, root, name).suite(), catalog());
    }

    private static MetricCatalog catalog() {
        return MetricCatalogs.with(List.of(), new FileHashes());
    }

    private static SuiteView of(Suite suite, MetricCatalog catalog) {
        return new SuiteView(
                suite, suite.criteria().stream().map(c -> asked(c, catalog)).toList());
    }

    private static Asked asked(Criterion criterion, MetricCatalog catalog) {
        Optional<MetricInfo> metric = catalog.find(criterion.metric());
        String unit = metric.map(m -> " " + m.unit()).orElse("");
        String margin = Numbers.of(criterion.margin()) + unit;
        String rule = switch (criterion.rule()) {
            case NON_INFERIOR -> "may be worse by at most " + margin;
            case DEFECT_RATE_NON_INFERIOR ->
                "at most " + Numbers.of(100 * criterion.margin()) + " points more pictures with the defect";
            case NO_NEW_DEFECTS -> "no picture may have it where the base's has not";
            case SUPERIOR -> "must be better by more than " + margin;
            case HAS_EFFECT -> "must change pictures by more than " + margin + " beyond the renderer's noise";
        };
        String scope = criterion.tags().isEmpty() ? "" : "; on prompts tagged " + String.join(", ", criterion.tags());
        return new Asked(
                criterion.id(),
                metric.map(m -> m.family().word()).orElse("unknown"),
                metric.map(MetricInfo::question).orElse(""),
                rule + scope);
    }

    /** {@code 44 prompts, 88 seeds: 176 pictures with both models}. */
    public String size() {
        int seeds = RenderQueue.pictures(suite);
        return Numbers.counted(suite.cases().size(), "prompt", "prompts") + ", "
                + Numbers.counted(2 * seeds, "picture", "pictures") + " with both models";
    }

    /** What is asked about, each family once. */
    public List<String> families() {
        return criteria.stream().map(Asked::family).distinct().toList();
    }

    /** Networks, by role. */
    public String needs() {
        return suite.models().isEmpty()
                ? "no weights"
                : "weights for "
                        + String.join(
                                ", ", suite.models().keySet().stream().sorted().toList());
    }
}
