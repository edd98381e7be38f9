package dev.assay.harness.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTokenizerTest {
    @Test
    void ids_from_vocabulary_and_merges_equal_those_of_transformers() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(Golden.path("sd/tokenizer"), 16)) {
            check(tokenizer, "tokenizer.json");
        }
    }

    @Test
    void ids_of_the_vocabulary_in_the_jar_equal_those_of_transformers() {
        try (ClipTokenizer tokenizer = ClipTokenizer.openAi(77)) {
            check(tokenizer, "tokenizer_openai.json");
        }
    }

    private static void check(ClipTokenizer tokenizer, String golden) {
        JsonNode cases = Golden.json(golden).path("cases");
        assertThat(cases).hasSizeGreaterThan(5);
        for (JsonNode c : cases) {
            long[] expected = new ObjectMapper().convertValue(c.path("ids"), long[].class);
            assertThat(tokenizer.encode(c.path("text").asText()))
                    .as(c.path("text").asText())
                    .isEqualTo(expected);
        }
    }

    @Test
    void a_folder_without_a_vocabulary_is_an_error_that_names_the_file(@TempDir Path empty) {
        assertThatThrownBy(() -> ClipTokenizer.open(empty, 16))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("vocab.json");
    }
}
