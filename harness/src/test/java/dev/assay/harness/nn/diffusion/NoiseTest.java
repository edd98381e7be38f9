package dev.assay.harness.nn.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // scopes free tensors by closing
class NoiseTest {
    private static final JsonNode GOLDEN = SamplersTest.golden().get("randn");

    @Test
    void seed_0_equals_torch() {
        same(draw(0, 16), GOLDEN.get("seed0_16"));
        assertThat(draw(0, 16)[0]).isEqualTo(-1.1258398f);
    }

    @Test
    void seed_42_in_latent_shape_equals_torch() {
        float[] noise = draw(42, 1, 4, 64, 64);
        JsonNode golden = GOLDEN.get("seed42_1_4_64_64_sum_first_last");
        double sum = 0;
        for (float value : noise) {
            sum += value;
        }
        assertThat(sum).isCloseTo(golden.get(0).asDouble(), org.assertj.core.api.Assertions.within(1e-2));
        for (int i = 0; i < 4; i++) {
            assertThat(noise[i]).isEqualTo((float) golden.get(1 + i).asDouble());
            assertThat(noise[noise.length - 4 + i])
                    .isEqualTo((float) golden.get(5 + i).asDouble());
        }
    }

    @Test
    void odd_sizes_and_seeds_above_32_bits_equal_torch() {
        same(draw((1L << 40) + 3, 1, 3, 5, 7), GOLDEN.get("seed1099511627779_1_3_5_7"));
    }

    @Test
    void later_draws_go_on_in_the_same_stream() {
        try (Noise noise = new Noise(5);
                PointerScope scope = new PointerScope()) {
            JsonNode golden = GOLDEN.get("seed5_successive_3_16_4");
            same(SamplersTest.floats(noise.draw(3)), golden.get(0));
            same(SamplersTest.floats(noise.draw(16)), golden.get(1));
            same(SamplersTest.floats(noise.draw(4)), golden.get(2));
        }
    }

    @Test
    void two_pictures_do_not_disturb_each_other() {
        try (Noise one = new Noise(1);
                Noise other = new Noise(2);
                PointerScope scope = new PointerScope()) {
            one.draw(16);
            other.draw(16);
            float[] interleaved = SamplersTest.floats(one.draw(16));
            try (Noise alone = new Noise(1)) {
                alone.draw(16);
                assertThat(interleaved).isEqualTo(SamplersTest.floats(alone.draw(16)));
            }
        }
    }

    private static float[] draw(long seed, long... shape) {
        try (Noise noise = new Noise(seed);
                PointerScope scope = new PointerScope()) {
            return SamplersTest.floats(noise.draw(shape));
        }
    }

    private static void same(float[] found, JsonNode expected) {
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < found.length; i++) {
            float golden = (float) expected.get(i).asDouble();
            // Another vector width of the CPU rounds log and cos differently.
            assertThat(found[i]).isCloseTo(golden, org.assertj.core.api.Assertions.within(2e-6f));
        }
    }
}
