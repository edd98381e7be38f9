package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.scorer.MetricCatalog;
import dev.assay.harness.scorer.MetricCatalogs;
import dev.assay.harness.scorer.MetricModels;
import dev.assay.harness.scorer.ModelRole;
import dev.assay.harness.scorer.ModelRoles;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void the_catalog_is_found_as_a_service_and_its_names_are_distinct() {
        MetricCatalog catalog = MetricCatalogs.onClassPath();
        assertThat(catalog.infos().stream().map(MetricInfo::name))
                .contains("blank-frame", "grid", "limbs", "clip-score", "vendi", "effect")
                .doesNotHaveDuplicates();
    }

    @Test
    void a_metric_opens_the_networks_that_it_says_and_no_other() {
        Metrics metrics = new Metrics();
        for (MetricInfo info : metrics.infos()) {
            Models models = new Models();
            if (metrics.needs(info.name()).isEmpty()) {
                assertThat(metrics.open(info.name(), info.parameters(), models).info())
                        .isEqualTo(info);
            } else {
                assertThatThrownBy(() -> metrics.open(info.name(), info.parameters(), models))
                        .hasMessage("no such network");
                assertThat(metrics.needs(info.name())).contains(models.asked);
            }
        }
    }

    @Test
    void every_network_has_a_metric_that_uses_it() {
        Metrics metrics = new Metrics();
        assertThat(metrics.infos().stream().flatMap(i -> metrics.needs(i.name()).stream()))
                .containsAll(ModelRoles.ALL);
    }

    private static final class Models implements MetricModels {
        private ModelRole<?> asked;

        @Override
        public <T> T get(ModelRole<T> role) {
            asked = role;
            throw new IllegalStateException("no such network");
        }

        @Override
        public void makeRoomFor(List<ModelRole<?>> roles) {}

        @Override
        public void close() {}
    }

    @Test
    void an_unknown_metric_or_parameter_is_an_error_that_says_what_there_is() {
        Metrics metrics = new Metrics();
        assertThatThrownBy(() -> metrics.open("gird", Map.of(), new Models()))
                .hasMessageStartingWith("no metric gird; there are ")
                .hasMessageContaining(" grid, ")
                .hasMessageEndingWith("; did you mean grid?");
        assertThatThrownBy(() -> metrics.open("vendi", Map.of("oder", 1.0), new Models()))
                .hasMessage("vendi: expected the parameters [order], found [oder]");
    }
}
