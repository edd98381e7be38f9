package dev.assay.harness.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.nn.onnx.RealFiles.Mark;
import dev.assay.harness.nn.onnx.RealFiles.Picture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MediaPipe's published networks on real pictures: the same numbers as Python's, and how many people, faces and hands are found. */
@Tag("real")
@Tag("slow")
class MediaPipeRealTest {
    private static Path weights;
    private static List<Picture> pictures;

    @BeforeAll
    static void read() {
        weights = RealFiles.weights();
        pictures = RealFiles.pictures();
    }

    private static Detector hands() {
        return MediaPipe.hands(
                weights.resolve("palm_detection_full.onnx"), weights.resolve("hand_landmark_full.onnx"), 1);
    }

    private static Detector faces() {
        return MediaPipe.faces(
                List.of(
                        weights.resolve("face_detection_full_range_sparse.onnx"),
                        weights.resolve("face_detection_short_range.onnx")),
                weights.resolve("face_landmark.onnx"),
                1);
    }

    private static Detector people() {
        return MediaPipe.people(weights.resolve("pose_detection.onnx"), weights.resolve("pose_landmark_full.onnx"), 1);
    }

    private static PoseNetwork poses() {
        return MediaPipe.poses(weights.resolve("pose_detection.onnx"), weights.resolve("pose_landmark_full.onnx"), 1);
    }

    /**
     * Of what is marked in the pictures of a kind, that which was found.
     *
     * @param wrong found, and nothing is marked there
     * @param twice found, though the same was found already
     */
    private record Figures(int easy, int easyFound, int hard, int hardFound, int wrong, int twice) {
        /** As a line of docs/detectors.md. */
        @Override
        public String toString() {
            return easyFound + "/" + easy + " | " + hardFound + "/" + hard + " | " + wrong;
        }
    }

    private static Figures figures(
            boolean drawn,
            Function<Picture, List<Detection>> finder,
            Function<Picture, List<Mark>> truth,
            BiPredicate<Detection, Mark> finds) {
        int[] all = new int[2];
        int[] found = new int[2];
        int wrong = 0;
        int twice = 0;
        for (Picture picture : pictures) {
            if (picture.drawn() != drawn) {
                continue;
            }
            List<Mark> marks = truth.apply(picture);
            Set<Mark> seen = new HashSet<>();
            for (Detection box : finder.apply(picture)) {
                List<Mark> hits = marks.stream().filter(m -> finds.test(box, m)).toList();
                wrong += hits.isEmpty() ? 1 : 0;
                twice += !hits.isEmpty() && !seen.addAll(hits) ? 1 : 0;
            }
            for (Mark mark : marks) {
                int kind = mark.hard() ? 1 : 0;
                all[kind]++;
                found[kind] += seen.contains(mark) ? 1 : 0;
            }
        }
        return new Figures(all[0], found[0], all[1], found[1], wrong, twice);
    }

    private static boolean holds(Detection box, Mark mark) {
        return mark.x() >= box.x0() && mark.x() <= box.x1() && mark.y() >= box.y0() && mark.y() <= box.y1();
    }

    @Test
    void hands_of_photographs_are_found_with_one_false_alarm_in_43_pictures() {
        try (Detector detector = hands()) {
            Function<Picture, List<Detection>> finder = p -> detector.detect(p.image());
            Figures photos = figures(false, finder, Picture::hands, MediaPipeRealTest::holds);
            assertThat(photos).isEqualTo(new Figures(18, 16, 7, 0, 1, 0));
            Figures drawn = figures(true, finder, Picture::hands, MediaPipeRealTest::holds);
            assertThat(drawn).isEqualTo(new Figures(2, 2, 5, 0, 0, 0));
            docs("hands", photos, drawn);
        }
    }

    @Test
    void faces_of_photographs_are_found_without_a_false_alarm() {
        try (Detector detector = faces()) {
            Function<Picture, List<Detection>> finder = p -> detector.detect(p.image());
            Figures photos = figures(false, finder, Picture::faces, MediaPipeRealTest::holds);
            assertThat(photos).isEqualTo(new Figures(21, 21, 2, 0, 0, 0));
            Figures drawn = figures(true, finder, Picture::faces, MediaPipeRealTest::holds);
            assertThat(drawn).isEqualTo(new Figures(8, 4, 3, 0, 0, 0));
            docs("faces", photos, drawn);
        }
    }

    /** A person counts as found where the nose is near the marked face: the box alone could be anybody's. */
    @Test
    void people_of_photographs_are_found_with_two_false_alarms_in_43_pictures() {
        try (Detector people = people();
                PoseNetwork poses = poses()) {
            Function<Picture, List<Detection>> noses = p -> people.detect(p.image()).stream()
                    .map(person -> aroundNose(poses.pose(p.image(), person), p))
                    .toList();
            Function<Picture, List<Mark>> heads = p -> {
                List<Mark> all = new ArrayList<>(p.faces());
                all.addAll(p.heads());
                return all;
            };
            Figures photos = figures(false, noses, heads, MediaPipeRealTest::holds);
            assertThat(photos).isEqualTo(new Figures(23, 22, 2, 1, 2, 0));
            Figures drawn = figures(true, noses, heads, MediaPipeRealTest::holds);
            assertThat(drawn).isEqualTo(new Figures(9, 4, 3, 1, 0, 0));
            docs("people", photos, drawn);
        }
    }

