package dev.assay.harness.nn.perceptual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.weights.StateDict;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // scopes work by being open
class SscdTest {
    @Test
    void the_vector_equals_that_of_torchvisions_resnet_with_the_pooling_of_sscd() {
        JsonNode golden = Pictures.golden().path("sscd");
        try (PointerScope scope = new PointerScope();
                Sscd sscd = Sscd.of(StateDict.of(TestWeights.resnet50()))) {
            float[] a = sscd.embed(Pictures.hashed("picture 0", 96, 120));
            float[] b = sscd.embed(Pictures.hashed("picture 1", 96, 120));
            assertThat(a).hasSize(512).hasSize(golden.path("vector").size());
            double cosine = 0;
            for (int i = 0; i < a.length; i++) {
                cosine += (double) a[i] * b[i];
                assertThat((double) a[i])
                        .as("value %d", i)
                        .isCloseTo(golden.path("vector").path(i).asDouble(), within(1e-5));
            }
            assertThat(cosine).isCloseTo(golden.path("cosine").asDouble(), within(1e-6));
        }
    }

    @Test
    void torchscript_is_refused_and_the_same_weights_named() {
        assertThatThrownBy(() -> Sscd.open(Path.of("sscd_disc_mixup.torchscript.pt"), "cpu"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("take the same weights as sscd_disc_mixup.torchvision.pt");
    }

    @Test
    void another_network_is_refused() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> weights = TestWeights.resnet50();
            weights.keySet().removeIf(name -> name.startsWith("layer3.5."));
            assertThatThrownBy(() -> Sscd.of(StateDict.of(weights)))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("missing: layer3.5.conv1.weight");
        }
    }
}
