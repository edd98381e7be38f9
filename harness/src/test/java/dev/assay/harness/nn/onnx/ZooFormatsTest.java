package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.PictureFile;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of OpenCV's model zoo: tiny random networks of the same inputs and outputs, decoded by the zoo's own code and by OpenCV. */
class ZooFormatsTest {
    private static final Path FOLDER = OnnxGolden.folder().resolve("zoo");
    private static final JsonNode GOLDEN = golden();

    @ParameterizedTest
    @CsvSource({"palm, PALM", "body, BODY"})
    void anchors_with_channels_first_or_last_are_decoded_as_the_zoo_does(String name, AnchorDetector.Kind kind) {
        JsonNode golden = GOLDEN.get(name);
        try (AnchorDetector detector = AnchorDetector.open(FOLDER.resolve(name + ".onnx"), kind, 1)) {
            List<AnchorDetector.Found> found =
                    detector.find(picture(golden), golden.get("least").asDouble());
            assertThat(found).hasSize(golden.get("rows").size()).hasSizeGreaterThan(1);
            for (int i = 0; i < found.size(); i++) {
                double[] row = OnnxGolden.doubles(golden.get("rows").get(i));
                Detection box = found.get(i).box();
                assertThat(new double[] {box.x0(), box.y0(), box.x1(), box.y1()})
                        .containsExactly(new double[] {row[0], row[1], row[2], row[3]}, within(2e-3));
                List<double[]> points = found.get(i).points();
                for (int p = 0; p < points.size(); p++) {
                    assertThat(points.get(p))
                            .containsExactly(new double[] {row[4 + 2 * p], row[5 + 2 * p]}, within(2e-3));
                }
                assertThat(box.confidence()).isCloseTo(row[row.length - 1], within(2e-4));
            }
        }
    }

    @Test
    void the_outputs_of_a_hand_are_told_by_their_names_whatever_their_order() {
        Image image = picture(GOLDEN.get("palm"));
        TurnedSquare piece = new TurnedSquare(96, 96, 150, 0.4);
        OnnxNetwork network = new OnnxNetwork(FOLDER.resolve("hand.onnx"), 1);
        Map<String, OnnxNetwork.Output> raw =
                network.run(List.of(new SquareInput(224, true).of(piece.of(image, 224), 0)));
        network.close();
        assertThat(raw.keySet()).as("the last is listed first").startsWith("Identity_3");
        try (LandmarkNetwork hand = LandmarkNetwork.open(FOLDER.resolve("hand.onnx"), LandmarkNetwork.Kind.HAND, 1)) {
            LandmarkNetwork.Seen seen = hand.look(image, piece);
            assertThat(seen.presence())
                    .isEqualTo(raw.get("Identity_1").values().get(0))
                    .isNotEqualTo(raw.get("Identity_2").values().get(0));
            float u = raw.get("Identity").values().get(0);
            float v = raw.get("Identity").values().get(1);
            assertThat(seen.points()).hasSize(21);
            assertThat(seen.points().get(0)[0]).isCloseTo(piece.x(u, v, 224), within(1e-4));
        }
    }

    @Test
    void faces_of_yunet_are_those_of_opencv() {
        Image image = picture(GOLDEN.get("small"));
        try (OnnxDetector detector = OnnxDetector.open(FOLDER.resolve("yunet.onnx"), Map.of(), 1)) {
            assertThat(detector.labels()).containsExactly("face");
            List<Detection> all = boxes("yunet.onnx", new YuNetHead(64), image, new double[] {0.6});
            all.sort(Comparator.comparingDouble(Detection::confidence).reversed());
            JsonNode rows = GOLDEN.get("yunet");
            assertThat(all).hasSize(rows.size()).hasSizeGreaterThan(2);
            for (int i = 0; i < all.size(); i++) {
                double[] row = OnnxGolden.doubles(rows.get(i));
                same(all.get(i), row[0], row[1], row[0] + row[2], row[1] + row[3], row[4]);
            }
            assertThat(detector.detect(image)).isNotEmpty().isSubsetOf(all);
        }
    }

    @Test
    void things_of_nanodet_are_those_of_the_zoo() {
        Image image = picture(GOLDEN.get("small"));
        double[] thresholds = CocoNames.ALL.stream().mapToDouble(n -> 0.6).toArray();
        List<Detection> all = boxes("nanodet.onnx", new NanoDetHead(CocoNames.ALL, 64), image, thresholds);
        JsonNode rows = GOLDEN.get("nanodet");
        assertThat(rows.size()).isGreaterThan(50);
        for (JsonNode node : rows) {
            double[] row = OnnxGolden.doubles(node); // the best class of each cell; ours has the others, too
            String label = CocoNames.ALL.get((int) row[5]);
            assertThat(all)
                    .filteredOn(d -> d.label().equals(label) && Math.abs(d.confidence() - row[4]) < 1e-3)
                    .anySatisfy(d -> same(d, row[0], row[1], row[2], row[3], row[4]));
        }
        assertThat(all.stream().mapToDouble(Detection::confidence).max().orElseThrow())
                .isCloseTo(rows.get(0).get(4).asDouble(), within(1e-3));
        try (OnnxDetector detector = OnnxDetector.open(FOLDER.resolve("nanodet.onnx"), Map.of(), 1)) {
            assertThat(detector.labels()).isEqualTo(CocoNames.ALL);
            assertThat(detector.detect(image)).isNotEmpty();
        }
    }

    @Test
    void yunet_gets_blue_first_and_a_black_border() {
        assertThat(new YuNetHead(64).pixels(Image.of(2, 1, new byte[] {1, 2, 3, 1, 2, 3})))
                .as("blue first, black below")
                .startsWith(3f)
                .endsWith(0f);
    }

    private static List<Detection> boxes(String file, DetectorHead head, Image image, double[] thresholds) {
        OnnxNetwork network = new OnnxNetwork(FOLDER.resolve(file), 1);
        try {
            return new ArrayList<>(head.boxes(
                    network.run(List.of(OnnxNetwork.Input.of(head.pixels(image), 1, 3, 64, 64))), image, thresholds));
        } finally {
            network.close();
        }
    }

    /** Ours are cut off at the borders of the picture. */
    private static void same(Detection found, double x0, double y0, double x1, double y1, double score) {
        assertThat(new double[] {found.x0(), found.y0(), found.x1(), found.y1()})
                .containsExactly(new double[] {inside(x0), inside(y0), inside(x1), inside(y1)}, within(5e-3));
        assertThat(found.confidence()).isCloseTo(score, within(1e-3));
    }

    private static double inside(double place) {
        return Math.max(0, Math.min(64, place));
    }

    private static Image picture(JsonNode node) {
        byte[] png = Base64.getDecoder()
                .decode(node.isTextual() ? node.asText() : node.get("png").asText());
        return PictureFile.decode(png).image();
    }

    private static JsonNode golden() {
        try {
            return new ObjectMapper().readTree(FOLDER.resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
