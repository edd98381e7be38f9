package dev.assay.harness.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.text.SettingsException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UsagesTest {
    private static FileUsage file(String name, Map<Fact, Object> said) {
        Facts facts = new Facts();
        said.forEach((fact, raw) -> facts.add(fact, fact.value(raw), name + ".assay.yaml"));
        return new FileUsage(name + ".safetensors", facts.usage(), List.of(), List.of());
    }

    @Test
    void a_command_has_the_word_over_a_file() {
        Usage command = file("command", Map.of(Fact.STEPS, 4)).usage();
        Usage both = Usages.together(
                command, List.of(file("a", Map.of(Fact.STEPS, 8, Fact.GUIDANCE, 1, Fact.STRENGTH, 0.5))));
        assertThat(both.settings().steps()).isEqualTo(4);
        assertThat(both.settings().guidanceScale()).isEqualTo(1);
        assertThat(both.strength()).isEqualTo(0.5);
        assertThat(both.sources())
                .isEqualTo(Map.of(
                        Fact.STEPS,
                        "command.assay.yaml",
                        Fact.GUIDANCE,
                        "a.assay.yaml",
                        Fact.STRENGTH,
                        "a.assay.yaml"));
    }

    @Test
    void a_stack_has_all_triggers_and_negatives_and_the_settings_that_one_states() {
        Usage both = Usages.together(
                Usage.OPEN,
                List.of(
                        file(
                                "a",
                                Map.of(
                                        Fact.TRIGGERS,
                                        List.of("sks", "oil"),
                                        Fact.NEGATIVE,
                                        "grey",
                                        Fact.STRENGTH,
                                        0.5)),
                        file("b", Map.of(Fact.TRIGGERS, List.of("oil", "dog"), Fact.NEGATIVE, "dull", Fact.STEPS, 8))));
        assertThat(both.triggers()).containsExactly("sks", "oil", "dog");
        assertThat(both.source(Fact.TRIGGERS)).contains("a.assay.yaml and b.assay.yaml");
        assertThat(both.negativePrompt()).isEqualTo("grey, dull");
        assertThat(both.settings().steps()).isEqualTo(8);
        assertThat(both.strength()).isNull(); // each has its own
    }

    @Test
    void a_stack_whose_files_want_different_settings_is_an_error_that_a_command_settles() {
        List<FileUsage> files = List.of(file("a", Map.of(Fact.STEPS, 8)), file("b", Map.of(Fact.STEPS, 4)));
        assertThatThrownBy(() -> Usages.together(Usage.OPEN, files))
                .isInstanceOf(SettingsException.class)
                .hasMessage("a.safetensors wants steps 8 (a.assay.yaml), b.safetensors wants 4 (b.assay.yaml);"
                        + " say which for both: assay.usage.steps=8");
        assertThat(Usages.together(file("c", Map.of(Fact.STEPS, 6)).usage(), files)
                        .settings()
                        .steps())
                .isEqualTo(6);
    }

    @Test
    void purposes_that_differ_are_none() {
        assertThat(Usages.together(
                                Usage.OPEN,
                                List.of(
                                        file("a", Map.of(Fact.PURPOSE, "style")),
                                        file("b", Map.of(Fact.PURPOSE, "speed"))))
                        .purpose())
                .isEqualTo(Purpose.UNKNOWN);
    }

    @Test
    void a_style_among_files_that_are_none_softens_nothing() {
        FileUsage style = file("a", Map.of(Fact.PURPOSE, "style"));
        assertThat(Usages.together(Usage.OPEN, List.of(style, file("b", Map.of())))
                        .purpose())
                .isEqualTo(Purpose.UNKNOWN);
        assertThat(Usages.together(Usage.OPEN, List.of(style, file("b", Map.of(Fact.PURPOSE, "style"))))
                        .purpose())
                .isEqualTo(Purpose.STYLE);
    }

    @Test
    void every_fact_has_a_setting_of_its_name() {
        assertThat(List.of(Fact.values()).stream().map(Fact::setting).collect(Collectors.toList()))
                .containsExactly(
                        "assay.triggerWords",
                        "assay.triggerTemplate",
                        "assay.purpose",
                        "assay.usage.strength",
                        "assay.usage.clipStrength",
                        "assay.usage.steps",
                        "assay.usage.guidance",
                        "assay.usage.distilledGuidance",
                        "assay.usage.sampler",
                        "assay.usage.scheduler",
                        "assay.usage.shift",
                        "assay.usage.clipSkip",
                        "assay.usage.size",
                        "assay.usage.negative");
    }
}
