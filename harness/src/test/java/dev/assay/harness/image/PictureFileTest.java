package dev.assay.harness.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.PictureFile.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against Pillow's pixels: golden_pictures.py. */
class PictureFileTest {
    private static final JsonNode GOLDEN = golden();

    private static JsonNode golden() {
        try (InputStream in = PictureFileTest.class.getResourceAsStream("/golden/pictures.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<String> names() {
        return StreamSupport.stream(GOLDEN.get("pictures").spliterator(), false)
                .map(p -> p.get("name").asText());
    }

    private static JsonNode entry(String name) {
        return StreamSupport.stream(GOLDEN.get("pictures").spliterator(), false)
                .filter(p -> p.get("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] file(String name) {
        return Base64.getDecoder().decode(entry(name).get("file").asText());
    }

    @ParameterizedTest
    @MethodSource("names")
    void pixels_are_those_of_pillow(String name) {
        JsonNode golden = entry(name);
        byte[] expected = Base64.getDecoder().decode(golden.get("rgb").asText());

        PictureFile found = PictureFile.decode(file(name));

        assertThat(found.image().width()).isEqualTo(golden.get("width").asInt());
        assertThat(found.image().height()).isEqualTo(golden.get("height").asInt());
        byte[] rgb = found.image().rgb();
        int most = 0;
        long sum = 0;
        for (int i = 0; i < rgb.length; i++) {
            int d = Math.abs((rgb[i] & 0xff) - (expected[i] & 0xff));
            most = Math.max(most, d);
            sum += d;
        }
        // Lossless is exact. JPEG: two implementations of one transform, which may round apart. WebP: libwebp smooths
        // the
        // halved chroma between its samples, this decoder repeats them; steep colours on a tiny picture show it most.
        assertThat(most).isLessThanOrEqualTo(!found.lossy() ? 0 : found.format() == Format.JPEG ? 2 : 24);
        assertThat((double) sum / rgb.length).isLessThan(found.format() == Format.JPEG ? 0.3 : 5);
    }

    @Test
    void the_format_is_known_by_content_and_whether_it_loses_pixels() {
        assertThat(PictureFile.decode(file("lossless.webp")).lossy()).isFalse();
        assertThat(PictureFile.decode(file("lossy.webp")).lossy()).isTrue();
        assertThat(PictureFile.decode(file("plain.jpg")).lossy()).isTrue();
        PictureFile png = PictureFile.decode(Png.encode(Noise.of(5, 3, 1), Map.of("parameters", "a")));
        assertThat(png.format()).isEqualTo(Format.PNG);
        assertThat(png.lossy()).isFalse();
        assertThat(png.text()).containsEntry("parameters", "a");
    }

    @Test
    void a_turned_png_is_kept_as_it_is_where_pixels_are_proved_and_turned_where_it_is_shown() {
        Png.Decoded stored = Png.decode(file("turned-6.png"));
        assertThat(stored.orientation()).isEqualTo(6);
        assertThat(stored.image().width()).isEqualTo(24);
        assertThat(PictureFile.decode(file("turned-6.png")).image().width()).isEqualTo(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"parameters.webp", "parameters.jpg", "parameters-le.jpg", "parameters-ascii.jpg"})
    void a_user_comment_is_read_in_either_byte_order(String name) {
        assertThat(PictureFile.decode(file(name)).text())
                .containsEntry("parameters", GOLDEN.get("parameters").asText());
    }

    @Test
    void the_texts_of_comfyui_are_found_in_the_tags_of_the_camera() {
        assertThat(PictureFile.decode(file("comfyui.webp")).text())
                .containsEntry("prompt", "{\"1\": {}}")
                .containsEntry("workflow", "{\"nodes\": []}");
    }

    @Test
    void animations_and_other_kinds_are_refused_in_words() {
        assertThatThrownBy(() -> PictureFile.decode(refused("animation.webp")))
                .isInstanceOf(ImageFileException.class)
                .hasMessage("is an animation; expected one still picture: save the frame that is to be judged");
        assertThatThrownBy(() -> PictureFile.decode(refused("animation.png")))
                .isInstanceOf(ImageFileException.class)
                .hasMessageStartingWith("is an animation");
        assertThatThrownBy(() -> PictureFile.decode(refused("cmyk.jpg"))).isInstanceOf(ImageFileException.class);
        assertThatThrownBy(() -> PictureFile.decode("GIF89a......".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("it is a GIF");
        assertThatThrownBy(() -> PictureFile.decode("....ftypavif".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("of the kind avif");
        assertThatThrownBy(() -> PictureFile.decode(new byte[0])).hasMessageContaining("it is empty");
    }

    private static byte[] refused(String name) {
        return Base64.getDecoder().decode(GOLDEN.get("refused").get(name).asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain.jpg", "progressive.jpg", "lossless.webp", "lossy.webp"})
    void a_file_cut_short_is_refused(String name) {
        byte[] whole = file(name);
        for (int length = 12; length < whole.length * 9 / 10; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> PictureFile.decode(cut)).isInstanceOf(ImageFileException.class);
        }
    }

    @Test
    void a_huge_size_is_refused_before_any_pixel_is_decoded() {
        byte[] jpeg = file("plain.jpg");
        int frame = indexOf(jpeg, (byte) 0xff, (byte) 0xc0);
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 65000).putShort(frame + 7, (short) 65000);
        assertThatThrownBy(() -> PictureFile.decode(jpeg)).hasMessageContaining("65000 x 65000");

        byte[] lossy = file("lossy.webp");
        int start = indexOf(lossy, (byte) 0x9d, (byte) 0x01);
        ByteBuffer.wrap(lossy)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(start + 3, (short) 8000)
                .putShort(start + 5, (short) 8000);
        assertThatThrownBy(() -> PictureFile.decode(lossy))
                .hasMessageContaining("compressed bytes cannot hold 8000 x 8000");

        byte[] webp = file("lossless.webp");
        ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).putInt(21, 16383 | 16383 << 14);
        assertThatThrownBy(() -> PictureFile.decode(webp)).hasMessageContaining("16384 x 16384");
    }

    /** Whatever bytes come, the answer is a picture or an ImageFileException. */
    @ParameterizedTest
    @MethodSource("names")
    void damaged_files_give_a_picture_or_a_reason(String name) {
        Random random = new Random(name.hashCode());
        byte[] whole = file(name);
        for (int i = 0; i < 200; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k < 1 + random.nextInt(4); k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(PictureFile.decode(damaged).image().width()).isPositive();
            } catch (ImageFileException reason) {
                assertThat(reason).hasMessageMatching("(?s)(is|expected) .*");
            }
        }
    }

    private static int indexOf(byte[] in, byte a, byte b) {
        for (int i = 0; i + 1 < in.length; i++) {
            if (in[i] == a && in[i + 1] == b) {
                return i;
            }
        }
        throw new AssertionError("no such marker");
    }

    @Test
    void a_missing_file_is_said(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> PictureFile.bytes(folder.resolve("x.png")))
                .isInstanceOf(ImageFileException.class)
                .hasMessageStartingWith("cannot be read");
        assertThat(PictureFile.bytes(Files.write(folder.resolve("y.png"), new byte[] {1})))
                .hasSize(1);
    }
}
