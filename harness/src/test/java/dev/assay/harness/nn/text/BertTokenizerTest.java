package dev.assay.harness.nn.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BertTokenizerTest {
    private static final List<String> ADDED = List.of("[DEC]", "[ENC]");

    @TempDir
    Path folder;

    @Test
    void ids_equal_those_of_transformers() {
        check(Golden.path("../image_reward"));
    }

    @Test
    void a_tokenizer_json_gives_the_same_ids() throws IOException {
        Files.copy(Golden.path("../image_reward/tokenizer.json"), folder.resolve("tokenizer.json"));
        check(folder);
    }

    private static void check(Path from) {
        JsonNode cases = Golden.json("../image_reward/golden.json").path("tokens");
        assertThat(cases).hasSizeGreaterThan(10);
        try (BertTokenizer tokenizer = BertTokenizer.open(from, 35, ADDED)) {
            assertThat(tokenizer.words())
                    .isEqualTo(Golden.json("../image_reward/med_config.json")
                            .path("vocab_size")
                            .asInt());
            for (JsonNode c : cases) {
                long[] expected = new ObjectMapper().convertValue(c.path("ids"), long[].class);
                assertThat(tokenizer.encode(c.path("text").asText()))
                        .as(c.path("text").asText())
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
    void words_without_a_special_one_are_refused(String word) throws IOException {
        List<String> words = Files.readAllLines(Golden.path("../image_reward/vocab.txt"));
        Files.write(
                folder.resolve("vocab.txt"),
                words.stream().filter(w -> !w.equals(word)).toList());
        assertThatThrownBy(() -> BertTokenizer.open(folder, 35, ADDED))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found no " + word);
    }

    @Test
    void a_word_that_occurs_twice_is_refused() throws IOException {
        Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\nfox\nfox\n");
        assertThatThrownBy(() -> BertTokenizer.open(folder, 35, ADDED)).hasMessageContaining("\"fox\" twice");
    }

    @Test
    void bytes_that_are_no_text_are_refused() throws IOException {
        Files.write(folder.resolve("vocab.txt"), "[PAD]\n\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> BertTokenizer.open(folder, 35, ADDED))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("vocab.txt");
    }

    @Test
    void the_tokenizer_of_another_network_is_refused() throws IOException {
        for (String other : List.of(
                "{}",
                "[]",
                "{\"model\": {\"type\": \"BPE\"}}",
                "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {}}}")) {
            Files.writeString(folder.resolve("tokenizer.json"), other);
            assertThatThrownBy(() -> BertTokenizer.open(folder, 35, ADDED))
                    .as(other)
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("tokenizer.json");
        }
    }

    @Test
    void a_tokenizer_that_adds_no_special_words_is_refused() throws IOException {
        String json = Files.readString(Golden.path("../image_reward/tokenizer.json"));
        JsonNode definition = new ObjectMapper().readTree(json);
        ((com.fasterxml.jackson.databind.node.ObjectNode) definition).putNull("post_processor");
        Files.writeString(folder.resolve("tokenizer.json"), definition.toString());
        assertThatThrownBy(() -> BertTokenizer.open(folder, 35, ADDED))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("sets [CLS] before and [SEP] behind");
    }
}
