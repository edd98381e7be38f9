package dev.assay.harness.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DidYouMeanTest {
    @Test
    void edits_are_counted() {
        assertThat(DidYouMean.edits("kitten", "sitting")).isEqualTo(3);
        assertThat(DidYouMean.edits("", "abc")).isEqualTo(3);
        assertThat(DidYouMean.edits("abc", "")).isEqualTo(3);
        assertThat(DidYouMean.edits("flaw", "lawn")).isEqualTo(2);
        assertThat(DidYouMean.edits("same", "same")).isZero();
        assertThat(DidYouMean.edits("cdua", "cuda")).as("neighbours swapped").isEqualTo(1);
        assertThat(DidYouMean.edits("ca", "abc")).isEqualTo(3);
    }

    @Test
    void the_nearest_word_is_suggested() {
        assertThat(DidYouMean.to("stpes", List.of("seeds", "steps", "store"))).contains("steps");
        assertThat(DidYouMean.to("GUIDANCE_SCALE", List.of("guidanceScale", "sampler")))
                .contains("guidanceScale");
        assertThat(DidYouMean.to("cdua", List.of("cpu", "cuda"))).contains("cuda");
        assertThat(DidYouMean.hint("colour", List.of("color"))).isEqualTo("; did you mean color?");
    }

    @Test
    void a_word_that_resembles_none_gets_no_suggestion() {
        assertThat(DidYouMean.to("temperature", List.of("seeds", "steps"))).isEmpty();
        assertThat(DidYouMean.to("xy", List.of("ab"))).isEmpty();
        assertThat(DidYouMean.hint("temperature", List.of())).isEmpty();
    }
}
