package dev.assay.harness.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngTest {
    @TempDir
    Path folder;

    @Test
    void a_picture_and_its_texts_survive_the_file() throws Exception {
        Image image = Noise.of(33, 17, 4);
        Map<String, String> text = new LinkedHashMap<>();
        text.put("parameters", "a red circle\nSteps: 12, CFG scale: 3.0");
        text.put("prompt", "caf\u00e9 \u7d05\u3044\u4e38 \ud83d\udd34\ttab");
        text.put("assay:negativePrompt", "");
        byte[] file = Png.encode(image, text);
        Png.Decoded decoded = Png.read(Files.write(folder.resolve("a.png"), file));
        assertThat(decoded.image()).isEqualTo(image);
        assertThat(decoded.text()).isEqualTo(text);
        assertThat(decoded.text().keySet()).containsExactlyElementsOf(text.keySet());
    }

    @Test
    void every_kind_of_png_becomes_what_pillow_makes_of_it() throws Exception {
        JsonNode cases = Noise.golden().get("decode");
        assertThat(cases).hasSizeGreaterThan(10);
        for (JsonNode c : cases) {
            Image image = Png.decode(Base64.getDecoder().decode(c.get("png").textValue()))
                    .image();
            assertThat(Noise.sha256(image))
                    .as(c.get("name").textValue())
                    .isEqualTo(c.get("sha256").textValue());
        }
    }

    @Test
    void texts_of_pillow_are_read() throws Exception {
        byte[] file = Base64.getDecoder().decode(Noise.golden().get("text").textValue());
        assertThat(Png.decode(file).text())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "parameters", "a red circle\nSteps: 12",
                        "latin", "caf\u00e9",
                        "prompt", "\u7d05\u3044\u4e38 \ud83d\udd34",
                        "zipped", "\u0394".repeat(50),
                        "ztxt", "again ".repeat(50)));
    }

    @Test
    void a_key_that_png_cannot_hold_is_an_error() {
        Image image = Noise.of(1, 1, 1);
        for (String key : new String[] {"", " x", "x".repeat(80), "line\nbreak", "\u7d05"}) {
            assertThatThrownBy(() -> Png.encode(image, Map.of(key, "v")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("PNG keyword: expected 1 to 79");
        }
        assertThatThrownBy(() -> Png.encode(image, Map.of("k", "a\0b"))).hasMessageContaining("NUL");
    }

    @Test
    void other_files_are_errors_that_name_the_file() throws Exception {
        Path file = Files.writeString(folder.resolve("a.png"), "GIF89a");
        assertThatThrownBy(() -> Png.read(file))
                .isInstanceOf(ImageFileException.class)
                .hasMessage(file + ": is not a PNG file; expected it to start with the PNG signature");
        assertThatThrownBy(() -> Png.read(folder.resolve("none")))
                .isInstanceOf(ImageFileException.class)
                .hasMessageContaining("none: cannot be read");
        assertThatThrownBy(() -> Png.decode(new byte[0])).isInstanceOf(ImageFileException.class);
    }

    @Test
    void a_cut_file_is_an_error_at_every_length() {
        byte[] file = Png.encode(Noise.of(5, 4, 1), Map.of("k", "v"));
        for (int kept = 0; kept < file.length; kept++) {
            byte[] cut = Arrays.copyOf(file, kept);
            assertThatThrownBy(() -> Png.decode(cut)).isInstanceOf(ImageFileException.class);
        }
    }

    @Test
    void cut_pixels_under_a_right_checksum_are_an_error() {
        byte[] file = Png.encode(Noise.of(40, 40, 1), Map.of());
        int length = ByteBuffer.wrap(file).getInt(33);
        for (int kept : new int[] {200, length / 2, length - 100}) {
            ByteBuffer cut = ByteBuffer.allocate(33 + 12 + kept + 12);
            cut.put(file, 0, 33).putInt(kept).put(file, 37, 4 + kept).putInt(crc(file, 37, 4 + kept));
            cut.put(file, file.length - 12, 12);
            assertThatThrownBy(() -> Png.decode(cut.array()))
                    .as("%d of %d bytes", kept, length)
                    .isInstanceOf(ImageFileException.class);
        }
    }

    @Test
    void a_damaged_chunk_is_an_error() {
        byte[] file = Png.encode(Noise.of(5, 4, 1), Map.of());
        file[50] ^= 1;
        assertThatThrownBy(() -> Png.decode(file)).hasMessageContaining("wrong checksum");
    }

    @Test
    void a_size_that_is_only_claimed_is_an_error_before_memory_is_taken() {
        assertThatThrownBy(() -> Png.decode(sized(16385, 1))).hasMessageContaining("found 16385 x 1");
        assertThatThrownBy(() -> Png.decode(sized(16384, 16384))).hasMessageContaining("at most 67108864 in all");
        assertThatThrownBy(() -> Png.decode(sized(-1, 1))).hasMessageContaining("found 4294967295 x 1");
        assertThatThrownBy(() -> Png.decode(sized(0, 1))).hasMessageContaining("found 0 x 1");
        assertThatThrownBy(() -> Png.decode(sized(8192, 8192))).hasMessageContaining("cannot hold 8192 x 8192 pixels");
    }

    @Test
    void random_damage_gives_only_image_file_exceptions() {
        byte[] sound = Png.encode(Noise.of(6, 5, 2), Map.of("k", "v", "u", "\u7d05"));
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = sound.clone();
            int at = 8 + random.nextInt(damaged.length - 8);
            damaged[at] = (byte) random.nextInt(256);
            resign(damaged);
            try {
                Png.decode(damaged);
            } catch (ImageFileException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(300);
    }

    /** A small picture whose header says otherwise. */
    private static byte[] sized(int width, int height) {
        byte[] file = Png.encode(Noise.of(5, 4, 1), Map.of());
        ByteBuffer.wrap(file).putInt(16, width).putInt(20, height);
        resign(file);
        return file;
    }

    /** Makes the checksums right again, so that damage goes deeper. */
    private static void resign(byte[] file) {
        ByteBuffer buffer = ByteBuffer.wrap(file);
        int at = 8;
        while (at + 12 <= file.length) {
            int length = buffer.getInt(at);
            if (length < 0 || length > file.length - at - 12) {
                return;
            }
            buffer.putInt(at + 8 + length, crc(file, at + 4, 4 + length));
            at += 12 + length;
        }
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
