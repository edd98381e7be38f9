package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which prompts are one. */
class CopiesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "A Caf\u00e9, at NIGHT!",
                "  a  cafe\u0301\tat\nnight ",
                "a c\u200baf\u00e9 at\u00a0night",
                "a\u00ad cafe at night.",
                "\uff41 \uff43\uff41\uff46\uff45 \uff41\uff54 \uff4e\uff49\uff47\uff48\uff54",
                "(a cafe), [at] {night}"
            })
    void a_prompt_in_another_dress_is_the_same(String prompt) {
        assertThat(Copies.words(prompt)).isEqualTo("a cafe at night");
    }

    @Test
    void other_words_are_another_prompt() {
        assertThat(Copies.words("a cafe at night 2")).isNotEqualTo(Copies.words("a cafe at night"));
        assertThat(Copies.words("\u732b")).isNotEqualTo(Copies.words("\u72ac"));
        assertThat(Copies.words("?!")).isEqualTo("?!");
    }
}
