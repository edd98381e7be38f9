package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.nn.onnx.OnnxDetector;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MicrocosmDetectorTest {
    @Test
    void boxes_of_people_and_tips_are_those_of_python_with_onnxruntime() {
        check(MicrocosmPictures.MICROCOSM.resolve("detector"), "person", "hand", "foot");
    }

    @Test
    void boxes_of_shapes_are_those_of_python_with_onnxruntime() {
        check(MicrocosmPictures.MICROCOSM.resolve("shapes"), "circle", "square", "triangle", "star", "person");
    }

    private static void check(Path folder, String... labels) {
        JsonNode golden = MicrocosmPictures.golden(folder);
        Map<String, Double> thresholds = new HashMap<>();
        golden.get("thresholds")
                .properties()
                .forEach(e -> thresholds.put(e.getKey(), e.getValue().asDouble()));
        assertThat(golden.get("pictures").size()).isGreaterThan(3);
        try (OnnxDetector detector = OnnxDetector.open(folder.resolve("detector.onnx"), thresholds, 1)) {
            assertThat(detector.labels()).containsExactly(labels);
            for (JsonNode picture : golden.get("pictures")) {
                same(
                        detector.detect(MicrocosmPictures.read(
                                folder.resolve(picture.get("image").asText()))),
                        picture.get("boxes"));
            }
        }
    }

    private static void same(List<Detection> found, JsonNode boxes) {
        assertThat(found).hasSize(boxes.size());
        for (int i = 0; i < found.size(); i++) {
            Detection d = found.get(i);
            JsonNode box = boxes.get(i).get("box");
            double[] corners = {d.x0(), d.y0(), d.x1(), d.y1()};
            assertThat(d.label()).isEqualTo(boxes.get(i).get("class").asText());
            assertThat(d.confidence()).isCloseTo(boxes.get(i).get("score").asDouble(), within(1e-4));
            for (int k = 0; k < 4; k++) {
                // ours end at the border of the picture, 64 x 64
                double expected = Math.max(0, Math.min(64, box.get(k).asDouble()));
                assertThat(corners[k]).isCloseTo(expected, within(1e-2));
            }
        }
    }
}
