package dev.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.nn.onnx.Pose;
import dev.assay.harness.nn.onnx.Pose.Keypoint;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.score.Score;
import dev.assay.harness.score.Score.Mark;
import dev.assay.harness.score.Score.Measured;
import dev.assay.harness.score.Score.Unscored;
import dev.assay.harness.suite.Calibration;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.suite.Visible;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnatomyMetricsTest {
    private static final Detection PERSON = new Detection("person", 20, 0, 180, 400, 0.9);
    private static final PoseMetric.Ratios RATIOS = new PoseMetric.Ratios(1.6, 1.6, 1.8);
    private static final Image PICTURE = Golden.flat(64, 90, 90, 90);

    // ---- people

    @Test
    void a_wrong_number_of_people_is_a_miscount_and_an_unstated_one_is_unscored() {
        PeopleMetric metric = PeopleMetric.with(detector("person", PERSON, PERSON));
        Measured found = (Measured) metric.score(prompt(visible(1, null)), PICTURE);
        assertThat(found.value()).isEqualTo(1);
        assertThat(found.evidence()).isEqualTo("2 people found; the case expects 1");
        assertThat(((Measured) metric.score(prompt(visible(2, null)), PICTURE)).value())
                .isZero();
        assertThat(metric.score(prompt(Visible.UNSTATED), PICTURE)).isInstanceOf(Unscored.class);
        assertThat(((Measured) metric.score(prompt(visible(0, null)), PICTURE)).value())
                .isEqualTo(1);
    }

    // ---- faces

    @Test
    void more_faces_than_people_are_a_defect_and_fewer_are_none() {
        assertThat(faces(1)).isZero();
        assertThat(faces(0)).isZero();
        assertThat(faces(2)).isEqualTo(1);
    }

    private static double faces(int faces) {
        Detection[] boxes = new Detection[faces];
        Arrays.setAll(boxes, i -> new Detection("face", 40 * i, 0, 40 * i + 20, 20, 0.8));
        return ((Measured) FacesMetric.with(detector("person", PERSON), detector("face", boxes))
                        .score(prompt(visible(1, null)), PICTURE))
                .value();
    }

    // ---- hands

    @Test
    void a_hand_at_each_wrist_is_sound() {
        Measured found = hands(sound(), null, hand(40, 210), hand(160, 210));
        assertThat(found.value()).isZero();
        assertThat(found.evidence()).isEqualTo("2 hands of 1 person, each at a wrist");
        assertThat(found.marks()).filteredOn(m -> m.label().equals("hand")).hasSize(2);
        assertThat(found.marks())
                .filteredOn(m -> m.shape() == Score.Shape.LINE && m.label().isEmpty())
                .isNotEmpty();
    }

    @Test
    void a_third_hand_and_a_hand_far_from_all_wrists_belong_to_nobody() {
        Measured third = hands(sound(), null, hand(40, 210), hand(160, 210), hand(100, 60));
        assertThat(third.value()).isEqualTo(1);
        assertThat(third.evidence()).isEqualTo("3 hands of 1 person; 1 hand belongs to no wrist");
        assertThat(third.marks()).extracting(Mark::label).contains("hand of nobody");
        Measured two = hands(sound(), null, hand(40, 210), hand(44, 214));
        assertThat(two.value()).as("two hands at one wrist").isEqualTo(1);
        assertThat(hands(sound(), null, hand(300, 300)).value()).isEqualTo(1);
    }

    @Test
    void a_wrist_behind_something_may_have_its_hand_in_the_persons_box_and_no_further() {
        Pose hidden = with(sound(), Pose.RIGHT_WRIST, new Keypoint(0, 0, 0.1));
        assertThat(hands(hidden, null, hand(160, 210), hand(100, 120)).value()).isZero();
        assertThat(hands(hidden, null, hand(160, 210), hand(100, 120), hand(120, 300))
                        .value())
                .isEqualTo(1);
        assertThat(hands(hidden, null, hand(160, 210), hand(260, 120)).value()).isEqualTo(1);
    }

    @Test
    void missing_hands_are_a_defect_only_where_the_case_states_how_many_are_visible() {
        assertThat(hands(sound(), null, hand(40, 210)).value()).isZero();
        Measured stated = hands(sound(), 2, hand(40, 210));
        assertThat(stated.value()).isEqualTo(1);
        assertThat(stated.evidence()).isEqualTo("1 hand of 1 person; the case expects 2");
    }

    @Test
    void a_close_up_of_hands_is_judged_by_their_count() {
        HandsMetric metric = HandsMetric.with(
                detector("person"), network(sound()), detector("hand", hand(40, 40), hand(90, 40), hand(150, 40)), 0.8);
        Measured found = (Measured) metric.score(prompt(visible(null, 2)), PICTURE);
        assertThat(found.value()).isEqualTo(1);
        assertThat(found.evidence()).isEqualTo("3 hands found; the case expects 2");
    }

    @Test
    void a_wrong_number_of_people_leaves_anatomy_unscored_and_no_pose_is_sought() {
        PoseNetwork never = network(null);
        Detector two = detector("person", PERSON, PERSON);
        Unscored wrong = new Unscored("people-count", "2 people found; the case expects 1");
        PromptCase one = prompt(visible(1, null));
        assertThat(HandsMetric.with(two, never, detector("hand"), 0.8).score(one, PICTURE))
                .isEqualTo(wrong);
        assertThat(PoseMetric.with(two, never, PoseMetric.INFO.parameters()).score(one, PICTURE))
                .isEqualTo(wrong);
        assertThat(PoseConfidenceMetric.with(two, never).score(one, PICTURE)).isEqualTo(wrong);
        assertThat(FacesMetric.with(two, detector("face")).score(one, PICTURE)).isEqualTo(wrong);
        assertThat(PoseMetric.with(detector("person"), never, PoseMetric.INFO.parameters())
                        .score(one, PICTURE))
                .isEqualTo(new Unscored("people-count", "0 people found; the case expects 1"));
    }

    // ---- pose

    @Test
    void a_sound_skeleton_is_sound() {
        Measured found = (Measured) PoseMetric.judge(List.of(sound()), RATIOS);
        assertThat(found.value()).isZero();
        assertThat(found.evidence()).isEqualTo("13 joints in order");
    }

    @Test
    void an_arm_twice_its_partner_is_a_defect_and_is_drawn() {
        Pose pose = with(
                with(sound(), Pose.LEFT_ELBOW, new Keypoint(200, 160, 0.9)),
                Pose.LEFT_WRIST,
                new Keypoint(240, 260, 0.9));
        Measured found = wrong(pose);
        assertThat(found.evidence()).startsWith("the left arm is ").contains(" times as long as the other");
        assertThat(found.marks())
                .filteredOn(m -> m.label().equals("left arm"))
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(m -> m.shape() == Score.Shape.LINE);
    }

    @Test
    void a_stump_of_a_forearm_is_a_defect() {
        Measured found = wrong(with(sound(), Pose.LEFT_WRIST, new Keypoint(158, 165, 0.9)));
        assertThat(found.evidence()).contains("the left forearm is 0.");
    }

    @Test
    void a_head_below_the_trunk_and_hips_turned_about_are_defects() {
        assertThat(wrong(with(sound(), Pose.NOSE, new Keypoint(100, 190, 0.9))).evidence())
                .isEqualTo("the head is below the middle of the trunk");
        Pose turned = with(
                with(sound(), Pose.LEFT_HIP, new Keypoint(75, 200, 0.9)), Pose.RIGHT_HIP, new Keypoint(125, 200, 0.9));
        assertThat(wrong(turned).evidence()).contains("shoulders and hips face opposite ways");
    }

    @Test
    void a_handstand_is_sound_because_the_trunk_says_where_up_is() {
        List<Keypoint> over = sound().keypoints().stream()
                .map(k -> new Keypoint(200 - k.x(), 400 - k.y(), k.confidence()))
                .toList();
        assertThat(((Measured) PoseMetric.judge(List.of(new Pose(PERSON, over)), RATIOS)).value())
                .isZero();
    }

    @Test
    void a_finger_much_longer_than_its_neighbours_is_a_defect_and_unseen_fingers_are_none() {
        Pose pose = sound();
        for (int finger = 0; finger < 5; finger++) {
            for (int joint = 0; joint < 4; joint++) {
                double length = finger == 2 ? 12 : 5;
                pose = with(
                        pose,
                        Pose.LEFT_HAND + 1 + 4 * finger + joint,
                        new Keypoint(150 + 4 * finger, 220 + length * joint, 0.9));
            }
        }
        assertThat(((Measured) PoseMetric.judge(List.of(pose), RATIOS)).value())
                .as("the hand's wrist is not to be seen")
                .isZero();
        Measured found = wrong(with(pose, Pose.LEFT_HAND, new Keypoint(158, 205, 0.9)));
        assertThat(found.evidence()).isEqualTo("a finger of the left hand is 2.40 times as long as its neighbours");
        assertThat(found.marks()).filteredOn(m -> m.label().equals("finger")).hasSize(3);
    }

    @Test
    void hidden_joints_break_no_rule_and_a_skeleton_without_joints_is_unscored() {
        Pose hidden = with(
                with(sound(), Pose.LEFT_WRIST, new Keypoint(900, 900, 0.2)),
                Pose.LEFT_ANKLE,
                new Keypoint(900, 0, 0.2));
        assertThat(((Measured) PoseMetric.judge(List.of(hidden), RATIOS)).value())
                .isZero();
        assertThat(PoseMetric.judge(List.of(new Pose(PERSON, nothing())), RATIOS))
                .isEqualTo(new Unscored("no-joint", "no joint is to be seen"));
        assertThatThrownBy(() -> new PoseMetric.Ratios(1, 2, 2))
                .hasMessage("pose: expected ratios above 1 and at most 5.0, found 1.0, 2.0, 2.0");
    }

    private static Measured wrong(Pose pose) {
        Measured found = (Measured) PoseMetric.judge(List.of(pose), RATIOS);
        assertThat(found.value()).as(found.evidence()).isEqualTo(1);
        return found;
    }

    // ---- pose-confidence

    @Test
    void confidence_is_the_mean_of_limbs_and_hands_and_falls_with_a_lost_limb() {
        double whole = ((Measured) PoseConfidenceMetric.mean(List.of(sound()), true)).value();
        assertThat(whole).isCloseTo(0.9 / 2, within(1e-12)); // limbs 0.9, hands 0
        Measured limbs = (Measured) PoseConfidenceMetric.mean(List.of(sound()), false);
        assertThat(limbs.value()).as("a network that knows no fingers").isCloseTo(0.9, within(1e-12));
        assertThat(limbs.evidence()).isEqualTo("confidence of limbs 0.90");
        Pose lost = with(sound(), Pose.LEFT_ANKLE, new Keypoint(0, 0, 0.0));
        assertThat(((Measured) PoseConfidenceMetric.mean(List.of(lost), true)).value())
                .isCloseTo(0.9 * 11 / 12 / 2, within(1e-12));
        assertThat(((Measured) PoseConfidenceMetric.mean(List.of(sound(), sound()), true)).value())
                .isCloseTo(whole, within(1e-12));
    }

    // ---- body-artifacts

    @Test
    void a_malformed_body_is_named_and_other_classes_are_not_counted() {
        Detector hadm = labelled(
                List.of("human missing hand", "human with extra arm", "person"),
                new Detection("human with extra arm", 1, 1, 9, 9, 0.7),
                new Detection("person", 1, 1, 20, 20, 0.9));
        Measured found = (Measured) BodyArtifactsMetric.with(hadm).score(prompt(visible(1, null)), PICTURE);
        assertThat(found.value()).isEqualTo(1);
        assertThat(found.evidence()).isEqualTo("human with extra arm");
        assertThat(found.marks()).hasSize(1);
        assertThatThrownBy(() -> BodyArtifactsMetric.with(detector("person")))
                .hasMessageContaining("expected a detector with classes such as \"human missing hand\"");
    }

    @Test
    void a_detectors_note_calibrates_the_metric() {
        Detector noted = new Fixed(List.of("human missing hand"), List.of()) {
            @Override
            public Map<String, String> notes() {
                return Map.of("calibration.body-artifacts", "defects=50 found=40 sound=100 falseAlarms=3");
            }
        };
        assertThat(BodyArtifactsMetric.with(noted).calibration()).isEqualTo(new Calibration(50, 40, 100, 3));
        assertThat(BodyArtifactsMetric.with(labelled(List.of("human missing hand")))
                        .calibration())
                .isNull();
    }

    // ---- hand-iqa

    @Test
    void hands_are_cropped_square_and_grown_and_cut_at_the_border() {
        assertThat(HandIqaMetric.crop(PICTURE, new Detection("hand", 10, 10, 40, 30, 1)))
                .extracting(Image::width, Image::height)
                .containsExactly(39, 39); // side 30 * 1.3 about (25, 20)
        assertThat(HandIqaMetric.crop(PICTURE, new Detection("hand", 30, 30, 40, 40, 1)))
                .isNull();
    }

    @Test
    void a_hand_close_to_the_good_texts_is_sound_and_no_hand_is_unscored() {
        HandIqaMetric metric = HandIqaMetric.with(
                detector("hand", new Detection("hand", 10, 10, 50, 50, 1)),
                image -> new float[] {1, 0},
                text -> text.contains("deformed") || text.contains("melted") || text.contains("fused")
                        ? new float[] {0, 1}
                        : new float[] {1, 0});
        assertThat(((Measured) metric.score(prompt(visible(1, null)), PICTURE)).value())
                .isCloseTo(1, within(1e-6));
        HandIqaMetric blind =
                HandIqaMetric.with(detector("hand"), image -> new float[] {1, 0}, t -> new float[] {1, 0});
        assertThat(blind.score(prompt(visible(1, null)), PICTURE))
                .isEqualTo(new Unscored("no-hand", "no hand of 24 pixels or more found"));
    }

    @Test
    void a_detector_of_something_else_is_an_error() {
        assertThatThrownBy(() -> PeopleMetric.with(detector("dog")))
                .hasMessage("people: expected a detector of person, found one of [dog]");
        assertThatThrownBy(() -> HandsMetric.with(detector("person"), network(null), detector("foot"), 0.8))
                .hasMessage("hands: expected a detector of hand, found one of [foot]");
        assertThatThrownBy(() -> HandsMetric.with(detector("person"), network(null), detector("hand"), 0))
                .hasMessage("hands: expected a reach above 0 and at most 3.0, found 0.0");
    }

    // ---- makers

    /** A standing figure seen from the front: its left at the right of the picture; no face, feet or fingers to be seen. */
    private static Pose sound() {
        Keypoint[] k = nothing().toArray(Keypoint[]::new);
        k[Pose.NOSE] = new Keypoint(100, 40, 0.9);
        k[Pose.LEFT_SHOULDER] = new Keypoint(135, 90, 0.9);
        k[Pose.RIGHT_SHOULDER] = new Keypoint(65, 90, 0.9);
        k[Pose.LEFT_ELBOW] = new Keypoint(155, 150, 0.9);
        k[Pose.RIGHT_ELBOW] = new Keypoint(45, 150, 0.9);
        k[Pose.LEFT_WRIST] = new Keypoint(160, 205, 0.9);
        k[Pose.RIGHT_WRIST] = new Keypoint(40, 205, 0.9);
        k[Pose.LEFT_HIP] = new Keypoint(125, 200, 0.9);
        k[Pose.RIGHT_HIP] = new Keypoint(75, 200, 0.9);
        k[Pose.LEFT_KNEE] = new Keypoint(128, 285, 0.9);
        k[Pose.RIGHT_KNEE] = new Keypoint(72, 285, 0.9);
        k[Pose.LEFT_ANKLE] = new Keypoint(130, 370, 0.9);
        k[Pose.RIGHT_ANKLE] = new Keypoint(70, 370, 0.9);
        return new Pose(PERSON, Arrays.asList(k));
    }

    private static List<Keypoint> nothing() {
        Keypoint[] k = new Keypoint[Pose.SLOTS];
        Arrays.fill(k, new Keypoint(0, 0, 0));
        return Arrays.asList(k);
    }

    private static Pose with(Pose pose, int slot, Keypoint k) {
        List<Keypoint> all = new ArrayList<>(pose.keypoints());
        all.set(slot, k);
        return new Pose(pose.person(), all);
    }

    private static Detection hand(double x, double y) {
        return new Detection("hand", x - 8, y - 8, x + 8, y + 8, 0.8);
    }

    private static Measured hands(Pose pose, Integer wanted, Detection... hands) {
        return (Measured) HandsMetric.judge(List.of(pose), List.of(hands), wanted, 0.8);
    }

    private static Visible visible(Integer people, Integer hands) {
        return new Visible(people, hands, null, List.of(), List.of());
    }

    private static PromptCase prompt(Visible visible) {
        return new PromptCase("case", "a person", "", List.of(1L), List.of(), visible);
    }

    private static PoseNetwork network(Pose pose) {
        return new PoseNetwork() {
            @Override
            public Pose pose(Image image, Detection person) {
                if (pose == null) {
                    throw new AssertionError("a pose was sought");
                }
                return pose;
            }

            @Override
            public void close() {}
        };
    }

    private static Detector detector(String label, Detection... found) {
        return labelled(List.of(label), found);
    }

    private static Detector labelled(List<String> labels, Detection... found) {
        return new Fixed(labels, List.of(found));
    }

    private static class Fixed implements Detector {
        private final List<String> labels;
        private final List<Detection> found;

        Fixed(List<String> labels, List<Detection> found) {
            this.labels = labels;
            this.found = found;
        }

        @Override
        public List<Detection> detect(Image image) {
            return found;
        }

        @Override
        public List<Detection> detect(Image image, double threshold) {
            return found;
        }

        @Override
        public List<String> labels() {
            return labels;
        }

        @Override
        public void close() {}
    }
}
