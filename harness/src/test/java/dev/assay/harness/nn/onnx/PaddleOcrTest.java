package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.PictureFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.TextRegions.Point;
import dev.assay.harness.nn.onnx.TextRegions.Quad;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RapidOCR's pipeline step by step; with the published networks where they are. */
class PaddleOcrTest {
    private static final JsonNode GOLDEN = golden();
    private static final int GOLDEN_LINES = 34;

    @Test
    void lines_in_a_map_of_probabilities_are_where_rapidocr_finds_them() {
        int compared = 0;
        for (JsonNode row : GOLDEN.get("maps")) {
            Image map = picture(row.get("png"));
            float[] values = new float[map.width() * map.height()];
            for (int i = 0; i < values.length; i++) {
                values[i] = map.value(i % map.width(), i / map.width(), 0) / 255f;
            }
            List<Quad> found = TextRegions.find(
                    values,
                    map.width(),
                    map.height(),
                    row.get("width").asInt(),
                    row.get("height").asInt());
            assertThat(found).hasSize(row.get("boxes").size());
            for (int i = 0; i < found.size(); i++, compared++) {
                for (int corner = 0; corner < 4; corner++) {
                    Point point = found.get(i).corners().get(corner);
                    double[] expected =
                            OnnxGolden.doubles(row.get("boxes").get(i).get(corner));
                    assertThat(new double[] {point.x(), point.y()})
                            .as("box " + i + " corner " + corner)
                            .containsExactly(expected, within(1.5));
                }
            }
        }
        assertThat(compared).isGreaterThan(5);
    }

    @Test
    void pieces_are_straightened_as_opencv_does_it() {
        Image image = picture(GOLDEN.get("pieces").get("png"));
        for (JsonNode piece : GOLDEN.get("pieces").get("pieces")) {
            List<Point> corners = new ArrayList<>();
            piece.get("corners")
                    .forEach(c ->
                            corners.add(new Point(c.get(0).asDouble(), c.get(1).asDouble())));
            Image found =
                    Straightened.of(image, new Quad(corners.get(0), corners.get(1), corners.get(2), corners.get(3)));
            found = found.height() >= 1.5 * found.width() ? Straightened.quarterTurned(found) : found;
            Image expected = picture(piece.get("png"));
            assertThat(List.of(found.width(), found.height())).isEqualTo(List.of(expected.width(), expected.height()));
            int most = 0;
            for (int y = 0; y < found.height(); y++) {
                for (int x = 0; x < found.width(); x++) {
                    most = Math.max(most, Math.abs(found.value(x, y, 1) - expected.value(x, y, 1)));
                }
            }
            assertThat(most).as("grey levels of %s", piece.get("corners")).isLessThanOrEqualTo(6);
        }
    }

    @Test
    void the_smallest_rectangle_around_a_turned_one_is_it() {
        Rectangle found = Rectangle.around(
                List.of(new Point(0, 10), new Point(10, 0), new Point(14, 4), new Point(4, 14), new Point(7, 7)));
        assertThat(found.least()).isCloseTo(Math.sqrt(32), within(1e-9));
        assertThat(Math.max(found.width(), found.height())).isCloseTo(Math.sqrt(200), within(1e-9));
        assertThat(Rectangle.around(List.of(new Point(3, 4))).least()).isZero();
        assertThat(Rectangle.around(List.of(new Point(3, 4), new Point(3, 9))).least())
                .isZero();
    }

    @Test
    void a_piece_is_turned_by_a_quarter_and_by_a_half() {
        Image image = Image.of(2, 1, new byte[] {1, 1, 1, 2, 2, 2});
        Image quarter = Straightened.quarterTurned(image);
        assertThat(List.of(quarter.width(), quarter.height(), quarter.value(0, 0, 0)))
                .isEqualTo(List.of(1, 2, 2));
        assertThat(Straightened.halfTurned(image).rgb()).isEqualTo(new byte[] {2, 2, 2, 1, 1, 1});
    }

