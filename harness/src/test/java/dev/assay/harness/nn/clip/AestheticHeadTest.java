package dev.assay.harness.nn.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AestheticHeadTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/aesthetic");

    @ParameterizedTest
    @ValueSource(strings = {"head.pth", "head.safetensors"})
    void folded_to_one_map_it_scores_as_torch_does_layer_by_layer(String file) throws IOException {
        AestheticHead head = AestheticHead.open(GOLDEN.resolve(file));
        JsonNode golden =
                new ObjectMapper().readTree(GOLDEN.resolve("golden.json").toFile());

        assertThat(head.inputs()).isEqualTo(24);
        assertThat(golden.get("scores")).hasSize(3);
        for (int i = 0; i < 3; i++) {
            float[] vector = new float[24];
            for (int k = 0; k < 24; k++) {
                vector[k] = (float) golden.get("vectors").get(i).get(k).asDouble();
            }
            assertThat(head.score(vector)).isEqualTo(golden.get("scores").get(i).asDouble(), within(1e-9));
        }
    }

    @Test
    void a_vector_of_another_encoder_is_refused() {
        AestheticHead head = AestheticHead.open(GOLDEN.resolve("head.safetensors"));
        assertThatThrownBy(() -> head.score(new float[512]))
                .hasMessageContaining("scores vectors of 24 numbers, found 512");
    }

    @Test
    void another_model_is_refused_by_its_tensors() {
        assertThatThrownBy(() ->
                        AestheticHead.open(Path.of("src/test/resources/golden/networks/text_gelu/model.safetensors")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected an aesthetic head");
    }
}
