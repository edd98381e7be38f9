package dev.assay.reports.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import dev.assay.reports.SchemaCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {
    private static final String FULL = """
        suites:
          - quick
          - microcosm@1
          - {name: mine, sha256: abababababababababababababababababababababababababababababababab}
        bases: [cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd]
        minPrompts: 12
        families: [artifact, effect]
        inconclusive: allow
        unavailable: refuse
        modelFamilies: [sd15]
        licences: [Apache-2.0, CC0-1.0]
        maxMegabytes: 500
        maxTotalMegabytes: 50000
        duplicates: allow
        shortened: allow
        weights: allow
        override: refuse
        """;

    @Test
    void every_field_is_read() {
        Policy p = parse(FULL);
        assertThat(p)
                .isEqualTo(new Policy(
                        List.of(
                                new RequiredSuite("quick", null, null),
                                new RequiredSuite("microcosm", "1", null),
                                new RequiredSuite("mine", null, "ab".repeat(32))),
                        List.of("cd".repeat(32)),
                        12,
                        List.of("artifact", "effect"),
                        Policy.Say.ALLOW,
                        Policy.Say.REFUSE,
                        List.of("sd15"),
                        List.of("Apache-2.0", "CC0-1.0"),
                        500,
                        50_000,
                        Policy.Say.ALLOW,
                        Policy.Say.ALLOW,
                        Policy.Say.ALLOW,
                        Policy.Say.REFUSE));
        assertThat(SchemaCheck.errors("policy.schema.json", FULL, InputFormat.YAML))
                .isEmpty();
    }

    @Test
    void a_policy_in_the_words_of_before_is_read_and_its_author_is_told(@TempDir Path folder) throws IOException {
        String old = FULL.replace("minPrompts", "leastPrompts")
                .replace("maxMegabytes", "mostMegabytes")
                .replace("maxTotalMegabytes", "mostTotalMegabytes");
        assertThat(parse(old)).isEqualTo(parse(FULL));
        assertThat(Policy.notes(Files.writeString(folder.resolve("collection.yaml"), old)))
                .containsExactly(
                        "collection.yaml: leastPrompts is called minPrompts now",
                        "collection.yaml: mostMegabytes is called maxMegabytes now",
                        "collection.yaml: mostTotalMegabytes is called maxTotalMegabytes now");
        assertThat(Policy.notes(Files.writeString(folder.resolve("collection.yaml"), FULL)))
                .isEmpty();
        assertThat(Policy.notes(folder.resolve("none.yaml"))).isEmpty();
    }

    @Test
    void an_old_name_beside_its_new_one_is_an_error() {
        assertThatThrownBy(() -> parse(FULL + "mostMegabytes: 400\n"))
                .isInstanceOf(CollectionException.class)
                .hasMessage("collection.yaml: mostMegabytes: is called maxMegabytes now, and that is given too; remove"
                        + " one");
    }

    @Test
    void nothing_said_is_the_strict_default() {
        assertThat(parse("# nothing yet")).isEqualTo(Policy.DEFAULT);
        assertThat(Policy.DEFAULT.inconclusive()).isEqualTo(Policy.Say.REFUSE);
        assertThat(Policy.DEFAULT.unavailable()).isEqualTo(Policy.Say.REFUSE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "suite: [quick] | no such field",
                "suites: quick | suites: expected a list, found quick",
                "suites: [1] | suites[0]: expected a name, or {name: NAME, sha256: 64 hexadecimal digits}, found 1",
                "suites: [null] | suites[0]: expected fields",
                "licences: [''] | licences: expected text, found nothing",
                "maxMegabytes: '5' | 'maxMegabytes: expected a whole number, found the text \"5\"'",
                "'suites: [a@]' | suites[0]: expected a name",
                "suites: ['@1'] | suites[0]: expected a name",
                "suites: [' @ 1'] | suites[0]: expected a name",
                "'suites: [{name: \" \", sha256: abababababababababababababababababababababababababababababababab}]'"
                        + " | suites[0]: expected a name",
                "leastPairs: 3 | leastPairs: no such field",
                "criteria: [{leastPairs: 3}] | criteria: no such field",
                "suites: [{name: mine}] | sha256: 64 hexadecimal digits",
                "suites: [{name: mine, sha256: abc}] | sha256: 64 hexadecimal digits",
                "bases: [v1-5.safetensors] | bases: expected SHA-256 of 64 lower-case hexadecimal digits",
                "minPrompts: 0 | 1 or more",
                "families: [anatomie] | did you mean anatomy",
                "inconclusive: 'yes' | expected refuse or allow",
                "maxMegabytes: 0 | 1 or more",
                "maxMegabytes: 2.5 | a whole number",
                "- suites | expected fields",
                "'suites: [' | line"
            })
    void a_wrong_policy_is_an_error_that_says_what_is_right(String yaml, String says) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(CollectionException.class)
                .hasMessageStartingWith("collection.yaml: ")
                .hasMessageContaining(says);
        if (!yaml.contains("[") || !says.equals("line")) {
            assertThat(SchemaCheck.errors("policy.schema.json", yaml, InputFormat.YAML))
                    .isNotEmpty();
        }
    }

    private static Policy parse(String yaml) {
        return Policy.parse(yaml.getBytes(StandardCharsets.UTF_8));
    }
}
