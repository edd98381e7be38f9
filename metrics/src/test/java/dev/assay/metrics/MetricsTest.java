package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.nn.clip.AestheticHead;
import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.score.MetricCatalog;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.MetricModels;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final MetricModels NONE = new MetricModels() {
        @Override
        public ClipEncoder clip() {
            throw new IllegalStateException("clip opened");
        }

        @Override
        public Detector detector() {
            throw new IllegalStateException("detector opened");
        }

        @Override
        public AestheticHead aesthetic() {
            throw new IllegalStateException("aesthetic head opened");
        }

        @Override
        public void close() {}
    };

    @Test
    void the_catalog_is_found_as_a_service_and_knows_its_metrics() {
        MetricCatalog catalog =
                ServiceLoader.load(MetricCatalog.class).findFirst().orElseThrow();
        assertThat(catalog.infos().stream().map(MetricInfo::name))
                .containsExactly(
                        "blank-frame",
                        "grid",
                        "limbs",
                        "clip-score",
                        "r-precision",
                        "clip-iqa",
                        "aesthetic",
                        "vendi",
                        "effect",
                        "seconds",
                        "memory");
    }

    @Test
    void only_metrics_with_a_network_open_one() {
        Metrics metrics = new Metrics();
        for (String name : new String[] {"blank-frame", "grid", "effect"}) {
            assertThat(metrics.open(name, Map.of(), NONE).info().name()).isEqualTo(name);
        }
        assertThatThrownBy(() -> metrics.open("limbs", Map.of(), NONE)).hasMessage("detector opened");
        assertThatThrownBy(() -> metrics.open("clip-score", Map.of(), NONE)).hasMessage("clip opened");
    }

    @Test
    void an_unknown_metric_or_parameter_is_an_error_that_says_what_there_is() {
        Metrics metrics = new Metrics();
        assertThatThrownBy(() -> metrics.open("gird", Map.of(), NONE))
                .hasMessage(
                        "no metric gird; there are blank-frame, grid, limbs, clip-score, r-precision, clip-iqa, aesthetic, vendi, effect, seconds, memory");
        assertThatThrownBy(() -> metrics.open("vendi", Map.of("oder", 1.0), NONE))
                .hasMessage("vendi: expected the parameters [order], found [oder]");
    }
}
