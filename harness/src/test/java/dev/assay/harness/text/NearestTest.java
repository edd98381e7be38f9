package dev.assay.harness.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void edits_are_counted() {
        assertThat(Nearest.edits("kitten", "sitting")).isEqualTo(3);
        assertThat(Nearest.edits("", "abc")).isEqualTo(3);
        assertThat(Nearest.edits("abc", "")).isEqualTo(3);
        assertThat(Nearest.edits("flaw", "lawn")).isEqualTo(2);
        assertThat(Nearest.edits("same", "same")).isZero();
        assertThat(Nearest.edits("cdua", "cuda")).as("neighbours swapped").isEqualTo(1);
        assertThat(Nearest.edits("ca", "abc")).isEqualTo(3);
    }

    @Test
    void the_nearest_word_is_suggested() {
        assertThat(Nearest.to("stpes", List.of("seeds", "steps", "store"))).contains("steps");
        assertThat(Nearest.to("GUIDANCE_SCALE", List.of("guidanceScale", "sampler")))
                .contains("guidanceScale");
        assertThat(Nearest.to("cdua", List.of("cpu", "cuda"))).contains("cuda");
        assertThat(Nearest.hint("colour", List.of("color"))).isEqualTo("; did you mean color?");
    }

    @Test
    void a_word_that_resembles_none_gets_no_suggestion() {
        assertThat(Nearest.to("temperature", List.of("seeds", "steps"))).isEmpty();
        assertThat(Nearest.to("xy", List.of("ab"))).isEmpty();
        assertThat(Nearest.hint("temperature", List.of())).isEmpty();
    }
}