    @Test
    void another_network_is_refused() {
        Path other = OnnxGolden.folder().resolve("detector.onnx");
        assertThatThrownBy(() -> PaddleOcr.open(List.of(other, other), 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected its letters in the metadata (character, one a line), found none");
    }

    @Test
    void metadata_outside_of_the_basic_plane_is_read_whole(@TempDir Path folder) throws IOException {
        byte[] value = "字\n𣇉\n懮".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        entry.writeBytes(new byte[] {0x0a, 9});
        entry.writeBytes("character".getBytes(StandardCharsets.UTF_8));
        entry.writeBytes(new byte[] {0x12, (byte) value.length});
        entry.writeBytes(value);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {0x08, 8, 0x3a, 2, 0x58, 1, 0x72, (byte) entry.size()}); // version, graph, metadata
        file.writeBytes(entry.toByteArray());
        Path onnx = Files.write(folder.resolve("x.onnx"), file.toByteArray());
        assertThat(OnnxMetadata.of(onnx)).containsExactly(Map.entry("character", "字\n𣇉\n懮"));
        Files.write(onnx, Arrays.copyOf(file.toByteArray(), file.size() - 3));
        assertThatThrownBy(() -> OnnxMetadata.of(onnx))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("the file ends within an entry");
        Files.write(onnx, new byte[] {0x77});
        assertThatThrownBy(() -> OnnxMetadata.of(onnx)).isInstanceOf(ModelFileException.class);
    }

    /**
     * Of the 34 lines in 52 real pictures all but two have the letters that RapidOCR reads, which rounds places of corners otherwise; nothing of
     * three letters or more is read where nothing is written, and the one watermark is.
     */
    @Test
    @Tag("real")
    @Tag("slow")
    void real_pictures_are_read_as_rapidocr_reads_them() {
        int lines = 0;
        List<String> others = new ArrayList<>();
        List<String> unexpected = new ArrayList<>();
        try (TextReader reader = open()) {
            for (RealFiles.Picture picture : RealFiles.pictures()) {
                List<String> found = reader.read(picture.image()).stream()
                        .map(line -> letters(line.text()))
                        .toList();
                for (JsonNode line : GOLDEN.get("pictures").get(picture.file())) {
                    lines++;
                    String theirs = letters(line.get("text").asText());
                    if (!found.contains(theirs)) {
                        others.add(theirs + " in " + found);
                    }
                }
                if (!picture.file().startsWith("text-")) {
                    found.stream()
                            .filter(line -> line.length() > 2)
                            .forEach(line -> unexpected.add(picture.file() + ": " + line));
                }
            }
        }
        assertThat(lines).isEqualTo(GOLDEN_LINES);
        assertThat(others).hasSizeLessThanOrEqualTo(2);
        assertThat(unexpected).containsExactly("object-tomato-figures.png: A作图");
    }

    private static String letters(String text) {
        return text.replaceAll("[^\\p{L}\\p{N}]", "");
    }

    @Test
    @Tag("real")
    void the_published_reader_knows_chinese_latin_and_digits_and_nothing_of_other_scripts() {
        try (TextReader reader = open()) {
            assertThat("abcXYZ 0189 .,!?&%$é字中酒".codePoints()).allMatch(reader::knows);
            assertThat("жЖ한글ไทย".codePoints()).noneMatch(reader::knows);
        }
    }

    private static TextReader open() {
        Path weights = RealFiles.weights();
        return PaddleOcr.open(
                List.of(
                        weights.resolve("ch_PP-OCRv4_det_infer.onnx"),
                        weights.resolve("ch_PP-OCRv4_rec_infer.onnx"),
                        weights.resolve("ch_ppocr_mobile_v2.0_cls_infer.onnx")),
                1);
    }

    private static Image picture(JsonNode png) {
        return PictureFile.decode(Base64.getDecoder().decode(png.asText())).image();
    }

    private static JsonNode golden() {
        try {
            return new ObjectMapper()
                    .readTree(OnnxGolden.folder().resolve("ocr.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
