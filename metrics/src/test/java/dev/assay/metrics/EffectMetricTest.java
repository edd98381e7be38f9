package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.score.Score;
import org.junit.jupiter.api.Test;

class EffectMetricTest {
    private static final JsonNode GOLDEN = Golden.JSON.get("effect");

    @Test
    void the_distance_is_that_of_numpy_either_way() {
        assertThat(effect(picture("base"), picture("candidate")))
                .isCloseTo(GOLDEN.get("rms").asDouble(), within(1e-9));
        assertThat(effect(picture("candidate"), picture("base")))
                .isCloseTo(GOLDEN.get("rms").asDouble(), within(1e-9));
    }

    @Test
    void the_same_picture_is_at_no_distance_and_black_from_white_at_255() {
        assertThat(effect(picture("base"), picture("base"))).isZero();
        assertThat(effect(Golden.flat(8, 0, 0, 0), Golden.flat(8, 255, 255, 255)))
                .isEqualTo(255);
    }

    @Test
    void pictures_of_two_sizes_are_unscored() {
        assertThat(new EffectMetric().score(Golden.prompt("a"), Golden.flat(8, 0, 0, 0), Golden.flat(9, 0, 0, 0)))
                .isEqualTo(new Score.Unscored(
                        "sizes-differ", "the pictures differ in size: base Image 8 x 8, candidate Image 9 x 9"));
    }

    private static double effect(Image base, Image candidate) {
        return ((Score.Measured) new EffectMetric().score(Golden.prompt("a"), base, candidate)).value();
    }

    private static Image picture(String name) {
        double[] values = Golden.doubles(GOLDEN.get(name));
        byte[] rgb = new byte[values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (int) values[i];
        }
        return Image.of(GOLDEN.get("width").asInt(), GOLDEN.get("height").asInt(), rgb);
    }
}
