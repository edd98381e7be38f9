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
import java.util.ArrayList;
import java.util.List;

/**
 * How sure a pose network is of arms, legs and hands: the mean confidence of shoulders to ankles and of both hands, half each, over the people; that of
 * the limbs alone where the network does not look at fingers. It falls where limbs melt or are missing, before any rule can say what is wrong, and in every style; a pose that hides a limb lowers
 * it too, in the base's picture of the same seed as well.
 */
public final class PoseConfidenceMetric implements Metric.ImageMetric {
    public static final MetricInfo INFO = new MetricInfo(
            "pose-confidence",
            "1",
            "Are arms, legs and hands still clear enough to be recognised?",
            Family.ANATOMY,
            Direction.HIGHER,
            "confidence",
            Range.closed(0, 1),
            "own definition; confidence of DWPose's keypoints (Yang et al. 2023, arXiv 2307.15880)");

    private static final int FIRST_LIMB = Pose.LEFT_SHOULDER;
    private static final int LAST_LIMB = Pose.RIGHT_ANKLE;

    private final Bodies bodies;
    private final boolean fingers;

    PoseConfidenceMetric(Bodies bodies, boolean fingers) {
        this.bodies = bodies;
        this.fingers = fingers;
    }

    public static PoseConfidenceMetric with(Detector people, PoseNetwork pose) {
        return new PoseConfidenceMetric(Bodies.with(INFO.name(), people, pose), pose.knowsFingers());
    }

    @Override
    public MetricInfo info() {
        return INFO;
    }

    @Override
    public Score score(PromptCase prompt, Image image) {
        return bodies.ofPoses(prompt.visible(), image, poses -> mean(poses, fingers));
    }

    /**
     * @param poses at least one
     * @param fingers whether the network looks at them
     */
    static Score mean(List<Pose> poses, boolean fingers) {
        double limbs = 0;
        double hands = 0;
        List<Score.Mark> marks = new ArrayList<>();
        for (Pose pose : poses) {
            limbs += mean(pose, FIRST_LIMB, LAST_LIMB) / poses.size();
            hands += mean(pose, Pose.LEFT_HAND, Pose.SLOTS - 1) / poses.size();
            marks.addAll(Bodies.skeleton(pose));
        }
        String evidence = "confidence of limbs " + Bodies.fixed(limbs);
        return fingers
                ? new Score.Measured((limbs + hands) / 2, evidence + ", of hands " + Bodies.fixed(hands), marks)
                : new Score.Measured(limbs, evidence, marks);
    }

    /** Cut to [0, 1]: raw outputs of a network may leave it a little. */
    private static double mean(Pose pose, int first, int last) {
        return pose.keypoints().subList(first, last + 1).stream()
                .mapToDouble(k -> Math.max(0, Math.min(1, k.confidence())))
                .average()
                .orElseThrow();
    }
}
