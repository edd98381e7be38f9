package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    @Test
    void a_whole_is_what_its_gravest_part_is() {
        assertThat(Outcome.worst(Stream.of(Outcome.PASSED, Outcome.PASSED))).isEqualTo(Outcome.PASSED);
        assertThat(Outcome.worst(Stream.of(Outcome.PASSED, Outcome.INCONCLUSIVE)))
                .isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(Outcome.worst(Stream.of(Outcome.INCONCLUSIVE, Outcome.REGRESSED, Outcome.PASSED)))
                .isEqualTo(Outcome.REGRESSED);
        assertThat(Outcome.worst(Stream.of(Outcome.BROKEN, Outcome.REGRESSED))).isEqualTo(Outcome.BROKEN);
    }

    @Test
    void a_whole_with_parts_that_are_unavailable_is_inconclusive() {
        assertThat(Outcome.worst(Stream.of(Outcome.UNAVAILABLE, Outcome.PASSED)))
                .isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(Outcome.worst(Stream.of(Outcome.UNAVAILABLE, Outcome.REGRESSED)))
                .isEqualTo(Outcome.REGRESSED);
    }

    @Test
    void nothing_passes_on_nothing() {
        assertThat(Outcome.worst(Stream.empty())).isEqualTo(Outcome.BROKEN);
    }

    @Test
    void a_word_that_is_no_outcome_is_no_judgement() {
        for (Outcome outcome : Outcome.values()) {
            assertThat(Outcome.parse(outcome.name())).isEqualTo(outcome);
        }
        assertThat(Outcome.parse("passed")).isEqualTo(Outcome.PASSED);
        assertThat(Outcome.parse("SPLENDID")).isEqualTo(Outcome.BROKEN);
        assertThat(Outcome.parse(null)).isEqualTo(Outcome.BROKEN);
    }
}
