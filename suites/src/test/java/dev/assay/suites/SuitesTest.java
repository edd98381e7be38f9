package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.suite.Criterion;
import dev.assay.harness.suite.Suite;
import dev.assay.harness.suite.SuiteFile;
import dev.assay.metrics.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bundled suite can be run: its fields, its metrics, its models. */
class SuitesTest {
    private static final Path FOLDER = Path.of("src/main/resources/suites");

    static List<Path> suites() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @Test
    void there_are_suites() throws IOException {
        assertThat(suites()).hasSizeGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("suites")
    void a_suite_is_named_as_its_file_and_its_metrics_and_models_exist(Path file) {
        Suite suite = SuiteFile.read(file);

        assertThat(file.getFileName()).hasToString(suite.name() + ".yaml");
        Map<String, MetricInfo> metrics =
                new Metrics().infos().stream().collect(java.util.stream.Collectors.toMap(MetricInfo::name, i -> i));
        for (Criterion criterion : suite.criteria()) {
            assertThat(metrics).containsKey(criterion.metric());
            assertThat(metrics.get(criterion.metric()).parameters().keySet())
                    .containsAll(criterion.parameters().keySet());
        }
        ModelReference references = new ModelReference(FOLDER, Map.of("microcosm", MicrocosmPictures.MICROCOSM));
        suite.models().values().stream()
                .filter(m -> !m.startsWith("hf:")) // weights that nobody bundles
                .forEach(m -> assertThat(references.resolve(m)).exists());
    }

    @ParameterizedTest
    @MethodSource("suites")
    void a_suite_agrees_with_the_schema_that_editors_use(Path file) throws IOException {
        JsonNode suite = new YAMLMapper().readTree(file.toFile());
        try (InputStream schema = SuiteFile.class.getResourceAsStream("/dev/assay/suite.schema.json")) {
            String text = new String(schema.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(text, InputFormat.JSON)
                            .validate(suite.toString(), InputFormat.JSON))
                    .isEmpty();
        }
    }

    @Test
    void the_suite_that_the_docs_make_of_another_is_one() throws IOException {
        String page = Files.readString(Path.of("../docs/first-suite.md"));
        String example = page.substring(page.indexOf("name: my-everyday"));
        byte[] yaml = example.substring(0, example.indexOf("```")).getBytes(StandardCharsets.UTF_8);
        Suite whole = SuiteFile.read(FOLDER.resolve("microcosm.yaml"));
        Suite mine = SuiteFile.parse("my-everyday.yaml", yaml);

        assertThat(mine.cases()).hasSameSizeAs(whole.cases());
        assertThat(mine.cases()).filteredOn(c -> c.varies().equals("material")).hasSize(1);
        assertThat(mine.criteria()).hasSize(whole.criteria().size() - 1);
    }

    @Test
    void the_microcosm_has_at_least_24_prompts_of_4_seeds_in_tagged_groups() {
        Suite suite = SuiteFile.read(FOLDER.resolve("microcosm.yaml"));

        assertThat(suite.cases()).hasSizeGreaterThanOrEqualTo(24);
        assertThat(suite.cases()).allSatisfy(c -> {
            assertThat(c.seeds()).hasSize(4);
            assertThat(c.tags()).isNotEmpty();
        });
    }
}
