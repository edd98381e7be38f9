package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SoftTifaTest {
    @Test
    void means_are_those_of_numpy_and_scipy() throws IOException {
        try (var in = SoftTifaTest.class.getResourceAsStream("/golden/soft_tifa.json")) {
            JsonNode rows = new ObjectMapper().readTree(in);
            assertThat(rows.size()).isGreaterThan(8);
            for (JsonNode row : rows) {
                double[] right = Golden.doubles(row.get("right"));
                assertThat(SoftTifa.atoms(right)).isCloseTo(row.get("atoms").asDouble(), within(1e-12));
                assertThat(SoftTifa.prompt(right)).isCloseTo(row.get("prompt").asDouble(), within(1e-12));
            }
        }
    }

    @Test
    void the_prompt_level_is_never_above_the_atom_level_and_both_lie_between_worst_and_best() {
        Random random = new Random(11);
        for (int round = 0; round < 500; round++) {
            double[] right = random.doubles(1 + random.nextInt(12)).toArray();
            double atoms = SoftTifa.atoms(right);
            double prompt = SoftTifa.prompt(right);
            double worst = java.util.Arrays.stream(right).min().orElseThrow();
            double best = java.util.Arrays.stream(right).max().orElseThrow();
            assertThat(prompt).isBetween(worst - 1e-12, atoms + 1e-12);
            assertThat(atoms).isBetween(worst - 1e-12, best + 1e-12);
        }
    }

    @Test
    void order_changes_nothing_and_a_better_answer_never_lowers_the_score() {
        Random random = new Random(12);
        for (int round = 0; round < 200; round++) {
            double[] right = random.doubles(2 + random.nextInt(6)).toArray();
            double[] turned = right.clone();
            turned[0] = right[1];
            turned[1] = right[0];
            assertThat(SoftTifa.prompt(turned)).isCloseTo(SoftTifa.prompt(right), within(1e-12));
            assertThat(SoftTifa.atoms(turned)).isCloseTo(SoftTifa.atoms(right), within(1e-12));
            double[] better = right.clone();
            better[0] += (1 - better[0]) * random.nextDouble();
            assertThat(SoftTifa.prompt(better)).isGreaterThanOrEqualTo(SoftTifa.prompt(right));
            assertThat(SoftTifa.atoms(better)).isGreaterThanOrEqualTo(SoftTifa.atoms(right));
        }
    }

    @Test
    void one_answer_that_is_surely_wrong_takes_the_prompt_to_zero_and_leaves_the_atoms() {
        assertThat(SoftTifa.prompt(new double[] {1, 1, 0})).isZero();
        assertThat(SoftTifa.atoms(new double[] {1, 1, 0})).isCloseTo(2.0 / 3, within(1e-12));
    }
}
