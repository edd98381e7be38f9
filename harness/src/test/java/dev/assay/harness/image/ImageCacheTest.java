package dev.assay.harness.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCacheTest {
    private static final int PICTURE = 16 * 16 * 3; // bytes in memory

    @TempDir
    Path folder;

    private static Image flat(int grey) {
        byte[] rgb = new byte[PICTURE];
        java.util.Arrays.fill(rgb, (byte) grey);
        return Image.of(16, 16, rgb);
    }

    private Path file(Image image) throws IOException {
        return Files.write(folder.resolve(image.sha256() + ".png"), Png.encode(image, Map.of()));
    }

    @Test
    void the_first_pictures_stay_and_the_others_take_turns() throws IOException {
        ImageCache cache = new ImageCache(8 * PICTURE); // 6 stay
        Image[] first = new Image[12];
        for (int grey = 0; grey < 12; grey++) {
            first[grey] = cache.image(file(flat(grey)), flat(grey).sha256());
            assertThat(first[grey]).isEqualTo(flat(grey));
        }
        for (int grey = 0; grey < 6; grey++) {
            assertThat(decodedAgain(cache, grey)).as("%s stays", grey).isSameAs(first[grey]);
        }
        assertThat(decodedAgain(cache, 11)).isSameAs(first[11]);
        assertThat(decodedAgain(cache, 10)).isSameAs(first[10]);
        assertThat(decodedAgain(cache, 6)).isNotSameAs(first[6]).isEqualTo(first[6]);
        assertThat(decodedAgain(cache, 10)).as("used later than 11").isSameAs(first[10]);
        assertThat(decodedAgain(cache, 11)).isNotSameAs(first[11]);
    }

    private Image decodedAgain(ImageCache cache, int grey) throws IOException {
        return cache.image(file(flat(grey)), flat(grey).sha256());
    }

    @Test
    void what_is_larger_than_a_turn_is_decoded_each_time_and_drives_nothing_out() throws IOException {
        ImageCache cache = new ImageCache(4 * PICTURE);
        Image small = flat(1);
        cache.add(small);
        Image large = Image.of(32, 32, new byte[32 * 32 * 3]);
        Path file = file(large);
        assertThat(cache.image(file, large.sha256())).isNotSameAs(cache.image(file, large.sha256()));
        assertThat(cache.image(folder.resolve("gone.png"), small.sha256())).isSameAs(small);
    }

    @Test
    void other_pixels_than_those_asked_for_are_refused_with_the_files_name() throws IOException {
        Path file = file(flat(1));
        ImageCache cache = new ImageCache();
        assertThatThrownBy(() -> cache.image(file, flat(2).sha256()))
                .isInstanceOf(ImageFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("other pixels");
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> cache.image(file, flat(1).sha256()))
                .isInstanceOf(ImageFileException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void threads_that_ask_at_once_all_have_the_right_pixels() throws IOException {
        ImageCache cache = new ImageCache(5 * PICTURE);
        for (int grey = 0; grey < 8; grey++) {
            file(flat(grey));
        }
        assertThat(IntStream.range(0, 4000).parallel().mapToObj(i -> {
                    String sha256 = flat(i % 8).sha256();
                    return cache.image(folder.resolve(sha256 + ".png"), sha256).equals(flat(i % 8));
                }))
                .hasSize(4000)
                .allMatch(equal -> equal);
    }
}
