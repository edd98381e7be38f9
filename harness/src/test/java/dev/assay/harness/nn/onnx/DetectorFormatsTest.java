package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.OpenCvResize;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract with files that people have: tiny random networks of the same inputs and outputs, read by OpenCV, Pillow and numpy. */
class DetectorFormatsTest {
    private static final Path FOLDER = OnnxGolden.folder().resolve("detectors");
    private static final JsonNode GOLDEN = golden();

    @ParameterizedTest
    @ValueSource(strings = {"yolox", "yolov5", "yolov8", "rtdetr_logits", "rtdetr_joined", "rtdetr_picked"})
    void finds_what_python_finds(String kind) {
        int boxes = 0;
        try (OnnxDetector detector = open(kind)) {
            assertThat(detector.labels()).containsExactly("cat", "dog", "traffic light");
            for (JsonNode picture : GOLDEN.get("pictures")) {
                JsonNode expected = picture.get("found").get(kind);
                List<Detection> found = detector.detect(OnnxGolden.picture(picture));
                assertThat(found).as(kind + " " + picture.get("width")).hasSize(expected.size());
                for (int i = 0; i < found.size(); i++, boxes++) {
                    same(found.get(i), expected.get(i), kind + " box " + i);
                }
            }
        }
        assertThat(boxes).as("boxes compared").isGreaterThan(10);
    }

    private static void same(Detection found, JsonNode expected, String where) {
        assertThat(found.label()).as(where).isEqualTo(expected.get("label").asText());
        assertThat(found.confidence()).as(where).isCloseTo(expected.get("score").asDouble(), within(1e-5));
        double[] sides = {found.x0(), found.y0(), found.x1(), found.y1()};
        for (int k = 0; k < 4; k++) {
            assertThat(sides[k]).as(where).isCloseTo(expected.get("box").get(k).asDouble(), within(1e-3));
        }
    }

    @Test
    void resizing_is_opencvs_and_pillows_to_the_last_byte() {
        for (JsonNode picture : GOLDEN.get("pictures")) {
            Image image = OnnxGolden.picture(picture);
            assertThat(OpenCvResize.linear(image, 41, 37).rgb())
                    .isEqualTo(Base64.getDecoder().decode(picture.get("linear").asText()));
            assertThat(Resize.to(image, 41, 37, Resize.Filter.BILINEAR).rgb())
                    .isEqualTo(
                            Base64.getDecoder().decode(picture.get("bilinear").asText()));
        }
    }

    @Test
    void one_threshold_for_all_classes_replaces_those_of_the_file() {
        Image image = OnnxGolden.picture(GOLDEN.get("pictures").get(0));
        try (OnnxDetector detector = open("rtdetr_logits")) {
            assertThat(detector.detect(image, 0)).hasSize(16 * 3);
            assertThat(detector.detect(image, 1)).isEmpty();
        }
    }

    @Test
    void yolox_gets_blue_first_and_grey_levels_as_they_are() {
        Image red = Image.of(1, 1, new byte[] {(byte) 200, 10, 20});
        float[] pixels = new YoloXHead(Path.of("x.onnx"), List.of("cat"), 64).pixels(red);
        assertThat(List.of(pixels[0], pixels[64 * 64], pixels[2 * 64 * 64])).containsExactly(20f, 10f, 200f);
        float[] padded = new YoloXHead(Path.of("x.onnx"), List.of("cat"), 64).pixels(Image.of(2, 1, new byte[6]));
        assertThat(padded[0]).isZero();
        assertThat(padded[63 * 64]).as("below the picture").isEqualTo(114f);
    }

