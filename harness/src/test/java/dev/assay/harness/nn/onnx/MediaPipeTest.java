package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.BodyFinder.Body;
import dev.assay.harness.nn.onnx.BodyFinder.Point;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MediaPipeTest {
    private static final Image GREY = Image.of(8, 8, new byte[8 * 8 * 3]);

    /** Counts and first and last middles of MediaPipe's ssd_anchors_calculator, as OpenCV's model zoo lists them for palms and bodies. */
    @Test
    void anchors_are_those_of_mediapipe() {
        assertThat(AnchorDetector.anchors(AnchorDetector.Kind.PALM))
                .hasNumberOfRows(2016)
                .satisfies(a -> ends(a, 0.02083333, 0.9583333));
        assertThat(AnchorDetector.anchors(AnchorDetector.Kind.BODY))
                .hasNumberOfRows(2254)
                .satisfies(a -> ends(a, 0.017857142857142856, 0.9285714285714286));
        assertThat(AnchorDetector.anchors(AnchorDetector.Kind.FACE_SHORT_RANGE)).hasNumberOfRows(896);
        assertThat(AnchorDetector.anchors(AnchorDetector.Kind.FACE_FULL_RANGE)).hasNumberOfRows(2304);
    }

    private static void ends(double[][] anchors, double first, double last) {
        assertThat(anchors[0]).containsExactly(new double[] {first, first}, within(1e-6));
        assertThat(anchors[1]).as("two in a cell").isEqualTo(anchors[0]);
        assertThat(anchors[anchors.length - 1]).containsExactly(new double[] {last, last}, within(1e-6));
    }

    @Test
    void a_hand_that_points_up_is_not_turned_and_one_that_points_right_is_turned_by_a_quarter() {
        assertThat(TurnedSquare.upright(new double[] {5, 9}, new double[] {5, 2}))
                .isCloseTo(0, within(1e-12));
        assertThat(TurnedSquare.upright(new double[] {5, 9}, new double[] {9, 9}))
                .isCloseTo(Math.PI / 2, within(1e-12));
        assertThat(TurnedSquare.level(new double[] {2, 5}, new double[] {9, 5})).isCloseTo(0, within(1e-12));
    }

    @Test
    void a_turned_piece_brings_places_back_to_where_they_were() {
        TurnedSquare piece = new TurnedSquare(40, 30, 20, Math.PI / 2);
        assertThat(piece.x(5, 5, 10)).isCloseTo(40, within(1e-12));
        assertThat(piece.y(5, 5, 10)).isCloseTo(30, within(1e-12));
        assertThat(piece.x(5, 0, 10))
                .as("up in the piece is right in the picture")
                .isCloseTo(50, within(1e-12));
        assertThat(piece.y(5, 0, 10)).isCloseTo(30, within(1e-12));
    }

    @Test
    void a_piece_is_the_picture_where_nothing_is_turned_and_black_outside() {
        byte[] rgb = new byte[4 * 4 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 5);
        }
        Image image = Image.of(4, 4, rgb);
        assertThat(new TurnedSquare(2, 2, 4, 0).of(image, 4).rgb()).isEqualTo(rgb);
        Image shifted = new TurnedSquare(4, 2, 4, 0).of(image, 4);
        assertThat(shifted.value(0, 0, 0)).isEqualTo(image.value(2, 0, 0));
        assertThat(shifted.value(2, 0, 0)).isZero();
    }

    @Test
    void a_skeleton_has_the_joints_that_both_know_and_no_others() {
        List<Point> points = IntStream.range(0, 33)
                .mapToObj(i -> new Point(i, 2 * i, 0.9, 0.8))
                .toList();
        Detection person = new Detection("person", 0, 0, 10, 20, 1);
        Pose pose = BlazePose.skeleton(person, new Body(new Detection("person", 0, 0, 10, 20, 0.95), points));
        assertThat(pose.at(Pose.LEFT_WRIST)).isEqualTo(new Pose.Keypoint(15, 30, 0.8));
        assertThat(pose.at(Pose.RIGHT_ANKLE)).isEqualTo(new Pose.Keypoint(28, 56, 0.8));
        assertThat(pose.at(Pose.LEFT_TOE).x()).isEqualTo(31);
        assertThat(pose.sees(Pose.NOSE, Pose.LEFT_SHOULDER, Pose.RIGHT_HIP)).isTrue();
        assertThat(pose.keypoints().subList(23, Pose.SLOTS))
                .as("face and hands")
                .noneMatch(Pose.Keypoint::visible);
        Pose unsure = BlazePose.skeleton(person, new Body(new Detection("person", 0, 0, 10, 20, 0.1), points));
        assertThat(unsure.sees(Pose.NOSE)).as("a body that is hardly there").isFalse();
    }

    @Test
    void a_box_around_points_is_grown_and_cut_off_at_the_borders() {
        Detection box = MediaPipe.around(GREY, List.of(new double[] {2, 2}, new double[] {6, 12}), 1.5, 0.7, "hand");
        assertThat(box).isEqualTo(new Detection("hand", 1, 0, 7, 8, 0.7));
        assertThat(MediaPipe.around(GREY, List.of(), 1.5, 0.7, "hand").x1()).isZero();
    }

    @Test
    void another_network_is_refused_with_what_it_has() {
        Path other = OnnxGolden.folder().resolve("detector.onnx");
        assertThatThrownBy(() -> MediaPipe.hands(other, other, 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(other.toString())
                .hasMessageContaining("expected one input of shape (1, 3, 192, 192) or (1, 192, 192, 3), found");
    }
}
