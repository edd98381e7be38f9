package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.Metric.PromptImages;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptVendiMetricTest {
    private static final Image RED = Golden.flat(2, 255, 0, 0);
    private static final Image GREEN = Golden.flat(2, 0, 255, 0);
    private static final Image BLUE = Golden.flat(2, 0, 0, 255);

    @Test
    void what_prompts_contribute_is_the_jackknife_of_numpy_over_eigenvalues() {
        JsonNode rows = Golden.file("diversity").get("vendi");
        assertThat(rows).hasSize(2);
        for (JsonNode row : rows) {
            double[] contributions = PromptVendiMetric.contributions(Golden.matrix(row.get("kernel")));
            assertThat(contributions).containsExactly(Golden.doubles(row.get("contributions")), within(1e-9));
            assertThat(Arrays.stream(contributions).average().orElseThrow())
                    .isCloseTo(row.get("log_vendi").asDouble(), within(1e-12));
        }
    }

    @Test
    void one_picture_for_every_prompt_counts_as_one_and_unrelated_ones_as_many() {
        Finding found = score(
                prompt("a", List.of(RED, GREEN), List.of(RED, RED)),
                prompt("b", List.of(GREEN, BLUE), List.of(RED, RED)),
                prompt("c", List.of(BLUE, RED), List.of(RED, RED)));
        assertThat(found.summary()).isEqualTo("1.00 different pictures of 3 prompts with one seed, base 3.00");
        assertThat(found.differences())
                .allSatisfy(d -> assertThat(((Score.Measured) d).value()).isCloseTo(-Math.log(3), within(1e-12)));
    }

    @Test
    void seeds_that_look_alike_are_no_matter_of_prompts() {
        Finding found = score(
                prompt("a", List.of(RED, GREEN), List.of(RED, RED)),
                prompt("b", List.of(GREEN, RED), List.of(GREEN, GREEN)),
                prompt("c", List.of(BLUE, BLUE), List.of(BLUE, BLUE)));
        assertThat(found.differences())
                .extracting(d -> ((Score.Measured) d).value())
                .containsExactly(0.0, 0.0, 0.0);
    }

    @Test
    void a_prompt_that_looks_like_others_loses_most() {
        Finding found = score(
                prompt("a", List.of(RED), List.of(RED)),
                prompt("b", List.of(GREEN), List.of(RED)),
                prompt("c", List.of(BLUE), List.of(BLUE)));
        double[] values = found.differences().stream()
                .mapToDouble(d -> ((Score.Measured) d).value())
                .toArray();
        assertThat(values[0]).isCloseTo(values[1], within(1e-12)).isLessThan(values[2]);
        assertThat(Arrays.stream(values).average().orElseThrow())
                .isCloseTo(Math.log(9.0 / 5) - Math.log(3), within(1e-12));
    }

    @Test
    void a_picture_that_is_left_out_on_one_prompt_leaves_the_others() {
        Finding found = score(
                prompt("a", List.of(RED, GREEN), List.of(RED, GREEN)),
                prompt("b", List.of(GREEN), List.of(GREEN)),
                prompt("c", List.of(BLUE, RED), List.of(BLUE, RED)),
                prompt("d", List.of(), List.of()));
        assertThat(found.differences().subList(0, 3))
                .extracting(d -> ((Score.Measured) d).value())
                .containsOnly(0.0);
        assertThat(found.differences().get(3))
                .isEqualTo(new Score.Unscored("no-pair", "no pair of pictures to compare"));
    }

    @Test
    void a_seed_with_pictures_of_two_prompts_alone_is_not_compared() {
        Finding found = score(
                prompt("a", List.of(RED, GREEN), List.of(RED, RED)),
                prompt("b", List.of(GREEN, BLUE), List.of(GREEN, RED)),
                prompt("c", List.of(BLUE), List.of(BLUE)));
        assertThat(found.differences())
                .extracting(d -> ((Score.Measured) d).value())
                .containsExactly(0.0, 0.0, 0.0);
    }

    /** Both would have the same value, however far they fell: an interval without width, on which anything would be sure. */
    @Test
    void two_prompts_are_not_compared() {
        Finding found = score(
                prompt("a", List.of(RED, GREEN), List.of(RED, GREEN)),
                prompt("b", List.of(GREEN, RED), List.of(RED, RED)));
        assertThat(found.differences())
                .containsOnly(new Score.Unscored(
                        "few-prompts", "pictures of at least 3 different prompts are compared, found those of 2"));
    }

    @Test
    void one_prompt_alone_is_not_compared() {
        Finding found = score(prompt("a", List.of(RED, GREEN), List.of(RED, GREEN)));
        assertThat(found.differences()).hasOnlyElementsOfType(Score.Unscored.class);
        assertThat(found.summary()).isEqualTo("nothing to compare");
    }

    private static PromptImages prompt(String id, List<Image> base, List<Image> candidate) {
        PromptCase prompt = Golden.prompt(id);
        return new PromptImages(prompt, base, candidate);
    }

    private static Finding score(PromptImages... prompts) {
        return new PromptVendiMetric(i -> new float[] {i.value(0, 0, 0), i.value(0, 0, 1), i.value(0, 0, 2)})
                .score(List.of(prompts));
    }
}
