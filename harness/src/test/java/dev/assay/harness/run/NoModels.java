package dev.assay.harness.run;

import dev.assay.harness.scorer.MetricModels;
import dev.assay.harness.scorer.ModelRole;
import java.util.List;

/** For metrics that need no network. */
final class NoModels implements MetricModels {
    @Override
    public <T> T get(ModelRole<T> role) {
        throw new IllegalStateException("no such network");
    }

    @Override
    public void makeRoomFor(List<ModelRole<?>> roles) {}

    @Override
    public void close() {}
}
