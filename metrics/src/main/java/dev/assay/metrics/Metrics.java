package dev.assay.metrics;

import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricCatalog;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.MetricModels;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** All metrics, one line each. */
public final class Metrics implements MetricCatalog {
    private static final List<Entry> ALL = List.of(
            new Entry(BlankFrameMetric.INFO, (models, p) -> new BlankFrameMetric()),
            new Entry(GridMetric.INFO, (models, p) -> new GridMetric()),
            new Entry(LimbsMetric.INFO, (models, p) -> LimbsMetric.with(models.detector())),
            new Entry(
                    ClipScoreMetric.INFO,
                    (models, p) -> new ClipScoreMetric(models.clip()::embed, models.clip()::embed)),
            new Entry(
                    RPrecisionMetric.INFO,
                    (models, p) -> new RPrecisionMetric(models.clip()::embed, models.clip()::embed)),
            new Entry(ClipIqaMetric.INFO, (models, p) -> new ClipIqaMetric(models.clip()::embed, models.clip()::embed)),
            new Entry(
                    AestheticMetric.INFO,
                    (models, p) -> new AestheticMetric(models.clip()::embed, models.aesthetic()::score)),
            new Entry(VendiMetric.INFO, (models, p) -> new VendiMetric(models.clip()::embed, p.get("order"))),
            new Entry(EffectMetric.INFO, (models, p) -> new EffectMetric()),
            new Entry(RenderCostMetric.SECONDS, (models, p) -> RenderCostMetric.seconds()),
            new Entry(RenderCostMetric.MEMORY, (models, p) -> RenderCostMetric.memory()));

    private record Entry(MetricInfo info, Opener opener) {}

    private interface Opener {
        Metric open(MetricModels models, Map<String, Double> parameters);
    }

    @Override
    public List<MetricInfo> infos() {
        return ALL.stream().map(Entry::info).toList();
    }

    @Override
    public Metric open(String name, Map<String, Double> parameters, MetricModels models) {
        Entry entry = ALL.stream()
                .filter(e -> e.info.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no metric " + name + "; there are "
                        + ALL.stream().map(e -> e.info.name()).collect(Collectors.joining(", "))));
        if (!parameters.keySet().equals(entry.info.parameters().keySet())) {
            throw new IllegalArgumentException(name + ": expected the parameters "
                    + new TreeSet<>(entry.info.parameters().keySet()) + ", found "
                    + new TreeSet<>(parameters.keySet()));
        }
        return entry.opener.open(models, parameters);
    }
}
