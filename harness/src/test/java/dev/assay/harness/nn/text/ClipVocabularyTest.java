package dev.assay.harness.nn.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The bundled vocabulary against open_clip's own tokenizer (golden_clip_vocabulary.py). */
class ClipVocabularyTest {
    @Test
    void ids_are_those_of_open_clip() throws IOException {
        JsonNode cases;
        try (InputStream in = ClipVocabularyTest.class.getResourceAsStream("/golden/clip-vocabulary.json")) {
            cases = new ObjectMapper().readTree(in).path("cases");
        }
        assertThat(cases).hasSizeGreaterThan(5);
        try (ClipTokenizer tokenizer = ClipTokenizer.openAi(77)) {
            for (JsonNode c : cases) {
                long[] expected = StreamSupport.stream(c.path("ids").spliterator(), false)
                        .mapToLong(JsonNode::asLong)
                        .map(id -> id == 0 ? 49407 : id) // pads
                        .toArray();
                assertThat(tokenizer.encode(c.path("text").asText()))
                        .as(c.path("text").asText())
                        .isEqualTo(expected);
            }
        }
    }
}
