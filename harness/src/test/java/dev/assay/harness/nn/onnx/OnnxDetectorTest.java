package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OnnxDetectorTest {
    private static final Path FILE = OnnxGolden.folder().resolve("detector.onnx");
    private static final Image PICTURE =
            OnnxGolden.picture(OnnxGolden.JSON.get("pictures").get(0));

    @Test
    void boxes_are_those_of_the_raw_output_of_onnxruntime() {
        JsonNode raw = OnnxGolden.JSON.get("pictures").get(0).get("output0"); // (4 + 2, 16)
        List<Detection> expected = new ArrayList<>();
        double[] thresholds = {0.6, 0.25}; // hand: stated in the file; foot: not
        for (int a = 0; a < 16; a++) {
            for (int c = 0; c < 2; c++) {
                double score = raw.get(4 + c).get(a).asDouble();
                double x = raw.get(0).get(a).asDouble();
                double y = raw.get(1).get(a).asDouble();
                double w = raw.get(2).get(a).asDouble();
                double h = raw.get(3).get(a).asDouble();
                if (score > thresholds[c]) {
                    expected.add(new Detection(
                            c == 0 ? "hand" : "foot",
                            Math.max(0, x - w / 2),
                            Math.max(0, y - h / 2),
                            Math.min(16, x + w / 2),
                            Math.min(16, y + h / 2),
                            score));
                }
            }
        }
        List<Detection> kept = OnnxDetector.suppress(expected, 0.5);
        try (OnnxDetector detector = OnnxDetector.open(FILE, Map.of(), 1)) {
            assertThat(detector.labels()).containsExactly("hand", "foot");
            List<Detection> found = detector.detect(PICTURE);
            assertThat(found).hasSameSizeAs(kept).hasSizeGreaterThan(3);
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).label()).isEqualTo(kept.get(i).label());
                assertThat(found.get(i).x0()).isCloseTo(kept.get(i).x0(), within(1e-4));
                assertThat(found.get(i).y1()).isCloseTo(kept.get(i).y1(), within(1e-4));
                assertThat(found.get(i).confidence()).isCloseTo(kept.get(i).confidence(), within(1e-5));
            }
        }
    }

    @Test
    void a_stated_threshold_wins_over_that_of_the_file() {
        try (OnnxDetector detector = OnnxDetector.open(FILE, Map.of("hand", 0.9999, "foot", 0.9999), 1)) {
            assertThat(detector.detect(PICTURE)).isEmpty();
        }
    }

    @Test
    void a_threshold_for_a_class_that_does_not_exist_is_an_error() {
        assertThatThrownBy(() -> OnnxDetector.open(FILE, Map.of("hnad", 0.5), 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageEndingWith("a threshold for hnad, but the classes are [hand, foot]");
    }

    @Test
    void boxes_of_a_wide_picture_come_back_in_its_own_pixels() {
        // 32 x 16 goes into 16 x 16 as 16 x 8 with 4 rows of grey above and below
        Letterbox box = Letterbox.centred(32, 16, 16);
        assertThat(box).isEqualTo(new Letterbox(0.5, 0.5, 16, 8, 0, 4));
        assertThat(box.x(8, 32)).isEqualTo(16);
        assertThat(box.y(8, 16)).isEqualTo(8);
        assertThat(box.y(2, 16)).as("above the picture").isZero();
        assertThat(Letterbox.centred(16, 16, 16)).isEqualTo(new Letterbox(1, 1, 16, 16, 0, 0));
        try (OnnxDetector detector = OnnxDetector.open(FILE, Map.of("hand", 0.0, "foot", 0.0), 1)) {
            assertThat(detector.detect(
                            OnnxGolden.picture(OnnxGolden.JSON.get("pictures").get(1))))
                    .isNotEmpty()
                    .allSatisfy(d -> assertThat(d.x1()).isBetween(d.x0(), 37.0))
                    .allSatisfy(d -> assertThat(d.y1()).isBetween(d.y0(), 23.0));
        }
    }

    @Test
    void suppression_keeps_the_most_confident_of_each_class() {
        Detection best = box("hand", 0, 0.9);
        Detection shifted = box("hand", 2, 0.8); // overlap 8 / 12
        Detection apart = box("hand", 5, 0.7); // overlap 5 / 15 with the best, 7 / 13 with the one dropped
        Detection foot = box("foot", 0, 0.6);
        List<Detection> boxes = new ArrayList<>(List.of(foot, apart, shifted, best));
        for (int i = 0; i < 5; i++) {
            Collections.shuffle(boxes, new Random(i));
            assertThat(OnnxDetector.suppress(boxes, 0.5)).containsExactly(best, apart, foot);
        }
        assertThat(OnnxDetector.overlap(best, shifted)).isCloseTo(8 / 12.0, within(1e-12));
        assertThat(OnnxDetector.overlap(best, box("hand", 10, 1))).isZero();
    }

    private static Detection box(String label, double left, double confidence) {
        return new Detection(label, left, 0, left + 10, 10, confidence);
    }
}
