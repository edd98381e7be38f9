package dev.assay.harness.nn.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadingTest {
    private static Token token(String text, double p) {
        return new Token(text, Math.log(p));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "Yes", "YES", " yes", "▁Yes", "ĠYes", "\nYes", "**Yes", "yes.", "\"yes\"", "yes,"})
    void every_way_to_write_yes_means_yes(String text) {
        assertThat(Reading.word(text)).isEqualTo("yes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not",
                "none",
                "know",
                "yesterday",
                "eyes",
                "Y",
                "n",
                "<think>",
                "",
                " ",
                "non",
                "nope",
                "no way",
                "<|im_end|>"
            })
    void other_tokens_mean_neither(String text) {
        assertThat(Reading.word(text)).isNotIn("yes", "no");
    }

    @Test
    void probabilities_of_all_ways_are_summed_and_the_rest_is_neither() {
        Reading reading =
                Reading.of(List.of(token("Yes", 0.5), token(" yes", 0.1), token("No", 0.2), token("It", 0.15)));

        assertThat(reading.yes()).isCloseTo(0.6, within(1e-12));
        assertThat(reading.no()).isCloseTo(0.2, within(1e-12));
        assertThat(reading.answer()).isInstanceOfSatisfying(Answer.Probability.class, p -> {
            assertThat(p.yes()).isCloseTo(0.75, within(1e-12));
            assertThat(p.mass()).isCloseTo(0.8, within(1e-12));
        });
    }

    @Test
    void with_little_on_yes_and_no_there_is_no_answer_and_the_reason_quotes_what_was_said_instead() {
        Answer answer = Reading.of(List.of(token("<think>\u001b[31m", 0.97), token("Yes", 0.02), token("No", 0.001)))
                .answer();

        assertThat(answer)
                .isEqualTo(new Answer.None(
                        "the judge answers neither yes nor no (0.02 of the probability is on them; it says"
                                + " \"<think>\" 0.97, \"Yes\" 0.02, \"No\" 0.00)"));
    }

    @Test
    void nothing_heard_is_no_answer() {
        assertThat(Reading.of(List.of()).answer()).isInstanceOf(Answer.None.class);
        assertThat(Reading.ofWords("").answer()).isInstanceOf(Answer.None.class);
    }

    @Test
    void what_are_no_probabilities_is_an_error() {
        assertThatThrownBy(() -> Reading.of(List.of(new Token("Yes", 0.7)))).hasMessageContaining("logarithms");
        assertThatThrownBy(() -> Reading.of(List.of(new Token("Yes", Double.NaN))))
                .hasMessageContaining("logarithms");
        assertThatThrownBy(() -> Reading.of(List.of(token("Yes", 0.9), token("No", 0.9))))
                .hasMessageContaining("at most 1 together");
    }

    @Test
    void the_lowest_float_and_minus_infinity_are_a_probability_of_zero() {
        Reading reading = Reading.of(List.of(
                token("No", 0.9), new Token("Yes", -Float.MAX_VALUE), new Token("yes", Double.NEGATIVE_INFINITY)));

        assertThat(reading.yes()).isZero();
        assertThat(reading.answer()).isEqualTo(new Answer.Probability(0, reading.no()));
    }

    @Test
    void single_precision_may_sum_to_a_little_more_than_one() {
        Answer answer =
                Reading.of(List.of(token("Yes", 0.7002), token("No", 0.3001))).answer();

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.Probability.class, p -> assertThat(p.yes()).isCloseTo(0.7, within(1e-3)));
    }

    @Test
    void order_changes_nothing_and_yes_and_no_swap() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            double yes = random.nextDouble() * 0.6;
            double no = random.nextDouble() * 0.4;
            List<Token> tokens = new ArrayList<>(List.of(
                    token("Yes", yes / 2), token(" YES", yes / 2), token("no", no / 3), token("No.", 2 * no / 3)));
            Answer one = Reading.of(tokens).answer();
            Collections.shuffle(tokens, random);
            Answer other =
                    Reading.of(List.of(token("No", yes), token("Yes", no))).answer();
            if (Reading.of(tokens).answer() instanceof Answer.Probability p) {
                assertThat(((Answer.Probability) one).yes()).isCloseTo(p.yes(), within(1e-12));
                assertThat(((Answer.Probability) other).yes()).isCloseTo(1 - p.yes(), within(1e-12));
            } else {
                assertThat(one).isInstanceOf(Answer.None.class);
                assertThat(other).isInstanceOf(Answer.None.class);
            }
        }
    }

    @Test
    void the_first_word_decides_where_words_alone_are_given() {
        assertThat(Reading.ofWords("Yes, there is.").answer()).isEqualTo(new Answer.Probability(1, 1));
        assertThat(Reading.ofWords("  no").answer()).isEqualTo(new Answer.Probability(0, 1));
        assertThat(Reading.ofWords("There is no circle").answer())
                .isInstanceOfSatisfying(
                        Answer.None.class, n -> assertThat(n.reason()).contains("There is no circle"));
    }
}
