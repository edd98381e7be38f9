package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Score;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlankFrameMetricTest {
    @Test
    void black_white_and_flat_pictures_are_blank_and_the_evidence_says_which() {
        assertThat(evidence(Golden.flat(64, 0, 0, 0))).isEqualTo("black: no pixel is brighter than 0.0");
        assertThat(evidence(Golden.flat(64, 255, 255, 255))).isEqualTo("white: no pixel is darker than 255.0");
        assertThat(evidence(Golden.flat(64, 90, 200, 30))).isEqualTo("flat: a standard deviation of 0.0 grey levels");
    }

    @Test
    void faint_noise_does_not_make_a_picture() {
        assertThat(BlankFrameMetric.isBlank(noise(128, 3))).isTrue(); // uniform -2 to 2: deviation 1.4
        assertThat(BlankFrameMetric.isBlank(noise(128, 40))).isFalse();
        assertThat(BlankFrameMetric.isBlank(noise(8, 9))).as("0 to 16").isTrue();
    }

    @Test
    void two_flat_colours_are_a_picture() {
        byte[] rgb = Golden.flat(64, 40, 90, 200).rgb();
        for (int y = 30; y < 33; y++) {
            for (int x = 30; x < 33; x++) {
                rgb[(y * 64 + x) * 3] = (byte) 140;
            }
        }
        assertThat(BlankFrameMetric.isBlank(Image.of(64, 64, rgb))).isFalse();
    }

    @Test
    void colours_of_equal_brightness_are_a_picture() {
        byte[] rgb = Golden.flat(64, 200, 0, 0).rgb(); // luma 59.8
        for (int i = 0; i < 64 * 32; i++) {
            rgb[3 * i] = 0;
            rgb[3 * i + 1] = 102; // luma 59.9
        }
        assertThat(BlankFrameMetric.isBlank(Image.of(64, 64, rgb))).isFalse();
        assertThat(new BlankFrameMetric().score(Golden.prompt("red"), Image.of(64, 64, rgb)))
                .isEqualTo(new Score.Measured(0, "the picture shows something"));
    }

    private static String evidence(Image image) {
        Score.Measured found = (Score.Measured) new BlankFrameMetric().score(Golden.prompt("thing"), image);
        assertThat(found.value()).isEqualTo(1);
        return found.evidence();
    }

    private static Image noise(int level, int width) {
        Random random = new Random(1);
        byte[] rgb = new byte[64 * 64 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (level + random.nextInt(2 * width - 1) - width + 1);
        }
        return Image.of(64, 64, rgb);
    }
}
