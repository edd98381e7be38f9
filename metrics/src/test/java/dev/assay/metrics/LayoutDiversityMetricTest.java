package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.score.Score;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LayoutDiversityMetricTest {
    private static final int EDGE = 64;

    @Test
    void the_distance_is_that_of_pillow_and_scikit_image() {
        JsonNode golden = Golden.file("diversity").get("layout");
        List<Image> pictures = new ArrayList<>();
        for (JsonNode picture : golden.get("pictures")) {
            double[] values = Golden.doubles(picture);
            byte[] rgb = new byte[values.length];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) (int) values[i];
            }
            pictures.add(
                    Image.of(golden.get("width").asInt(), golden.get("height").asInt(), rgb));
        }
        assertThat(score(pictures)).isCloseTo(golden.get("distance").asDouble(), within(2e-5));
        assertThat(score(pictures.subList(0, 3))).isCloseTo(golden.get("three").asDouble(), within(2e-5));
        Collections.shuffle(pictures, new Random(1));
        assertThat(score(pictures)).isCloseTo(golden.get("distance").asDouble(), within(2e-5));
    }

    @Test
    void one_picture_for_every_seed_is_no_diversity_and_its_negative_the_most() {
        Image picture = blob(10, 40, 0);
        assertThat(score(List.of(picture, picture, picture))).isZero();
        assertThat(score(List.of(Golden.flat(EDGE, 9, 9, 9), Golden.flat(EDGE, 9, 9, 9))))
                .isZero();
        assertThat(score(List.of(Golden.flat(EDGE, 0, 0, 0), Golden.flat(EDGE, 255, 255, 255))))
                .isCloseTo(2, within(1e-6));
    }

    @Test
    void things_in_other_places_differ_and_noise_light_and_a_tint_on_all_hide_nothing() {
        List<Image> apart = List.of(blob(10, 10, 0), blob(50, 12, 0), blob(14, 50, 0), blob(48, 46, 0));
        List<Image> alike = List.of(blob(30, 30, 0), blob(31, 30, 0), blob(30, 31, 0), blob(31, 31, 0));
        assertThat(score(apart)).isGreaterThan(0.9);
        assertThat(score(alike)).isLessThan(0.1);
        for (List<Image> seeds : List.of(apart, alike)) {
            assertThat(score(changed(seeds, 1, 0, 6))).isCloseTo(score(seeds), within(0.03));
            assertThat(score(changed(seeds, 0.8, 10, 0))).isCloseTo(score(seeds), within(0.03));
        }
    }

    @Test
    void a_frame_on_every_picture_is_shared() {
        List<Image> apart = List.of(blob(10, 10, 0), blob(50, 12, 0), blob(14, 50, 0), blob(48, 46, 0));
        List<Image> framed = List.of(blob(10, 10, 8), blob(50, 12, 8), blob(14, 50, 8), blob(48, 46, 8));
        assertThat(score(framed)).isLessThan(score(apart) - 0.3);
    }

    @Test
    void one_picture_has_no_diversity() {
        assertThat(new LayoutDiversityMetric().score(Golden.prompt("a"), List.of(Golden.flat(2, 1, 2, 3))))
                .isEqualTo(
                        new Score.Unscored("few-pictures", "diversity needs at least 2 pictures of a prompt, found 1"));
    }

    /** A bright round thing on a dark ground, with a white frame. */
    private static Image blob(int cx, int cy, int frame) {
        byte[] rgb = new byte[EDGE * EDGE * 3];
        for (int i = 0; i < EDGE * EDGE; i++) {
            int x = i % EDGE;
            int y = i / EDGE;
            boolean edge = Math.min(Math.min(x, y), Math.min(EDGE - 1 - x, EDGE - 1 - y)) < frame;
            int v = edge ? 250 : Math.hypot(x - cx, y - cy) < 14 ? 200 : 60;
            rgb[3 * i] = (byte) v;
            rgb[3 * i + 1] = (byte) (edge ? 250 : v / 2 + 20);
            rgb[3 * i + 2] = (byte) (edge ? 250 : 60);
        }
        return Image.of(EDGE, EDGE, rgb);
    }

    private static List<Image> changed(List<Image> all, double contrast, int red, double noise) {
        Random random = new Random(3);
        return all.stream()
                .map(image -> {
                    byte[] rgb = image.rgb().clone();
                    for (int i = 0; i < rgb.length; i++) {
                        double v = (rgb[i] & 0xff) * contrast + (i % 3 == 0 ? red : 0) + noise * random.nextGaussian();
                        rgb[i] = (byte) Math.max(0, Math.min(255, Math.round(v)));
                    }
                    return Image.of(EDGE, EDGE, rgb);
                })
                .toList();
    }

    private static double score(List<Image> pictures) {
        return ((Score.Measured) new LayoutDiversityMetric().score(Golden.prompt("a"), pictures)).value();
    }
}
