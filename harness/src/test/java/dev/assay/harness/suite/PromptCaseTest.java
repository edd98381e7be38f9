package dev.assay.harness.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PromptCaseTest {
    private static final PromptCase CASE =
            new PromptCase("chair", "a chair", "", List.of(7L, 2L, Long.MAX_VALUE), List.of(), Visible.UNSTATED);

    @Test
    void fewer_seeds_are_the_first() {
        assertThat(CASE.withSoManySeeds(2).seeds()).containsExactly(7L, 2L);
        assertThat(CASE.withSoManySeeds(3)).isEqualTo(CASE);
    }

    @Test
    void more_seeds_begin_with_the_same_and_go_on_with_what_is_not_used() {
        assertThat(CASE.withSoManySeeds(9).seeds()).containsExactly(7L, 2L, Long.MAX_VALUE, 1L, 3L, 4L, 5L, 6L, 8L);
        assertThat(CASE.withSoManySeeds(1_000).seeds()).hasSize(1_000).doesNotHaveDuplicates();
    }
}
