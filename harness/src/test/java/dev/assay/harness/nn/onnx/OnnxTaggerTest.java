package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxTaggerTest {
    private static final Path FOLDER = OnnxGolden.folder().resolve("tagger");

    @Test
    void probabilities_are_those_of_python_on_square_wide_and_tall_pictures() throws IOException {
        JsonNode golden =
                new ObjectMapper().readTree(FOLDER.resolve("golden.json").toFile());
        assertThat(golden.get("pictures").size()).isEqualTo(3);
        try (OnnxTagger tagger = OnnxTagger.open(FOLDER, 1)) {
            assertThat(tagger.tags()).containsExactly("general", "1girl", "long_hair", "red_eyes", "^_^", "sky,_blue");
            for (JsonNode picture : golden.get("pictures")) {
                float[] found = tagger.probabilities(OnnxGolden.picture(picture));
                double[] expected = OnnxGolden.doubles(picture.get("probabilities"));
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) found[i])
                            .as(picture.get("width") + ": " + i)
                            .isCloseTo(expected[i], within(1e-6));
                }
            }
        }
    }

    @Test
    void a_list_of_another_tagger_or_none_is_an_error(@TempDir Path folder) throws IOException {
        Files.copy(FOLDER.resolve("model.onnx"), folder.resolve("model.onnx"));
        assertThatThrownBy(() -> OnnxTagger.open(folder, 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(
                        "selected_tags.csv: expected the tagger's list of tags beside model.onnx, found none");
        Files.writeString(folder.resolve("selected_tags.csv"), "tag_id,name,category,count\n1,1girl,0,9\n");
        assertThatThrownBy(() -> OnnxTagger.open(folder, 1))
                .hasMessageContaining(
                        "expected a probability for each of the 1 tags of selected_tags.csv, found (1, 6)");
        Files.writeString(folder.resolve("selected_tags.csv"), "tag_id,nme\n1,1girl\n");
        assertThatThrownBy(() -> OnnxTagger.open(folder, 1)).hasMessageContaining("expected a column name in row 2");
    }

    @Test
    void a_network_that_is_no_tagger_is_refused(@TempDir Path folder) throws IOException {
        Files.copy(OnnxGolden.folder().resolve("detector.onnx"), folder.resolve("model.onnx"));
        Files.copy(FOLDER.resolve("selected_tags.csv"), folder.resolve("selected_tags.csv"));
        assertThatThrownBy(() -> OnnxTagger.open(folder, 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected a tagger with one input (1, size, size, 3)");
    }
}
