package dev.assay.reports.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PixelsTest {
    private static BufferedImage plain(int side, int rgb) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < side * side; i++) {
            image.setRGB(i % side, i / side, rgb);
        }
        return image;
    }

    @Test
    void small_pictures_are_enlarged_by_a_whole_factor_with_hard_pixels() {
        BufferedImage image = plain(64, 0);
        image.setRGB(1, 0, 0xffffff);
        BufferedImage large = Pixels.forPeople(image);
        assertThat(large.getWidth()).isEqualTo(256);
        assertThat(large.getRGB(3, 0) & 0xffffff).isZero();
        assertThat(large.getRGB(4, 0) & 0xffffff).isEqualTo(0xffffff);
        assertThat(Pixels.forPeople(plain(1024, 0)).getWidth()).isEqualTo(512);
    }

    @Test
    void a_difference_is_amplified_without_carry_between_channels() {
        Pixels.Difference d = Pixels.difference(plain(4, 0x102030), plain(4, 0x0f2a30));
        assertThat(d.largest()).isEqualTo(10);
        assertThat(d.gain()).isEqualTo(16);
        assertThat(d.image().getRGB(0, 0) & 0xffffff).isEqualTo(0x10a000);
        assertThat(Pixels.difference(plain(4, 7), plain(4, 7)).largest()).isZero();
    }

    @Test
    void a_text_wider_than_its_room_is_cut() {
        BufferedImage image = plain(8, 0);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> Lettering.write(image.createGraphics(), "a long text", 0, 8, 8, 1, java.awt.Color.WHITE));
    }

    @Test
    void what_java_throws_without_fonts_is_no_letters() {
        for (Throwable thrown : List.of(
                new InternalError("Fontconfig head is null"),
                new UnsatisfiedLinkError("libfreetype.so.6"),
                new NullPointerException("sun.awt.FontConfiguration.head"))) {
            assertThat(Lettering.works(() -> sneak(thrown))).isFalse();
        }
        assertThat(Lettering.works(() -> {})).isTrue();
    }

    private static void sneak(Throwable thrown) {
        if (thrown instanceof Error e) {
            throw e;
        }
        throw (RuntimeException) thrown;
    }
}