    private static Detection aroundNose(Pose pose, Picture picture) {
        double near = 0.15 * Math.max(picture.image().width(), picture.image().height());
        Pose.Keypoint nose = pose.at(Pose.NOSE);
        return new Detection("nose", nose.x() - near, nose.y() - near, nose.x() + near, nose.y() + near, 1);
    }

    /** The page that people read has the figures of this test. */
    private static void docs(String role, Figures photos, Figures drawn) {
        assertThat(Path.of("../docs/detectors.md"))
                .content()
                .contains("| `" + role + "` | " + photos + " | " + drawn + " |");
    }

    @Test
    void empty_skies_and_flat_pictures_have_nobody() {
        try (Detector hands = hands();
                Detector faces = faces();
                Detector people = people()) {
            List<Picture> empty = pictures.stream()
                    .filter(p -> p.file().matches("(sky|flat|gradient)-.*"))
                    .toList();
            assertThat(empty).hasSize(8).allSatisfy(p -> {
                assertThat(hands.detect(p.image())).as(p.file()).isEmpty();
                assertThat(faces.detect(p.image())).as(p.file()).isEmpty();
                assertThat(people.detect(p.image())).as(p.file()).isEmpty();
            });
        }
    }

    @Test
    void presences_and_boxes_are_those_of_python() throws IOException {
        JsonNode golden = golden();
        try (Detector hands = hands();
                Detector faces = faces()) {
            int compared = 0;
            for (Picture picture : pictures) {
                JsonNode expected = golden.path(picture.file());
                if (!expected.isMissingNode()) {
                    compared += same(picture, hands.detect(picture.image(), 0), expected.get("hands"), 1.2);
                    compared += same(picture, faces.detect(picture.image(), 0), expected.get("faces"), 1);
                }
            }
            assertThat(compared).as("hands and faces compared").isGreaterThan(90);
        }
    }

    /** Each of ours is one of Python's; suppression of what overlaps leaves fewer of ours. */
    private static int same(Picture picture, List<Detection> found, JsonNode expected, double grown) {
        assertThat(found.size())
                .as(picture.file())
                .isLessThanOrEqualTo(expected.size())
                .isGreaterThanOrEqualTo(Math.min(1, expected.size()));
        for (Detection box : found) {
            assertThat(expected).as(picture.file() + " " + box).anySatisfy(e -> {
                assertThat(box.confidence()).isCloseTo(e.get("presence").asDouble(), within(1e-3));
                Detection other = e.has("points")
                        ? MediaPipe.around(
                                picture.image(), points(e.get("points")), grown, box.confidence(), box.label())
                        : MediaPipe.within(picture.image(), box(e.get("box")), box.confidence(), box.label());
                assertThat(new double[] {box.x0(), box.y0(), box.x1(), box.y1()})
                        .containsExactly(new double[] {other.x0(), other.y0(), other.x1(), other.y1()}, within(0.05));
            });
        }
        return found.size();
    }

    @Test
    void joints_are_those_of_python() throws IOException {
        JsonNode golden = golden();
        int compared = 0;
        try (BodyFinder finder = BodyFinder.open(
                weights.resolve("pose_detection.onnx"), weights.resolve("pose_landmark_full.onnx"), 1)) {
            for (Picture picture : pictures) {
                JsonNode expected = golden.path(picture.file()).path("bodies");
                if (golden.has(picture.file())) {
                    List<BodyFinder.Body> bodies = finder.find(picture.image());
                    assertThat(bodies).as(picture.file()).hasSize(expected.size());
                    for (int b = 0; b < bodies.size(); b++, compared++) {
                        same(picture.file(), bodies.get(b), expected.get(b));
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(25);
    }

    private static void same(String file, BodyFinder.Body body, JsonNode expected) {
        assertThat(body.box().confidence())
                .as(file)
                .isCloseTo(expected.get("presence").asDouble(), within(1e-3));
        for (int p = 0; p < body.points().size(); p++) {
            BodyFinder.Point point = body.points().get(p);
            double[] other = OnnxGolden.doubles(expected.get("points").get(p));
            assertThat(new double[] {point.x(), point.y()})
                    .as(file + " point " + p)
                    .containsExactly(new double[] {other[0], other[1]}, within(0.15));
            assertThat(new double[] {point.visibility(), point.inPicture()})
                    .as(file + " point " + p)
                    .containsExactly(new double[] {other[2], other[3]}, within(2e-3));
        }
    }

    private static List<double[]> points(JsonNode rows) {
        List<double[]> points = new ArrayList<>();
        rows.forEach(row -> points.add(OnnxGolden.doubles(row)));
        return points;
    }

    private static Detection box(JsonNode corners) {
        double[] c = OnnxGolden.doubles(corners);
        return new Detection("", c[0], c[1], c[2], c[3], 0);
    }

    private static JsonNode golden() throws IOException {
        return new ObjectMapper()
                .readTree(OnnxGolden.folder().resolve("mediapipe.json").toFile())
                .get("pictures");
    }
}
