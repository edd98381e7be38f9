package dev.assay.harness.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuiteSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void a_good_suite_is_valid() throws Exception {
        assertThat(errors(SuiteFileTest.full())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name: shapes | name: Shapes",
                "version: \"2\" | version: 2",
                "width: 64 | width: 65",
                "steps: 12 | steps: 0",
                "sampler: ddim | sampler: DPM++ 2M",
                "seeds: [1, 2, 3] | seeds: []",
                "seeds: [1, 2, 3] | seeds: [1, 1]",
                "id: person | id: a person",
                "prompt: a person | prompt: ''",
                "color: | colour:",
                "rule: NON_INFERIOR | rule: non-inferior",
                "margin: 1, | margin: -1,",
                "margin: 1, | ",
                "minPairs: 4 | minPairs: 0",
                "soft: yes | soft: perhaps",
                "arm: untriggered | arm: third",
                "style: hard | style: harder",
                "style: hard | unknown: hard",
                "as: soft | has: soft",
                "criteria: | criterias:",
                "seeds: [1, 2, 3] | extend: /etc/passwd",
                "seeds: [1, 2, 3] | keep: {cases: [person]}",
                "varies: clothes | varies: ' '",
            })
    void a_bad_suite_is_not(String sound, String wrong) throws Exception {
        assertThat(SuiteFileTest.full()).contains(sound);
        assertThat(errors(SuiteFileTest.full().replace(sound, wrong == null ? "" : wrong)))
                .isNotEmpty();
    }

    @Test
    void the_schema_has_the_components_of_the_records_and_no_others() throws Exception {
        Set<String> suite = components(Suite.class);
        suite.addAll(Set.of("seeds", "extend", "keep", "drop")); // of every case without its own; of other files
        assertThat(fields(schema())).isEqualTo(suite);
        List<Class<?>> parts = List.of(
                SuiteFile.Selection.class,
                GenerationSettings.class,
                PromptCase.class,
                Question.class,
                Visible.class,
                Visible.VisibleObject.class,
                Visible.Relation.class,
                Calibration.class,
                Asked.class,
                Criterion.class);
        for (Class<?> part : parts) {
            Set<String> components = components(part);
            components.remove(
                    "promptKnown"); // a suite file states its prompts; only pictures from elsewhere may have none
            assertThat(fields(schema().at("/$defs/" + part.getSimpleName())))
                    .as(part.getSimpleName())
                    .isEqualTo(components);
        }
        assertThat(schema().get("$defs")).hasSameSizeAs(parts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rule", "severity"})
    void the_schema_has_the_words_of_the_code(String field) throws Exception {
        List<String> words = names(field.equals("rule") ? Criterion.Rule.values() : Criterion.Severity.values());
        JsonNode enumeration = schema().at("/$defs/Criterion/properties/" + field + "/enum");
        assertThat(JSON.convertValue(enumeration, String[].class)).containsExactlyElementsOf(words);
    }

    @Test
    void every_field_is_described() throws Exception {
        schema().findValues("properties").stream()
                .flatMap(p -> p.properties().stream())
                .filter(p -> !p.getValue().has("const")) // of the condition on margin
                .forEach(p -> assertThat(
                                p.getValue().has("description") || p.getValue().has("$ref"))
                        .as(p.getKey())
                        .isTrue());
    }

    @Test
    void the_schema_has_the_words_of_purposes() throws Exception {
        assertThat(JSON.convertValue(
                        schema().at("/$defs/Criterion/properties/purposes/propertyNames/enum"), String[].class))
                .containsExactlyElementsOf(Purpose.words().stream()
                        .filter(w -> !w.equals(Purpose.UNKNOWN.word()))
                        .toList());
        for (String at : List.of("/$defs/Criterion/properties/arm/enum", "/$defs/Asked/properties/arm/enum")) {
            assertThat(JSON.convertValue(schema().at(at), String[].class)).containsExactly(words(Asked.Arm.values()));
        }
        for (String at : List.of(
                "/$defs/Criterion/properties/purposes/additionalProperties/anyOf/0/enum",
                "/$defs/Asked/properties/as/enum")) {
            assertThat(JSON.convertValue(schema().at(at), String[].class))
                    .containsExactly(words(Asked.Weight.values()));
        }
    }

    private static String[] words(Enum<?>[] values) {
        return Arrays.stream(values).map(Object::toString).toArray(String[]::new);
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }

    private static Set<String> components(Class<?> type) {
        Set<String> names = new HashSet<>();
        Arrays.stream(type.getRecordComponents()).forEach(c -> names.add(c.getName()));
        return names;
    }

    private static Set<String> fields(JsonNode object) {
        assertThat(object.get("additionalProperties").booleanValue()).isFalse();
        Set<String> names = new HashSet<>();
        object.get("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<?> errors(String yaml) throws Exception {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema().toString(), InputFormat.JSON);
        Object tree = Yaml.read(yaml.getBytes(StandardCharsets.UTF_8));
        return schema.validate(JSON.writeValueAsString(tree), InputFormat.JSON);
    }

    private static JsonNode schema() throws Exception {
        try (InputStream in = Suite.class.getResourceAsStream("/dev/assay/suite.schema.json")) {
            return JSON.readTree(in);
        }
    }
}