    @Test
    void yolox_at_640_has_8400_boxes_and_a_network_that_names_nothing_has_the_classes_of_coco() {
        DetectorHeads.Found found = heads(List.of(), 640, "output", new Shape(1, 8400, 85));
        assertThat(found.head()).isInstanceOf(YoloXHead.class);
        assertThat(found.labels())
                .isEqualTo(CocoNames.ALL)
                .hasSize(80)
                .startsWith("person", "bicycle")
                .endsWith("toothbrush");
        assertThat(heads(List.of(), 640, "output0", new Shape(1, 25200, 85)).head())
                .isInstanceOf(YoloV5Head.class);
        assertThat(heads(List.of(), 640, "output0", new Shape(1, 84, 8400)).head())
                .isInstanceOf(YoloV8Head.class);
        assertThat(heads(List.of(), 640, "output0", new Shape(1, 300, 84)).head())
                .isInstanceOf(RtDetrHead.class);
        assertThat(heads(List.of("hand"), 640, "output0", new Shape(1, 5, 8400)).head())
                .isInstanceOf(YoloV8Head.class);
    }

    @Test
    void what_is_no_known_detector_is_refused_with_what_it_has() {
        assertThatThrownBy(() -> heads(List.of("hand", "foot"), 640, "output0", new Shape(1, 116, 8400)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("for the 2 classes hand, foot at 640 pixels, found output0 (1, 116, 8400)");
        assertThatThrownBy(() -> heads(List.of("hand"), 640, "logits", new Shape(1, 300, 2)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected the outputs of a YOLOv8");
        assertThatThrownBy(() -> OnnxDetector.open(OnnxGolden.folder().resolve("textual.onnx"), Map.of(), 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected an input of shape (1, 3, height, width), found input_ids");
    }

    @Test
    void a_yolox_that_decodes_inside_is_refused() {
        YoloXHead head = new YoloXHead(Path.of("yolox.onnx"), List.of("cat"), 32);
        float[] rows = new float[YoloXHead.boxes(32) * 6];
        rows[2] = 240; // a side in pixels
        assertThatThrownBy(() -> head.boxes(
                        Map.of("output", new OnnxNetwork.Output(FloatBuffer.wrap(rows), new Shape(1, 21, 6))),
                        Image.of(32, 32, new byte[32 * 32 * 3]),
                        new double[] {0.3}))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found a side of 240.0; export it without --decode_in_inference");
    }

    @Test
    void a_detr_that_wants_normalised_pixels_is_refused(@TempDir Path folder) throws IOException {
        for (String name : List.of("detector.onnx", "config.json")) {
            Files.copy(FOLDER.resolve("rtdetr_logits").resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("preprocessor_config.json"), "{\"do_normalize\": true}");
        assertThatThrownBy(() -> OnnxDetector.open(folder.resolve("detector.onnx"), Map.of(), 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("found do_normalize");
    }

    @Test
    void more_names_than_classes_are_refused(@TempDir Path folder) throws IOException {
        Files.copy(FOLDER.resolve("rtdetr_logits/detector.onnx"), folder.resolve("detector.onnx"));
        Files.writeString(folder.resolve("classes.txt"), "cat\ndog\n");
        assertThatThrownBy(() -> OnnxDetector.open(folder.resolve("detector.onnx"), Map.of(), 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected 2 classes (cat, dog) in logits, found 3");
        Files.delete(folder.resolve("classes.txt"));
        assertThatThrownBy(() -> OnnxDetector.open(folder.resolve("detector.onnx"), Map.of(), 1))
                .hasMessageContaining("name them in config.json (id2label) or classes.txt");
    }

    private static DetectorHeads.Found heads(List<String> names, int size, String output, Shape shape) {
        return DetectorHeads.of(
                Path.of("x.onnx"),
                Collections.singletonMap(output, new OnnxNetwork.Output(FloatBuffer.allocate(0), shape)),
                names,
                size);
    }

    private static OnnxDetector open(String kind) {
        return OnnxDetector.open(FOLDER.resolve(kind).resolve("detector.onnx"), Map.of(), 1);
    }

    private static JsonNode golden() {
        try {
            return new ObjectMapper().readTree(FOLDER.resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
