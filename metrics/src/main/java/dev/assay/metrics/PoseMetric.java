package dev.assay.metrics;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector;
import dev.assay.harness.nn.onnx.Pose;
import dev.assay.harness.nn.onnx.PoseNetwork;
import dev.assay.harness.score.Direction;
import dev.assay.harness.score.Family;
import dev.assay.harness.score.Metric;
import dev.assay.harness.score.MetricInfo;
import dev.assay.harness.score.Range;
import dev.assay.harness.score.Score;
import dev.assay.harness.suite.PromptCase;
import dev.assay.harness.text.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Whether a skeleton is one that no body has: 1 if so. Four rules, each only where its joints are to be seen: an arm or leg much longer than its
 * partner; a forearm much longer or shorter than its upper arm; joints in an impossible order (the head below the middle of the
 * trunk, shoulders turned the other way than hips); a finger much longer than its neighbours.
 *
 * <p>Foreshortening breaks these rules in sound pictures, too, in the base's as often as in the candidate's: only the difference counts.
 */
public final class PoseMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
                    "pose",
                    "1",
                    "Are bodies still built as a body can be, with arms, legs and fingers of a sound length?",
                    Family.ANATOMY,
                    Direction.LOWER,
                    "defect rate",
                    Range.rate(),
                    "own rules on the keypoints of DWPose (Yang et al. 2023, arXiv 2307.15880)")
            .withParameters(Map.of("limbs", 1.6, "arms", 1.6, "fingers", 1.8));

    private static final double FLAT = 0.5; // a trunk shorter than this many shoulder widths is seen from above
    private static final double SIDEWAYS =
            0.3; // shoulders or hips narrower than this many trunks say nothing of left and right
    private static final int[] FINGERS = {5, 9, 13, 17}; // first joints from the wrist; the thumb is no like of theirs
    private static final int FINGER_JOINTS = 4;

    private final Bodies bodies;
    private final Ratios ratios;

    /**
     * Ratios of lengths beyond which a skeleton is wrong, each above 1.
     *
     * @param limbs of an arm or leg to its partner
     * @param arms of a forearm to its upper arm, either way
     * @param fingers of a finger to the median of its hand's four
     */
    record Ratios(double limbs, double arms, double fingers) {
        private static final double MOST = 5; // nothing that a picture shows as a body exceeds it

        Ratios {
            if (!(limbs > 1 && arms > 1 && fingers > 1) || Math.max(limbs, Math.max(arms, fingers)) > MOST) {
                throw new IllegalArgumentException("pose: expected ratios above 1 and at most " + MOST + ", found "
                        + limbs + ", " + arms + ", " + fingers);
            }
        }
    }

    PoseMetric(Bodies bodies, Ratios ratios) {
        this.bodies = bodies;
        this.ratios = ratios;
    }

    public static PoseMetric with(Detector people, PoseNetwork pose, Map<String, Double> parameters) {
        return new PoseMetric(
                Bodies.with(INFO.name(), people, pose),
                new Ratios(parameters.get("limbs"), parameters.get("arms"), parameters.get("fingers")));
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        return bodies.ofPoses(prompt.visible(), image, poses -> judge(poses, ratios));
    }

    /** What one rule has against a skeleton. */
    private record Wrong(String words, List<Score.Mark> marks) {}

    static Score judge(List<Pose> poses, Ratios ratios) {
        List<Score.Mark> marks = new ArrayList<>();
        List<String> words = new ArrayList<>();
        int joints = 0;
        for (Pose pose : poses) {
            marks.addAll(Bodies.skeleton(pose));
            joints += (int) pose.keypoints().subList(0, 17).stream()
                    .filter(k -> k.visible())
                    .count();
            for (Wrong wrong : wrongs(pose, ratios)) {
                words.add(wrong.words());
                marks.addAll(wrong.marks());
            }
        }
        if (joints == 0) {
            return new Score.Unscored("no-joint", "no joint is to be seen");
        }
        return words.isEmpty()
                ? new Score.Measured(0, Numbers.counted(joints, "joint", "joints") + " in order", marks)
                : new Score.Measured(1, String.join("; ", words), marks);
    }

    private static List<Wrong> wrongs(Pose pose, Ratios ratios) {
        List<Wrong> wrong = new ArrayList<>();
        int[][] arms = {
            {Pose.LEFT_SHOULDER, Pose.LEFT_ELBOW, Pose.LEFT_WRIST},
            {Pose.RIGHT_SHOULDER, Pose.RIGHT_ELBOW, Pose.RIGHT_WRIST}
        };
        int[][] legs = {
            {Pose.LEFT_HIP, Pose.LEFT_KNEE, Pose.LEFT_ANKLE},
            {Pose.RIGHT_HIP, Pose.RIGHT_KNEE, Pose.RIGHT_ANKLE}
        };
        partners(pose, "arm", arms, ratios.limbs(), wrong);
        partners(pose, "leg", legs, ratios.limbs(), wrong);
        for (int side = 0; side < 2; side++) {
            forearm(pose, side == 0 ? "left" : "right", arms[side], ratios.arms(), wrong);
        }
        order(pose, wrong);
        fingers(pose, "left", Pose.LEFT_HAND, ratios.fingers(), wrong);
        fingers(pose, "right", Pose.RIGHT_HAND, ratios.fingers(), wrong);
        return wrong;
    }

    private static void partners(Pose pose, String name, int[][] limbs, double most, List<Wrong> wrong) {
        if (!pose.sees(limbs[0]) || !pose.sees(limbs[1])) {
            return;
        }
        double left = length(pose, limbs[0]);
        double right = length(pose, limbs[1]);
        if (Math.max(left, right) > most * Math.min(left, right)) {
            int longer = left > right ? 0 : 1;
            String side = longer == 0 ? "left" : "right";
            wrong.add(new Wrong(
                    "the " + side + " " + name + " is " + times(Math.max(left, right), Math.min(left, right))
                            + " times as long as the other",
                    Bodies.limb(side + " " + name, pose, limbs[longer])));
        }
    }

    private static void forearm(Pose pose, String side, int[] arm, double most, List<Wrong> wrong) {
        if (!pose.sees(arm)) {
            return;
        }
        double upper = pose.at(arm[0]).distance(pose.at(arm[1]));
        double fore = pose.at(arm[1]).distance(pose.at(arm[2]));
        if (Math.max(upper, fore) > most * Math.min(upper, fore)) {
            wrong.add(new Wrong(
                    "the " + side + " forearm is "
                            + (upper == 0 ? "all of its arm" : Bodies.fixed(fore / upper) + " of its upper arm"),
                    Bodies.limb(side + " arm", pose, arm)));
        }
    }

    private static void order(Pose pose, List<Wrong> wrong) {
        if (!pose.sees(Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER, Pose.LEFT_HIP, Pose.RIGHT_HIP)) {
            return;
        }
        double neckX =
                (pose.at(Pose.LEFT_SHOULDER).x() + pose.at(Pose.RIGHT_SHOULDER).x()) / 2;
        double neckY =
                (pose.at(Pose.LEFT_SHOULDER).y() + pose.at(Pose.RIGHT_SHOULDER).y()) / 2;
        double hipX = (pose.at(Pose.LEFT_HIP).x() + pose.at(Pose.RIGHT_HIP).x()) / 2;
        double hipY = (pose.at(Pose.LEFT_HIP).y() + pose.at(Pose.RIGHT_HIP).y()) / 2;
        double upX = neckX - hipX;
        double upY = neckY - hipY;
        double trunk = Math.hypot(upX, upY);
        double shoulders = pose.at(Pose.LEFT_SHOULDER).distance(pose.at(Pose.RIGHT_SHOULDER));
        double hips = pose.at(Pose.LEFT_HIP).distance(pose.at(Pose.RIGHT_HIP));
        if (trunk == 0 || trunk < FLAT * shoulders) {
            return;
        }
        if (pose.sees(Pose.NOSE)) {
            double height =
                    ((pose.at(Pose.NOSE).x() - hipX) * upX + (pose.at(Pose.NOSE).y() - hipY) * upY)
                            / (trunk * trunk); // 0 at the hips, 1 at the shoulders
            if (height < 0.5) {
                wrong.add(new Wrong(
                        "the head is below the middle of the trunk",
                        Bodies.limb("head", pose, Pose.NOSE, Pose.LEFT_SHOULDER)));
            }
        }
        double dot = (pose.at(Pose.LEFT_SHOULDER).x()
                                - pose.at(Pose.RIGHT_SHOULDER).x())
                        * (pose.at(Pose.LEFT_HIP).x() - pose.at(Pose.RIGHT_HIP).x())
                + (pose.at(Pose.LEFT_SHOULDER).y()
                                - pose.at(Pose.RIGHT_SHOULDER).y())
                        * (pose.at(Pose.LEFT_HIP).y() - pose.at(Pose.RIGHT_HIP).y());
        if (Math.min(shoulders, hips) > SIDEWAYS * trunk && dot < -0.5 * shoulders * hips) {
            List<Score.Mark> marks =
                    new ArrayList<>(Bodies.limb("shoulders", pose, Pose.LEFT_SHOULDER, Pose.RIGHT_SHOULDER));
            marks.addAll(Bodies.limb("hips", pose, Pose.LEFT_HIP, Pose.RIGHT_HIP));
            wrong.add(new Wrong("shoulders and hips face opposite ways", marks));
        }
    }

    /** The four fingers of a hand all of whose joints are to be seen. */
    private static void fingers(Pose pose, String side, int hand, double most, List<Wrong> wrong) {
        int[] all = new int[Pose.HAND_SLOTS];
        Arrays.setAll(all, i -> hand + i);
        if (!pose.sees(all)) {
            return;
        }
        double[] lengths = new double[FINGERS.length];
        int longest = 0;
        for (int f = 0; f < FINGERS.length; f++) {
            lengths[f] = length(pose, finger(hand, f));
            longest = lengths[f] > lengths[longest] ? f : longest;
        }
        double[] sorted = lengths.clone();
        Arrays.sort(sorted);
        double median = (sorted[1] + sorted[2]) / 2;
        if (lengths[longest] > most * median) {
            wrong.add(new Wrong(
                    "a finger of the " + side + " hand is " + times(lengths[longest], median)
                            + " times as long as its neighbours",
                    Bodies.limb("finger", pose, finger(hand, longest))));
        }
    }

    private static int[] finger(int hand, int finger) {
        int[] slots = new int[FINGER_JOINTS];
        Arrays.setAll(slots, i -> hand + FINGERS[finger] + i);
        return slots;
    }

    private static double length(Pose pose, int... slots) {
        double sum = 0;
        for (int i = 0; i + 1 < slots.length; i++) {
            sum += pose.at(slots[i]).distance(pose.at(slots[i + 1]));
        }
        return sum;
    }

    private static String times(double longer, double shorter) {
        return shorter == 0 ? "infinitely many" : Bodies.fixed(longer / shorter);
    }
}
