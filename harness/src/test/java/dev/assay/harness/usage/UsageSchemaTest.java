package dev.assay.harness.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.assay.harness.suite.Purpose;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What editors are told of NAME.assay.yaml, and what its page shows, is what is read. */
class UsageSchemaTest {
    private static String schema() throws IOException {
        try (InputStream in = Usage.class.getResourceAsStream("/dev/assay/usage.schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<?> errors(String yaml) throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema(), InputFormat.JSON)
                .validate(yaml, InputFormat.YAML);
    }

    @Test
    void it_has_every_fact_and_no_other_field() throws IOException {
        JsonNode properties = new ObjectMapper().readTree(schema()).get("properties");
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Fact.values()).map(Fact::key).toList());
        assertThat(new ObjectMapper().convertValue(properties.at("/purpose/enum"), String[].class))
                .containsExactlyElementsOf(Purpose.words());
    }

    @Test
    void the_example_of_the_page_fits_it_and_is_read(@TempDir Path folder) throws IOException {
        Matcher example =
                Pattern.compile("(?s)```yaml\\n(.*?)```").matcher(Files.readString(Path.of("..", "docs", "usage.md")));
        assertThat(example.find()).isTrue();
        assertThat(errors(example.group(1))).isEmpty();
        Files.writeString(folder.resolve("my-style.assay.yaml"), example.group(1));
        Usage usage = FileUsage.of(folder.resolve("my-style.safetensors"), Map.of(), Set.of())
                .usage();
        assertThat(usage.sources().keySet()).containsExactly(Fact.values());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "steps: 0",
                "steps: 1.5",
                "strength: 0",
                "strength: 21",
                "purpose: art",
                "triggerTemplate: x",
                "triggerTemplate: \"{trigger}\"",
                "triggerWords: []",
                "triggerWords: \"<lora:x:1>\"",
                "sampler: DPM++ 2M",
                "size: big",
                "negative: 7",
                "stpes: 8"
            })
    void what_the_reader_refuses_an_editor_marks(String yaml) throws IOException {
        assertThat(errors(yaml)).isNotEmpty();
    }
}
