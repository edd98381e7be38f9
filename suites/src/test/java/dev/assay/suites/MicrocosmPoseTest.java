package dev.assay.suites;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Png;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.DwPose;
import dev.assay.harness.nn.onnx.OnnxDetector;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.nn.onnx.RememberingDetector;
import dev.assay.harness.score.Metric.ImageMetric;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import dev.assay.metrics.HandsMetric;
import dev.assay.metrics.LimbsMetric;
import dev.assay.metrics.PeopleMetric;
import dev.assay.metrics.PoseConfidenceMetric;
import dev.assay.metrics.PoseMetric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Planted defects of the microcosm's figures, through the networks with DWPose's contract and the metrics of anatomy. */
class MicrocosmPoseTest {
    private static final Path FOLDER = MicrocosmPictures.MICROCOSM.resolve("pose");
    private static final int SIZE = 64;
    private static final int COLUMNS = 16;
    private static final PromptCase FIGURE = new PromptCase(
            "figure", "a person", "", List.of(1L), List.of(), new Visible(1, null, null, List.of(), List.of()));

    private static Detector people;
    private static Detector tips;
    private static PoseNetwork pose;
    private static Map<String, List<Image>> figures;

    @BeforeAll
    static void open() throws IOException {
        people = new RememberingDetector(OnnxDetector.open(FOLDER.resolve("person.onnx"), Map.of(), 1));
        tips = new RememberingDetector(
                OnnxDetector.open(MicrocosmPictures.MICROCOSM.resolve("detector/detector.onnx"), Map.of(), 1));
        pose = DwPose.open(FOLDER.resolve("pose.onnx"), 1);
        figures = figures();
    }

    @AfterAll
    static void close() {
        people.close();
        tips.close();
        pose.close();
    }

    @Test
    void every_figure_is_one_person() {
        for (String kind : figures.keySet()) {
            assertThat(share(PeopleMetric.with(people), kind)).as(kind).isZero();
        }
    }

    @Test
    void the_skeleton_and_the_hand_detector_together_see_three_arms_and_leave_sound_figures_alone() {
        HandsMetric hands = HandsMetric.with(people, pose, tips, 0.8);
        assertThat(share(hands, "right")).isLessThanOrEqualTo(1.0 / COLUMNS);
        assertThat(share(hands, "1 arm"))
                .isLessThanOrEqualTo(1.0 / COLUMNS); // a missing hand is not stated by the case
        assertThat(share(hands, "3 legs")).isLessThanOrEqualTo(1.0 / COLUMNS);
        assertThat(share(hands, "3 arms")).isGreaterThanOrEqualTo(12.0 / COLUMNS);
    }

    @Test
    void counting_sees_all_four_defects() {
        LimbsMetric limbs = LimbsMetric.with(tips);
        assertThat(share(limbs, "right")).isLessThanOrEqualTo(1.0 / COLUMNS);
        for (String defect : List.of("1 arm", "3 arms", "1 leg", "3 legs")) {
            assertThat(share(limbs, defect)).as(defect).isGreaterThanOrEqualTo(13.0 / COLUMNS);
        }
    }

    /** What the landscape says of skeletons: a missing limb lowers the confidence, a third one has no slot. */
    @Test
    void a_lost_limb_lowers_the_confidence_and_a_third_one_hardly() {
        double right = mean("right");
        assertThat(mean("1 arm")).isLessThan(right - 0.05);
        assertThat(mean("1 leg")).isLessThan(right - 0.05);
        assertThat(mean("3 legs")).isGreaterThan(right - 0.03);
        assertThat(mean("3 arms")).isGreaterThan(right - 0.03);
    }

    @Test
    void sound_skeletons_break_no_rule() {
        assertThat(share(PoseMetric.with(people, pose, PoseMetric.INFO.parameters()), "right"))
                .isLessThanOrEqualTo(1.0 / COLUMNS);
    }

    private static double share(ImageMetric metric, String kind) {
        List<Image> all = figures.get(kind);
        return all.stream().mapToDouble(i -> value(metric, i)).sum() / all.size();
    }

    private static double mean(String kind) {
        PoseConfidenceMetric metric = PoseConfidenceMetric.with(people, pose);
        return figures.get(kind).stream()
                .mapToDouble(i -> value(metric, i))
                .average()
                .orElseThrow();
    }

    private static double value(ImageMetric metric, Image image) {
        Score score = metric.score(FIGURE, image);
        assertThat(score).isInstanceOf(Score.Measured.class);
        return ((Score.Measured) score).value();
    }

    private static Map<String, List<Image>> figures() throws IOException {
        JsonNode rows = new ObjectMapper()
                .readTree(FOLDER.resolve("figures.json").toFile())
                .get("rows");
        Image sheet = Png.read(FOLDER.resolve("figures.png")).image();
        Map<String, List<Image>> found = new LinkedHashMap<>();
        for (int row = 0; row < rows.size(); row++) {
            List<Image> pictures = new ArrayList<>();
            for (int column = 0; column < COLUMNS; column++) {
                pictures.add(cut(sheet, column * SIZE, row * SIZE));
            }
            found.put(rows.get(row).asText(), pictures);
        }
        assertThat(found).hasSize(5);
        return found;
    }

    private static Image cut(Image sheet, int left, int top) {
        byte[] rgb = new byte[SIZE * SIZE * 3];
        for (int y = 0; y < SIZE; y++) {
            System.arraycopy(sheet.rgb(), ((top + y) * sheet.width() + left) * 3, rgb, y * SIZE * 3, SIZE * 3);
        }
        return Image.of(SIZE, SIZE, rgb);
    }
}
