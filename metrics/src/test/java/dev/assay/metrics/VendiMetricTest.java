package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.score.Score;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VendiMetricTest {
    private static final double[] ORDERS = {0.1, 0.5, 1, 2, Double.POSITIVE_INFINITY};

    @Test
    void scores_of_all_orders_are_those_of_numpy() {
        assertThat(Golden.JSON.get("vendi").size()).isEqualTo(15);
        for (JsonNode row : Golden.JSON.get("vendi")) {
            double order = Double.parseDouble(row.get("order").asText());
            assertThat(VendiMetric.vendi(Golden.matrix(row.get("kernel")), order))
                    .as(row.get("name") + " of order " + order)
                    .isCloseTo(row.get("vendi").asDouble(), within(1e-9));
        }
    }

    @Test
    void the_example_of_the_authors_gives_their_number() {
        double[][] kernel = {{1, 0.9, 0}, {0.9, 1, 0}, {0, 0, 1}};
        assertThat(VendiMetric.vendi(kernel, 1)).isCloseTo(2.1573, within(5e-5));
    }

    @Test
    void identical_things_count_as_one_and_unrelated_ones_as_many() {
        double[][] same = new double[4][4];
        double[][] apart = new double[4][4];
        for (int i = 0; i < 4; i++) {
            java.util.Arrays.fill(same[i], 1);
            apart[i][i] = 1;
        }
        for (double order : ORDERS) {
            assertThat(VendiMetric.vendi(same, order)).isCloseTo(1, within(1e-9));
            assertThat(VendiMetric.vendi(apart, order)).isCloseTo(4, within(1e-9));
        }
        assertThat(VendiMetric.vendi(apart, 1e6)).as("no underflow").isCloseTo(4, within(1e-3));
    }

    @Test
    void a_higher_order_never_counts_more() {
        double[][] kernel = Golden.matrix(Golden.JSON.get("vendi").get(14).get("kernel"));
        for (int i = 1; i < ORDERS.length; i++) {
            assertThat(VendiMetric.vendi(kernel, ORDERS[i])).isLessThan(VendiMetric.vendi(kernel, ORDERS[i - 1]));
        }
    }

    @Test
    void permuting_seeds_changes_nothing_and_the_same_picture_twice_gives_log_zero() {
        List<Image> images = new ArrayList<>(List.of(
                Golden.flat(2, 255, 0, 0),
                Golden.flat(2, 200, 60, 0),
                Golden.flat(2, 0, 255, 0),
                Golden.flat(2, 0, 90, 255)));
        double before = score(images);
        for (int i = 0; i < 5; i++) {
            Collections.shuffle(images, new Random(i));
            assertThat(score(images)).isCloseTo(before, within(1e-12));
        }
        assertThat(before).isBetween(0.5, Math.log(4));
        assertThat(score(List.of(images.get(0), images.get(0)))).isCloseTo(0, within(1e-9));
    }

    @Test
    void one_picture_has_no_diversity() {
        assertThat(metric().score(Golden.prompt("a"), List.of(Golden.flat(2, 1, 2, 3))))
                .isEqualTo(
                        new Score.Unscored("few-pictures", "diversity needs at least 2 pictures of a prompt, found 1"));
    }

    @Test
    void an_order_of_zero_is_an_error() {
        assertThatThrownBy(() -> new VendiMetric(i -> new float[1], 0))
                .hasMessage("vendi: expected an order of 0.1 or more, found 0.0");
    }

    private static VendiMetric metric() {
        return new VendiMetric(i -> new float[] {i.value(0, 0, 0), i.value(0, 0, 1), i.value(0, 0, 2)}, 1);
    }

    private static double score(List<Image> images) {
        return ((Score.Measured) metric().score(Golden.prompt("a"), images)).value();
    }
}
