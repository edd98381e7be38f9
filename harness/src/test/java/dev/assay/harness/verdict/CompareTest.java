package dev.assay.harness.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.hipparchus.distribution.continuous.TDistribution;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CompareTest {
    private static final JsonNode GOLDEN = golden();

    @TestFactory
    Stream<DynamicTest> intervals_are_those_of_scipy() {
        assertThat(GOLDEN.get("cases").size()).isEqualTo(4);
        return stream(GOLDEN.get("cases"))
                .map(c -> DynamicTest.dynamicTest(c.get("name").asText(), () -> {
                    double[][] groups =
                            stream(c.get("groups")).map(CompareTest::doubles).toArray(double[][]::new);
                    Comparison found = Compare.paired(
                            pairs(groups), 3, GOLDEN.get("confidence").asDouble());
                    assertThat(Compare.standardError(groups))
                            .isCloseTo(c.get("standardError").asDouble(), within(1e-12));
                    assertThat(found.estimate()).isCloseTo(c.get("mean").asDouble(), within(1e-12));
                    assertThat(found.lower()).isCloseTo(c.get("lower").asDouble(), within(1e-9));
                    assertThat(found.upper()).isCloseTo(c.get("upper").asDouble(), within(1e-9));
                    assertThat(found.clusters()).isEqualTo(groups.length);
                    assertThat(found.unscored()).isEqualTo(3);
                }));
    }

    @Test
    void the_standard_error_is_the_published_one_and_wider_than_the_naive_one() {
        double[][] groups = {{1, 1, 0, 1}, {0, 0, 0, 1}, {1, 1, 1, 1}};
        double[][] alone = Stream.of(groups)
                .flatMapToDouble(java.util.Arrays::stream)
                .mapToObj(x -> new double[] {x})
                .toArray(double[][]::new);
        assertThat(Compare.standardError(groups)).isCloseTo(0.2204792759, within(1e-10));
        assertThat(Compare.standardError(alone)).isCloseTo(0.1421338109, within(1e-10));
    }

    @Test
    void the_interval_decides_as_the_paired_non_inferiority_test_of_scipy() {
        JsonNode golden = GOLDEN.get("paired");
        double[] a = doubles(golden.get("a"));
        double[] b = doubles(golden.get("b"));
        double[][] d = new double[a.length][1];
        for (int i = 0; i < a.length; i++) {
            d[i][0] = a[i] - b[i];
        }
        double margin = golden.get("margin").asDouble();
        double t = Compare.mean(d) / Compare.standardError(d);
        double nonInferior = (Compare.mean(d) + margin) / Compare.standardError(d);
        TDistribution student = new TDistribution(a.length - 1.0);
        assertThat(t).isCloseTo(golden.get("t").asDouble(), within(1e-10));
        assertThat(2 * student.cumulativeProbability(-t))
                .isCloseTo(golden.get("p").asDouble(), within(1e-9));
        assertThat(nonInferior).isCloseTo(golden.get("nonInferiorT").asDouble(), within(1e-10));
        assertThat(student.cumulativeProbability(-nonInferior))
                .isCloseTo(golden.get("nonInferiorP").asDouble(), within(1e-9));
        // p < 0.05 if and only if the interval at 0.90 lies inside the margin
        assertThat(Compare.paired(pairs(d), 0, 0.90).lower()).isGreaterThan(-margin);
        assertThat(Compare.paired(pairs(d), 0, 0.95).lower()).isLessThan(-margin);
    }

    @Test
    void permuting_pairs_changes_nothing() {
        List<PairedDifference> pairs = pairs(random(new Random(1), 12, 4, 1, 0.5));
        Comparison first = Compare.paired(pairs, 0, 0.90);
        Collections.shuffle(pairs, new Random(2));
        assertThat(Compare.paired(pairs, 0, 0.90)).isEqualTo(first);
    }

    @Test
    void shifting_all_differences_shifts_the_interval() {
        double[][] groups = random(new Random(3), 12, 4, 1, 0.5);
        Comparison before = Compare.paired(pairs(groups), 0, 0.90);
        for (double[] group : groups) {
            for (int i = 0; i < group.length; i++) {
                group[i] += 7;
            }
        }
        Comparison after = Compare.paired(pairs(groups), 0, 0.90);
        assertThat(after.lower() - before.lower()).isCloseTo(7, within(1e-12));
        assertThat(after.upper() - before.upper()).isCloseTo(7, within(1e-12));
    }

    @Test
    void copies_of_a_seed_narrow_nothing_but_new_prompts_do() {
        double[][] groups = random(new Random(4), 10, 4, 1, 0);
        double[][] copied = Stream.of(groups)
                .map(g -> new double[] {g[0], g[1], g[2], g[3], g[0], g[1], g[2], g[3]})
                .toArray(double[][]::new);
        double[][] more = Stream.concat(Stream.of(groups), Stream.of(groups)).toArray(double[][]::new);
        double width = width(groups);
        assertThat(width(copied)).isCloseTo(width, within(1e-12));
        assertThat(width(more)).isLessThan(0.72 * width);
    }

    @Test
    void equal_differences_give_a_point() {
        Comparison found = Compare.paired(pairs(new double[][] {{0.1, 0.1}, {0.1, 0.1}, {0.1, 0.1}}), 0, 0.90);
        assertThat(found.estimate()).isEqualTo(0.1);
        assertThat(found.lower()).isEqualTo(0.1);
        assertThat(found.upper()).isEqualTo(0.1);
    }

    @Test
    void one_prompt_gives_no_finite_interval_and_none_gives_no_estimate() {
        Comparison one = Compare.paired(pairs(new double[][] {{1, 2, 3}}), 0, 0.90);
        assertThat(one.estimate()).isEqualTo(2);
        assertThat(one.lower()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(one.upper()).isEqualTo(Double.POSITIVE_INFINITY);
        Comparison none = Compare.paired(List.of(), 5, 0.90);
        assertThat(none.estimate()).isNaN();
        assertThat(none.pairs()).isZero();
        assertThat(none.unscored()).isEqualTo(5);
    }

    @Test
    void a_confidence_out_of_range_is_an_error() {
        assertThatThrownBy(() -> Compare.paired(List.of(), 0, 90))
                .hasMessage("expected a confidence in (0, 1), found 90.0");
    }

    /** 2000 suites of 16 prompts and 4 seeds: each end of the interval misses the truth in 5 % of them. */
    @Test
    void each_end_misses_the_truth_in_five_percent() {
        Random random = new Random(5);
        int below = 0;
        int above = 0;
        for (int i = 0; i < 2000; i++) {
            Comparison c = Compare.paired(pairs(random(random, 16, 4, 1, 0.5)), 0, 0.90);
            below += c.upper() < 0 ? 1 : 0;
            above += c.lower() > 0 ? 1 : 0;
        }
        // 100 expected; binomial standard deviation 9.7
        assertThat(below).isBetween(71, 129);
        assertThat(above).isBetween(71, 129);
    }

    static double[][] random(Random random, int prompts, int seeds, double promptSpread, double seedSpread) {
        double[][] groups = new double[prompts][seeds];
        for (double[] group : groups) {
            double prompt = promptSpread * random.nextGaussian();
            for (int i = 0; i < seeds; i++) {
                group[i] = prompt + seedSpread * random.nextGaussian();
            }
            if (seedSpread == 0) { // still distinct seeds
                group[0] += 0.1;
                group[1] -= 0.1;
            }
        }
        return groups;
    }

    static List<PairedDifference> pairs(double[][] groups) {
        List<PairedDifference> pairs = new ArrayList<>();
        for (int c = 0; c < groups.length; c++) {
            for (double value : groups[c]) {
                pairs.add(new PairedDifference("prompt " + c, value));
            }
        }
        return pairs;
    }

    private static double width(double[][] groups) {
        Comparison c = Compare.paired(pairs(groups), 0, 0.90);
        return c.upper() - c.lower();
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return java.util.stream.StreamSupport.stream(array.spliterator(), false);
    }

    private static double[] doubles(JsonNode array) {
        return stream(array).mapToDouble(JsonNode::asDouble).toArray();
    }

    private static JsonNode golden() {
        try (var in = CompareTest.class.getResourceAsStream("/golden/statistics.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
