package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.image.Image;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.Score;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerceptualDiversityMetricTest {
    /** Difference of the first pixel's red. */
    private static double[][] red(List<Image> images) {
        double[][] d = new double[images.size()][images.size()];
        for (int i = 0; i < d.length; i++) {
            for (int j = 0; j < d.length; j++) {
                d[i][j] = Math.abs(images.get(i).value(0, 0, 0) - images.get(j).value(0, 0, 0)) / 100.0;
            }
        }
        return d;
    }

    private static final Metric.SetMetric METRIC = PerceptualDiversityMetric.lpips(PerceptualDiversityMetricTest::red);

    private static Image red(int value) {
        return Golden.flat(8, value, 0, 0);
    }

    private static double value(Image... images) {
        return ((Score.Measured) METRIC.score(Golden.prompt("a"), List.of(images))).value();
    }

    @Test
    void the_mean_is_that_of_all_pairs_and_no_picture_is_compared_with_itself() {
        assertThat(value(red(0), red(10), red(40))).isCloseTo((0.1 + 0.4 + 0.3) / 3, within(1e-12));
        assertThat(value(red(40), red(0), red(10))).isCloseTo((0.1 + 0.4 + 0.3) / 3, within(1e-12));
    }

    @Test
    void the_same_picture_many_times_has_no_diversity() {
        assertThat(value(red(7), red(7), red(7), red(7))).isZero();
    }

    @Test
    void the_evidence_names_the_nearest_and_the_farthest_pair() {
        Score.Measured score = (Score.Measured) METRIC.score(Golden.prompt("a"), List.of(red(0), red(10), red(40)));
        assertThat(score.evidence()).isEqualTo("0.267 LPIPS between two of 3 pictures, from 0.100 to 0.400");
    }

    @Test
    void dreamsims_is_the_same_mean_under_its_own_name() {
        Metric.SetMetric dreamSim = PerceptualDiversityMetric.dreamSim(PerceptualDiversityMetricTest::red);
        assertThat(dreamSim.info().name()).isEqualTo("dreamsim-diversity");
        assertThat(dreamSim.score(Golden.prompt("a"), List.of(red(0), red(20))))
                .isEqualTo(new Score.Measured(0.2, "0.200 DreamSim between two of 2 pictures, from 0.200 to 0.200"));
    }

    @Test
    void one_picture_and_pictures_of_two_sizes_are_unscored() {
        assertThat(METRIC.score(Golden.prompt("a"), List.of(red(0))))
                .isEqualTo(
                        new Score.Unscored("few-pictures", "diversity needs at least 2 pictures of a prompt, found 1"));
        assertThat(METRIC.score(Golden.prompt("a"), List.of(red(0), Golden.flat(9, 0, 0, 0))))
                .isEqualTo(new Score.Unscored("sizes-differ", "the pictures differ in size: Image 8 x 8, Image 9 x 9"));
    }

    @Test
    void the_effect_is_the_distance_from_the_base_and_needs_one_size() {
        LpipsEffectMetric effect = new LpipsEffectMetric(PerceptualDiversityMetricTest::red);
        assertThat(effect.score(Golden.prompt("a"), red(10), red(40)))
                .isEqualTo(new Score.Measured(0.3, "0.300 LPIPS from the picture of the base"));
        assertThat(effect.score(Golden.prompt("a"), red(10), Golden.flat(9, 0, 0, 0)))
                .isEqualTo(new Score.Unscored(
                        "sizes-differ", "the pictures differ in size: base Image 8 x 8, candidate Image 9 x 9"));
    }
}
