package dev.assay.harness.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.suite.Purpose;
import dev.assay.harness.suite.SuiteSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{trigger}, {prompt}             | sks man, a red car",
                "{prompt}, {trigger}             | a red car, sks man",
                "photo of {trigger}. {prompt}!   | photo of sks man. a red car!"
            })
    void a_trigger_goes_where_the_template_says(String template, String prompt) {
        assertThat(with(List.of("sks man"), template).prompt("a red car")).isEqualTo(prompt);
    }

    @Test
    void several_words_stand_with_commas_and_none_leave_the_prompt_as_it_is() {
        assertThat(with(List.of("sks", "oil paint"), Usage.START).prompt("a red car"))
                .isEqualTo("sks, oil paint, a red car");
        assertThat(with(List.of(), "{trigger} of {prompt}").prompt("a red car")).isEqualTo("a red car");
    }

    @Test
    void a_prompt_with_braces_is_not_taken_for_a_template() {
        assertThat(with(List.of("sks"), Usage.END).prompt("a {trigger} on a {prompt}"))
                .isEqualTo("a {trigger} on a {prompt}, sks");
    }

    @Test
    void who_says_it_changes_no_key() {
        Usage here = with(List.of("sks"), Usage.START);
        Usage there = new Usage(
                here.triggers(),
                here.template(),
                null,
                null,
                SuiteSettings.OPEN,
                null,
                Purpose.UNKNOWN,
                Map.of(Fact.TRIGGERS, "elsewhere"));
        assertThat(there.key()).isEqualTo(here.key());
        assertThat(with(List.of("other"), Usage.START).key()).isNotEqualTo(here.key());
    }

    @Test
    void sources_cannot_be_changed_afterwards() {
        Map<Fact, String> sources = new HashMap<>(Map.of(Fact.PURPOSE, "assay.yaml"));
        Usage usage = new Usage(List.of(), Usage.START, null, null, SuiteSettings.OPEN, null, Purpose.STYLE, sources);
        sources.clear();
        assertThat(usage.source(Fact.PURPOSE)).contains("assay.yaml");
        assertThat(usage.source(Fact.STEPS)).isEmpty();
    }

    @Test
    void a_purpose_is_found_by_its_word() {
        assertThat(Purpose.of(" Style ")).contains(Purpose.STYLE);
        assertThat(Purpose.of("styles")).isEmpty();
        assertThat(Purpose.words())
                .containsExactly("style", "character", "concept", "enhancer", "speed", "fix", "finetune", "unknown");
    }

    private static Usage with(List<String> triggers, String template) {
        return new Usage(
                triggers,
                template,
                null,
                null,
                SuiteSettings.OPEN,
                null,
                Purpose.UNKNOWN,
                triggers.isEmpty() ? Map.of() : Map.of(Fact.TRIGGERS, "here"));
    }
}
