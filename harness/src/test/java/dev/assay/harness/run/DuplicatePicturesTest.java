package dev.assay.harness.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.harness.image.Image;
import dev.assay.harness.render.Cost;
import dev.assay.harness.render.Picture;
import dev.assay.harness.run.DuplicatePictures.Painted;
import dev.assay.harness.verdict.BuiltIn;
import dev.assay.harness.verdict.Outcome;
import dev.assay.harness.verdict.Place;
import dev.assay.harness.verdict.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pictures of soft blobs, as different from each other as scenes are. */
class DuplicatePicturesTest {
    private static final int SIZE = 128;

    /** Eight blobs of random place, size and colour over a slope. */
    private static Image scene(long seed, int shift) {
        Random random = new Random(seed);
        double[][] blobs =
                IntStream.range(0, 8).mapToObj(i -> random.doubles(6).toArray()).toArray(double[][]::new);
        byte[] rgb = new byte[SIZE * SIZE * 3];
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                for (int c = 0; c < 3; c++) {
                    double v = 60 + 40.0 * (x + shift) / SIZE;
                    for (double[] b : blobs) {
                        double dx = (x + shift) / (double) SIZE - b[0];
                        double dy = (y + shift) / (double) SIZE - b[1];
                        v += 150 * (b[3 + c] - 0.4) * Math.exp(-(dx * dx + dy * dy) / (0.005 + 0.03 * b[2]));
                    }
                    rgb[(y * SIZE + x) * 3 + c] = level(v);
                }
            }
        }
        return Image.of(SIZE, SIZE, rgb);
    }

    private static Picture picture(Image image) {
        return new Picture(0, Path.of("none"), image.sha256(), Cost.UNKNOWN, false, (file, sha256) -> image);
    }

    private static byte level(double v) {
        return (byte) Math.round(Math.max(0, Math.min(255, v)));
    }

    private static Image each(Image image, UnaryOperator<Double> change) {
        byte[] rgb = image.rgb();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = level(change.apply((double) (rgb[i] & 0xff)));
        }
        return Image.of(image.width(), image.height(), rgb);
    }

    /** 4 prompts of 3 seeds; the base's pictures are all different. */
    private static DuplicatePictures.Result find(java.util.function.BiFunction<Integer, Long, Image> candidate) {
        List<Painted> all = new ArrayList<>();
        for (int prompt = 0; prompt < 4; prompt++) {
            for (long seed = 0; seed < 3; seed++) {
                all.add(new Painted(
                        "case-" + prompt,
                        seed,
                        picture(scene(10L * prompt + seed, 0)),
                        picture(candidate.apply(prompt, seed))));
            }
        }
        return DuplicatePictures.of(all);
    }

    private static long twins(DuplicatePictures.Result result) {
        return result.found().stream().filter(f -> f.twin() != null).count();
    }

    @Test
    void different_scenes_have_no_twins() {
        DuplicatePictures.Result result = find((prompt, seed) -> scene(1000 + 10 * prompt + seed, 0));
        assertThat(twins(result)).isZero();
        assertThat(result.found()).hasSize(12);
        assertThat(BuiltIn.distinct(result.alike()).outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void the_same_scene_under_noise_light_contrast_blur_or_a_small_shift_is_a_twin() {
        Random random = new Random(4);
        Image one = scene(77, 0);
        List<java.util.function.BiFunction<Integer, Long, Image>> ways = List.of(
                (prompt, seed) -> one,
                (prompt, seed) -> each(one, v -> v + 6 * random.nextGaussian()),
                (prompt, seed) -> each(one, v -> v + 7 * prompt + 3 * seed - 12),
                (prompt, seed) -> each(one, v -> 128 + (v - 128) * (0.8 + 0.05 * prompt)),
                (prompt, seed) -> scene(77, (int) (seed % 3)));
        for (int i = 0; i < ways.size(); i++) {
            DuplicatePictures.Result result = find(ways.get(i));
            assertThat(twins(result)).as("way " + i).isEqualTo(12);
            assertThat(BuiltIn.distinct(result.alike()).outcome())
                    .as("way " + i)
                    .isEqualTo(Outcome.REGRESSED);
        }
        assertThat(BuiltIn.distinct(find(ways.get(0)).alike()).reason())
                .isEqualTo(new Reason.SamePictures(12, 12, 12, new Place("case-0", 0), new Place("case-0", 1), false));
        assertThat(BuiltIn.distinct(find(ways.get(1)).alike()).reason())
                .isInstanceOfSatisfying(
                        Reason.SamePictures.class,
                        same -> assertThat(same.exact()).isZero());
    }

    @Test
    void one_picture_per_prompt_and_one_per_seed_are_seen_and_one_resemblance_is_chance() {
        assertThat(twins(find((prompt, seed) -> scene(prompt, 0)))).isEqualTo(12);
        assertThat(twins(find((prompt, seed) -> scene(seed, 0)))).isEqualTo(12);
        Random random = new Random(5);
        DuplicatePictures.Result few = find((prompt, seed) -> prompt == 2 && seed < 2
                ? each(scene(5, 0), v -> v + random.nextGaussian())
                : scene(1000 + 10 * prompt + seed, 0));
        assertThat(twins(few)).isEqualTo(2);
        assertThat(BuiltIn.distinct(few.alike()).outcome()).isEqualTo(Outcome.PASSED);
        assertThat(BuiltIn.distinct(few.alike()).reason())
                .isInstanceOfSatisfying(
                        Reason.SamePictures.class,
                        same -> assertThat(same.chance()).isTrue());
        DuplicatePictures.Result exact =
                find((prompt, seed) -> prompt == 2 && seed < 2 ? scene(5, 0) : scene(1000 + 10 * prompt + seed, 0));
        assertThat(BuiltIn.distinct(exact.alike()).outcome()).isEqualTo(Outcome.REGRESSED);
    }

    @Test
    void where_the_base_paints_one_picture_nothing_can_be_shown() {
        List<Painted> all = IntStream.range(0, 4)
                .mapToObj(i -> new Painted("case-" + i, 1, picture(scene(1, 0)), picture(scene(2, 0))))
                .toList();
        assertThat(DuplicatePictures.of(all).found()).isEmpty();
        assertThat(BuiltIn.distinct(DuplicatePictures.of(all).alike()).outcome())
                .isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(BuiltIn.distinct(DuplicatePictures.of(List.of()).alike()).reason())
                .isEqualTo(new Reason.NothingToTellApart());
    }

    @Test
    void pictures_of_nothing_are_one_picture_whatever_noise_is_over_them() {
        Random random = new Random(6);
        for (double noise : List.of(0.0, 0.5, 3.0, 40.0)) {
            Image flat = each(scene(1, 0), v -> 117.0);
            DuplicatePictures.Result result =
                    find((prompt, seed) -> each(flat, v -> v + noise * random.nextGaussian()));
            assertThat(twins(result)).as("noise " + noise).isEqualTo(12);
            assertThat(BuiltIn.distinct(result.alike()).outcome()).isEqualTo(Outcome.REGRESSED);
        }
        Image small = each(Image.of(64, 64, new byte[64 * 64 * 3]), v -> 90.0);
        assertThat(twins(find((prompt, seed) -> each(small, v -> v + 4 * random.nextGaussian()))))
                .as("small pictures with faint noise")
                .isEqualTo(12);
        DuplicatePictures.Result faint =
                find((prompt, seed) -> each(scene(50 + 10 * prompt + seed, 0), v -> 117 + (v - 128) / 16));
        assertThat(twins(faint)).as("faint scenes are scenes").isZero();
    }

    @Test
    void one_picture_for_both_seeds_is_seen_among_many_prompts() {
        List<Image> scenes = IntStream.range(0, 30).mapToObj(i -> scene(i, 0)).toList();
        Random random = new Random(8);
        List<Painted> all = IntStream.range(0, 900)
                .mapToObj(i -> new Painted(
                        "case-" + i / 2,
                        i % 2,
                        picture(scenes.get(i % 30)),
                        picture(
                                i % 2 == 0
                                        ? scenes.get((i / 2) % 30)
                                        : each(scenes.get((i / 2) % 30), v -> v + 2 * random.nextGaussian()))))
                .toList();
        assertThat(BuiltIn.distinct(DuplicatePictures.of(all).alike()).outcome())
                .isEqualTo(Outcome.REGRESSED);
    }

    @Test
    void two_pictures_that_are_one_are_seen_wherever_they_are_among_many() {
        Random random = new Random(9);
        List<Image> scenes = IntStream.range(0, 20).mapToObj(i -> scene(i, 0)).toList();
        Image one = scene(99, 0);
        List<Painted> all = IntStream.range(0, 2000)
                .mapToObj(i -> new Painted(
                        "case-" + i,
                        1,
                        picture(scenes.get(i % 20)),
                        picture(i == 531 || i == 1488 ? one : random(random))))
                .toList();
        assertThat(BuiltIn.distinct(DuplicatePictures.of(all).alike()).reason())
                .isInstanceOfSatisfying(Reason.SamePictures.class, same -> {
                    assertThat(same.one()).isEqualTo(new Place("case-531", 1));
                    assertThat(same.other()).isEqualTo(new Place("case-1488", 1));
                });
    }

    /** Of few and large pixels: quick to make, and none like another. */
    private static Image random(Random random) {
        byte[] rgb = new byte[24 * 24 * 3];
        random.nextBytes(rgb);
        return Image.of(24, 24, rgb);
    }

    @Test
    void of_many_pictures_some_are_compared() {
        Image one = scene(1, 0);
        List<Image> bases = IntStream.range(0, 10).mapToObj(i -> scene(i, 0)).toList();
        List<Painted> all = IntStream.range(0, 1001)
                .mapToObj(i -> new Painted("case-" + i / 2, i % 2, picture(bases.get(i % 7)), picture(one)))
                .toList();
        assertThat(DuplicatePictures.of(all).looked()).isBetween(400, 500);
        assertThat(twins(DuplicatePictures.of(all)))
                .isEqualTo(DuplicatePictures.of(all).looked());
    }
}
