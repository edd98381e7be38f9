package dev.assay.harness.scorer;

import dev.assay.harness.model.hub.WeightsTable;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.DidYouMean;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Metrics of one module. Each is a service, named in {@code META-INF/services/dev.assay.harness.scorer.MetricCatalog} of its jar; a run has the
 * metrics of all that are on the class path ({@link MetricCatalogs}). Listing metrics is free; opening one loads networks.
 */
@FunctionalInterface
public interface MetricCatalog {
    List<MetricEntry> entries();

    default List<MetricInfo> infos() {
        return entries().stream().map(MetricEntry::info).toList();
    }

    /** Every network that a suite may name weights for: ours, and those of other modules' metrics. */
    default List<ModelRole<?>> roles() {
        return Stream.concat(
                        ModelRoles.ALL.stream(),
                        entries().stream().flatMap(e -> e.needs().stream()).filter(r -> !r.equals(ModelRoles.JUDGE)))
                .distinct()
                .toList();
    }

    /** What is known of the weights of all networks. */
    default WeightsTable weights() {
        return new WeightsTable(roles().stream().map(ModelRole::weights).toList());
    }

    /**
     * The networks that a metric uses; empty for arithmetic on pixels.
     *
     * @throws AssayException when there is no such metric
     */
    default List<ModelRole<?>> needs(String name) {
        return entry(name).needs();
    }

    /**
     * Opens a metric.
     *
     * @param parameters complete: every parameter of the metric's information, no other
     * @throws IllegalArgumentException on another parameter
     * @throws AssayException when there is no such metric, when a parameter is out of range, or when the metric is not what
     *     the catalog says
     */
    default Metric open(String name, Map<String, Double> parameters, MetricModels models) {
        MetricEntry entry = entry(name);
        if (!parameters.keySet().equals(entry.info().parameters().keySet())) {
            throw new IllegalArgumentException(name + ": expected the parameters "
                    + new TreeSet<>(entry.info().parameters().keySet()) + ", found "
                    + new TreeSet<>(parameters.keySet()));
        }
        Metric metric = entry.opener().open(models, parameters);
        MetricInfo own = metric == null ? null : metric.info();
        if (!entry.info().equals(own)) {
            throw new AssayException(
                    "metric " + name + ": expected a metric with the information that its catalog lists, "
                            + entry.info() + ", found " + own);
        }
        return metric;
    }

    /**
     * See {@link MetricEntry#code}.
     *
     * @throws AssayException when there is no such metric
     */
    default String code(String name) {
        return entry(name).code();
    }

    /** The metric of a name; empty where there is none. */
    default Optional<MetricInfo> find(String name) {
        return infos().stream().filter(i -> i.name().equals(name)).findFirst();
    }

    /**
     * The metric of a name.
     *
     * @throws AssayException where there is none; it says which there are
     */
    default MetricInfo named(String name) {
        return entry(name).info();
    }

    private MetricEntry entry(String name) {
        return entries().stream()
                .filter(e -> e.info().name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> names = infos().stream().map(MetricInfo::name).toList();
                    return new AssayException("no metric " + name + "; there are " + String.join(", ", names)
                            + DidYouMean.hint(name, names));
                });
    }
}
