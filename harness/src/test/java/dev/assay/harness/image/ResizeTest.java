package dev.assay.harness.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class ResizeTest {
    @Test
    void bicubic_is_pillows_to_the_last_byte() throws Exception {
        JsonNode cases = Noise.golden().get("resize");
        assertThat(cases).hasSizeGreaterThan(15);
        for (JsonNode c : cases) {
            int w = c.get("width").intValue();
            int h = c.get("height").intValue();
            Image resized = Resize.bicubic(
                    Noise.of(w, h, w * 1000 + h),
                    c.get("toWidth").intValue(),
                    c.get("toHeight").intValue());
            assertThat(Noise.sha256(resized))
                    .as(c.toString())
                    .isEqualTo(c.get("sha256").textValue());
        }
    }

    @Test
    void a_flat_picture_stays_flat() {
        byte[] flat = new byte[11 * 5 * 3];
        java.util.Arrays.fill(flat, (byte) 200);
        Image resized = Resize.bicubic(Image.of(11, 5, flat), 4, 9);
        assertThat(resized.rgb()).containsOnly((byte) 200);
    }

    @Test
    void the_same_size_changes_nothing() {
        Image image = Noise.of(9, 8, 3);
        assertThat(Resize.bicubic(image, 9, 8)).isEqualTo(image);
    }

    @Test
    void the_shorter_edge_is_scaled_and_the_longer_rounded_down() {
        assertThat(Resize.shortestEdge(Noise.of(640, 360, 1), 224, Resize.Filter.BICUBIC)
                        .toString())
                .isEqualTo("Image 398 x 224");
        assertThat(Resize.shortestEdge(Noise.of(36, 64, 1), 22, Resize.Filter.BICUBIC)
                        .toString())
                .isEqualTo("Image 22 x 39");
        assertThat(Resize.shortestEdge(Noise.of(64, 64, 1), 22, Resize.Filter.BICUBIC)
                        .toString())
                .isEqualTo("Image 22 x 22");
    }

    @Test
    void the_crop_is_the_middle() {
        Image image = Noise.of(10, 7, 1);
        Image crop = Resize.centerCrop(image, 4);
        assertThat(crop.value(0, 0, 2)).isEqualTo(image.value(3, 1, 2));
        assertThat(crop.value(3, 3, 0)).isEqualTo(image.value(6, 4, 0));
        assertThatThrownBy(() -> Resize.centerCrop(image, 8)).hasMessage("cannot crop 8 x 8 pixels from Image 10 x 7");
        assertThatThrownBy(() -> Resize.bicubic(image, 0, 8)).isInstanceOf(IllegalArgumentException.class);
    }
}
