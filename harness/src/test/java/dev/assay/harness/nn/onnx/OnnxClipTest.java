package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxClipTest {
    private static OnnxClip clip;

    @BeforeAll
    static void open() {
        clip = OnnxClip.open(OnnxGolden.folder(), 1);
    }

    @AfterAll
    static void close() {
        clip.close();
    }

    @Test
    void pixels_are_those_of_transformers() {
        for (JsonNode row : OnnxGolden.JSON.get("pictures")) {
            float[] found = clip.pixels(OnnxGolden.picture(row));
            double[] expected = OnnxGolden.doubles(row.get("pixels")); // every 37th
            for (int i = 0; i < expected.length; i++) {
                // a wrong 8-bit level would be off by 0.014
                assertThat((double) found[37 * i]).isCloseTo(expected[i], within(1e-6));
            }
        }
    }

    @Test
    void picture_embeddings_are_those_of_onnxruntime() {
        assertThat(OnnxGolden.JSON.get("pictures").size()).isEqualTo(3);
        for (JsonNode row : OnnxGolden.JSON.get("pictures")) {
            same(clip.embed(OnnxGolden.picture(row)), OnnxGolden.doubles(row.get("embedding")));
        }
    }

    @Test
    void tokens_and_text_embeddings_are_those_of_python_and_the_end_survives_truncation() {
        assertThat(OnnxGolden.JSON.get("texts").size()).isEqualTo(5);
        for (JsonNode row : OnnxGolden.JSON.get("texts")) {
            String text = row.get("text").asText();
            assertThat(clip.ids(text))
                    .as(text)
                    .containsExactly(java.util.Arrays.stream(OnnxGolden.doubles(row.get("ids")))
                            .mapToLong(d -> (long) d)
                            .toArray());
            same(clip.embed(text), OnnxGolden.doubles(row.get("embedding")));
        }
    }

    @Test
    void embeddings_are_unit_vectors_and_a_caller_cannot_spoil_the_next_one() {
        Image image = OnnxGolden.picture(OnnxGolden.JSON.get("pictures").get(0));
        float[] first = clip.embed(image);
        double squares = 0;
        for (float v : first) {
            squares += v * v;
        }
        assertThat(squares).isCloseTo(1, within(1e-6));
        float[] copy = first.clone();
        first[0] = 99;
        assertThat(clip.embed(image)).containsExactly(copy);
    }

    @Test
    void a_folder_without_the_networks_is_an_error_that_says_what_is_needed(@TempDir Path folder) {
        assertThatThrownBy(() -> OnnxClip.open(folder, 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected a CLIP folder with visual.onnx, found none");
    }

    @Test
    void a_file_that_is_no_network_is_an_error(@TempDir Path folder) throws IOException {
        for (String name :
                new String[] {"textual.onnx", "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json"}) {
            Files.copy(OnnxGolden.folder().resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("visual.onnx"), "version https://git-lfs.github.com/spec/v1");
        assertThatThrownBy(() -> OnnxClip.open(folder, 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("visual.onnx: OnnxRuntime cannot load it");
    }

    private static void same(float[] found, double[] expected) {
        double norm =
                Math.sqrt(java.util.Arrays.stream(expected).map(x -> x * x).sum());
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < found.length; i++) {
            // float32 sums in another order
            assertThat((double) found[i]).isCloseTo(expected[i] / norm, within(2e-6));
        }
    }
}
