package dev.assay.reports.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
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
    void pictures_without_any_font_are_still_drawn() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.awt.headless=true",
                        "-Dsun.font.fontmanager=no.such.FontManager",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutFonts.class.getName())
                .redirectErrorStream(true)
                .start();
        String words = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(words).isZero();
        assertThat(words).contains("drawn without letters: true");
    }

    static final class WithoutFonts {
        private WithoutFonts() {}

        public static void main(String[] arguments) {
            BufferedImage image = plain(8, 0);
            Lettering.write(image.createGraphics(), "text", 0, 8, 8, 8, java.awt.Color.WHITE);
            System.out.println("drawn without letters: " + !Lettering.available());
        }
    }
}
