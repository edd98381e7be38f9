package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.score.GridPattern;
import dev.assay.harness.score.GridPattern.Shape;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.Metric.Finding;
import dev.assay.harness.score.Metric.PromptImages;
import dev.assay.harness.score.Score;
import dev.assay.harness.verdict.Compare;
import dev.assay.harness.verdict.Comparison;
import dev.assay.harness.verdict.PairedDifference;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GridMetricTest {
    private static final int SIZE = 64;

    /** What a pattern adds to the luma of a pixel. */
    private interface Pattern {
        double at(int x, int y);
    }

    private static final Pattern NOTHING = (x, y) -> 0;

    @Test
    void residuals_are_those_of_scipy_and_numpy() {
        double[][] luma = Golden.matrix(Golden.JSON.get("luma"));
        int height = luma.length;
        int width = luma[0].length;
        double[] flat =
                Stream.of(luma).flatMapToDouble(java.util.Arrays::stream).toArray();
        double[] line = GridMetric.lineResidual(flat, width, height);
        double[] check = GridMetric.checkResidual(flat, width, height);
        for (int i = 0; i < flat.length; i++) {
            assertThat(line[i]).isEqualTo(Golden.matrix(Golden.JSON.get("line"))[i / width][i % width]);
            assertThat(check[i]).isEqualTo(Golden.matrix(Golden.JSON.get("check"))[i / width][i % width]);
        }
    }

    @Test
    void the_statistic_of_the_fold_is_that_of_scipy() {
        for (JsonNode row : Golden.JSON.get("folds")) {
            double[][] tiles = Golden.matrix(row.get("tiles"));
            assertThat(GridMetric.fStatistic(tiles)).isCloseTo(row.get("f").asDouble(), within(1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 1", "8, 2", "8, 4", "16, 1", "16, 2", "16, 4", "4, 1", "32, 4"})
    void lines_across_x_are_found_with_their_period(int period, double amplitude) {
        Finding found = new GridMetric().score(suite(1, 16, 4, NOTHING, lines(period, amplitude)));
        assertThat(found.summary()).startsWith("period " + period + " px across x,");
        assertThat(found.pattern()).isEqualTo(new GridPattern(period, Shape.X));
        Comparison c = compare(found);
        assertThat(c.lower()).isPositive();
        // of the ideal root mean square; the median takes a little of it on rough ground
        double ideal = amplitude / Math.sqrt(period) * Math.sqrt(1 - 1.0 / period);
        assertThat(c.estimate()).isBetween(0.6 * ideal, 1.3 * ideal);
    }

    @Test
    void lines_of_half_a_grey_level_are_found_in_larger_pictures() {
        // 8-bit pictures keep half a level only as a share of rounded pixels
        List<PromptImages> prompts = suite(2, 16, 4, 128, NOTHING, lines(8, 0.5));
        assertThat(new GridMetric().score(prompts).summary()).startsWith("period 8 px across x,");
    }

    @Test
    void a_lattice_is_found_across_both_axes() {
        Pattern lattice = (x, y) -> x % 8 == 3 || y % 8 == 5 ? 3 : 0;
        Finding found = new GridMetric().score(suite(3, 16, 4, NOTHING, lattice));
        assertThat(found.summary()).startsWith("period 8 px across x and y,").contains(" grey levels, F ");
        assertThat(found.pattern()).isEqualTo(new GridPattern(8, Shape.XY));
    }

    /** A line on the border counts as others do: where it was lost, only a period as long as the picture explained the gap. */
    @ParameterizedTest
    @CsvSource({"4, 64", "8, 64", "16, 64", "32, 128"})
    void the_period_is_the_true_one_wherever_its_first_line_lies(int period, int size) {
        for (int first : new int[] {0, 3 % period, period - 1}) {
            Pattern columns = (x, y) -> x % period == first ? 6 : 0;
            Pattern rows = (x, y) -> columns.at(y, x);
            Pattern both = (x, y) -> Math.max(columns.at(x, y), rows.at(x, y));
            assertThat(named(size, columns)).as("first line %d", first).isEqualTo("period " + period + " px across x");
            assertThat(named(size, rows)).as("first line %d", first).isEqualTo("period " + period + " px across y");
            assertThat(named(size, both))
                    .as("first line %d", first)
                    .isEqualTo("period " + period + " px across x and y");
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"64, 160", "64, 192", "128, 288"})
    void so_is_a_long_one(int period, int size) {
        the_period_is_the_true_one_wherever_its_first_line_lies(period, size);
    }

    private static String named(int size, Pattern pattern) {
        String summary =
                new GridMetric().score(suite(12, 8, 2, size, NOTHING, pattern)).summary();
        return summary.substring(0, Math.max(0, summary.indexOf(',')));
    }

    /** Without content in the difference, free cells explain lines and their crossings to the last bit. */
    @Test
    void lines_on_the_same_pictures_are_still_named_lines() {
        Pattern columns = (x, y) -> x % 8 == 0 ? 1 : 0;
        Pattern both = (x, y) -> x % 8 == 0 || y % 8 == 0 ? 3 : 0;
        assertThat(new GridMetric().score(same(columns)).summary()).startsWith("period 8 px across x,");
        assertThat(new GridMetric().score(same(both)).summary()).startsWith("period 8 px across x and y,");
    }

    private static List<PromptImages> same(Pattern pattern) {
        List<PromptImages> base = suite(13, 8, 2, NOTHING, NOTHING);
        List<PromptImages> all = new ArrayList<>();
        for (PromptImages p : base) {
            List<Image> changed = p.base().stream().map(i -> with(i, pattern)).toList();
            all.add(new PromptImages(p.prompt(), p.base(), changed));
        }
        return all;
    }

    private static Image with(Image image, Pattern pattern) {
        double[] luma = image.luma();
        byte[] rgb = new byte[3 * luma.length];
        for (int i = 0; i < rgb.length; i++) {
            int pixel = i / 3;
            double v = luma[pixel] + pattern.at(pixel % image.width(), pixel / image.width());
            rgb[i] = (byte) Math.round(Math.min(255, v));
        }
        return Image.of(image.width(), image.height(), rgb);
    }

    @ParameterizedTest
    @CsvSource({"1, 4", "2, 4", "4, 8"})
    void checkerboards_are_found_though_a_median_is_blind_to_them(int block, int period) {
        Pattern checker = (x, y) -> (x / block + y / block) % 2 == 0 ? 1.5 : -1.5;
        Finding found = new GridMetric().score(suite(4, 16, 4, NOTHING, checker));
        assertThat(found.summary()).startsWith("period " + period + " px in a checkered pattern,");
        assertThat(found.pattern()).isEqualTo(new GridPattern(period, Shape.CHECKERED));
        assertThat(compare(found).lower()).isPositive();
    }

    @Test
    void a_pattern_of_the_base_too_is_no_difference() {
        Comparison c = compare(new GridMetric().score(suite(5, 16, 4, lines(8, 3), lines(8, 3))));
        assertThat(c.lower()).isNegative();
        assertThat(c.upper()).isLessThan(0.2);
    }

    @Test
    void a_pattern_that_the_candidate_lost_is_an_improvement() {
        Finding found = new GridMetric().score(suite(6, 16, 4, lines(8, 3), NOTHING));
        assertThat(compare(found).upper()).isNegative();
        assertThat(found.summary()).startsWith("less than in the base: period 8 px across x,");
        assertThat(found.pattern()).isNull();
    }

    @Test
    void identical_pictures_give_zero() {
        List<PromptImages> same = suite(7, 4, 2, NOTHING, NOTHING).stream()
                .map(p -> new PromptImages(p.prompt(), p.base(), p.base()))
                .toList();
        Finding found = new GridMetric().score(same);
        assertThat(compare(found).estimate()).isZero();
        assertThat(found.summary()).startsWith("no pattern shared by 4 prompts");
        assertThat(found.pattern()).isNull();
    }

    /** 120 suites without a pattern: the interval lies above zero in at most 5 % of them, even with a margin of zero. */
    @Test
    void random_content_raises_few_false_alarms() {
        int alarms = 0;
        double sum = 0;
        for (int seed = 0; seed < 120; seed++) {
            Comparison c = compare(new GridMetric().score(suite(1000 + seed, 10, 2, 32, NOTHING, NOTHING)));
            alarms += c.lower() > 0 ? 1 : 0;
            sum += c.estimate();
        }
        // at most 6 expected, binomial standard deviation 2.4; 7 of 300 were counted once
        assertThat(alarms).isLessThanOrEqualTo(12);
        assertThat(sum / 120).isCloseTo(0, within(0.05));
    }

    @Test
    void the_order_of_prompts_changes_nothing() {
        List<PromptImages> prompts = suite(8, 6, 2, NOTHING, lines(8, 2));
        List<PromptImages> reversed = new ArrayList<>(prompts);
        java.util.Collections.reverse(reversed);
        assertThat(compare(new GridMetric().score(reversed)).estimate())
                .isCloseTo(compare(new GridMetric().score(prompts)).estimate(), within(1e-5)); // float sums
    }

    @Test
    void a_prompt_without_pictures_is_unscored_and_a_single_one_too() {
        List<PromptImages> prompts = new ArrayList<>(suite(9, 3, 2, NOTHING, NOTHING));
        prompts.set(1, new PromptImages(prompts.get(1).prompt(), List.of(), List.of()));
        List<Score> found = new GridMetric().score(prompts).differences();
        assertThat(found.get(0)).isInstanceOf(Score.Measured.class);
        assertThat(found.get(1)).isEqualTo(new Score.Unscored("no-pair", "no pair of pictures to compare"));
        assertThat(found.get(2)).isInstanceOf(Score.Measured.class);
        assertThat(new GridMetric().score(prompts.subList(0, 2)).differences())
                .containsOnly(new Score.Unscored(
                        "few-prompts", "a pattern shared by prompts needs at least 2 with pictures, found 1"));
    }

    @Test
    void pictures_of_two_sizes_have_no_score_and_the_reason_names_them() {
        List<PromptImages> prompts = new ArrayList<>(suite(10, 2, 2, NOTHING, NOTHING));
        prompts.addAll(suite(11, 1, 2, 32, NOTHING, NOTHING));
        assertThat(new GridMetric().score(prompts).differences())
                .hasSize(3)
                .allSatisfy(s -> assertThat(((Score.Unscored) s).reason())
                        .startsWith("pictures of one size are needed, found 64 x 64 and, for prompt-0, 32 x 32"));
    }

    @Test
    void a_picture_is_decoded_once_while_a_suite_is_taken_in() {
        List<Image> decoded = new ArrayList<>();
        Metric.Accumulation grid = new GridMetric().begin();
        List<PromptImages> prompts = suite(12, 3, 2, NOTHING, NOTHING);
        prompts.forEach(p ->
                grid.add(new PromptImages(p.prompt(), decoding(p.base(), decoded), decoding(p.candidate(), decoded))));

        assertThat(decoded).as("and the first for its size").hasSize(1 + 3 * 2 * 2);
    }

    private static List<Image> decoding(List<Image> images, List<Image> decoded) {
        return new AbstractList<>() {
            @Override
            public Image get(int i) {
                decoded.add(images.get(i));
                return images.get(i);
            }

            @Override
            public int size() {
                return images.size();
            }
        };
    }

    private static Pattern lines(int period, double amplitude) {
        return (x, y) -> x % period == period / 2 ? amplitude : 0;
    }

    private static Comparison compare(Finding finding) {
        List<PairedDifference> differences = new ArrayList<>();
        for (Score score : finding.differences()) {
            differences.add(new PairedDifference("prompt " + differences.size(), ((Score.Measured) score).value()));
        }
        return Compare.paired(differences, 0, 0.90);
    }

    @Test
    void residuals_that_memory_does_not_take_are_made_again_and_no_number_changes() {
        List<PromptImages> prompts = suite(11, 7, 2, NOTHING, lines(8, 1));
        Image any = prompts.get(0).base().get(0);
        Finding whole = new GridMetric().score(prompts);
        for (int kept : new int[] {0, 3}) {
            GridMetric.Suite suite = new GridMetric.Suite(kept * 16L * any.width() * any.height());
            prompts.forEach(suite::add);
            assertThat(prompts.stream().map(suite::score)).isEqualTo(whole.differences());
            assertThat(suite.summary()).isEqualTo(whole.summary());
        }
    }

    private static List<PromptImages> suite(int seed, int prompts, int seeds, Pattern base, Pattern candidate) {
        return suite(seed, prompts, seeds, SIZE, base, candidate);
    }

    private static List<PromptImages> suite(
            int seed, int prompts, int seeds, int size, Pattern base, Pattern candidate) {
        Random random = new Random(seed);
        List<PromptImages> all = new ArrayList<>();
        for (int p = 0; p < prompts; p++) {
            List<Image> bases = new ArrayList<>();
            List<Image> candidates = new ArrayList<>();
            for (int s = 0; s < seeds; s++) {
                bases.add(picture(random, size, base));
                candidates.add(picture(random, size, candidate));
            }
            all.add(new PromptImages(Golden.prompt("prompt-" + p), bases, candidates));
        }
        return all;
    }

    /** Discs and boxes of random colours on a ground, some noise, and the pattern. */
    private static Image picture(Random random, int size, Pattern pattern) {
        double[] luma = new double[size * size];
        java.util.Arrays.fill(luma, 40 + 170 * random.nextDouble());
        for (int thing = 0; thing < 4; thing++) {
            double cx = size * random.nextDouble();
            double cy = size * random.nextDouble();
            double r = size * (0.08 + 0.2 * random.nextDouble());
            double level = 40 + 170 * random.nextDouble();
            boolean round = random.nextBoolean();
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    double dx = Math.abs(x - cx);
                    double dy = Math.abs(y - cy);
                    if (round ? dx * dx + dy * dy < r * r : Math.max(dx, dy) < r) {
                        luma[y * size + x] = level;
                    }
                }
            }
        }
        byte[] rgb = new byte[size * size * 3];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                double v = luma[y * size + x] + 2 * random.nextGaussian() + pattern.at(x, y);
                byte grey = (byte) Math.round(Math.max(0, Math.min(255, v)));
                for (int c = 0; c < 3; c++) {
                    rgb[(y * size + x) * 3 + c] = grey;
                }
            }
        }
        return Image.of(size, size, rgb);
    }
}
