package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.BodyFinder.Body;
import dev.assay.harness.nn.onnx.BodyFinder.Point;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.nn.onnx.Pose.Keypoint;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * MediaPipe's skeletons in the slots of COCO-WholeBody. A person whose box is about that of a body that the pose detector finds gets that
 * body's skeleton; any other is looked at in the box as it is. Confidence of a joint is the lesser of the likelihoods that it is to be seen and that
 * it lies in the picture, and never more than that there is a body at all.
 */
final class BlazePose implements PoseNetwork {
    private static final double SAME = 0.5; // overlap of boxes

    /** For each slot the point of MediaPipe, in pairs. */
    private static final int[][] SHARED = {
        {Pose.NOSE, 0},
        {1, 2},
        {2, 5},
        {3, 7},
        {4, 8},
        {Pose.LEFT_SHOULDER, 11},
        {Pose.RIGHT_SHOULDER, 12},
        {Pose.LEFT_ELBOW, 13},
        {Pose.RIGHT_ELBOW, 14},
        {Pose.LEFT_WRIST, 15},
        {Pose.RIGHT_WRIST, 16},
        {Pose.LEFT_HIP, 23},
        {Pose.RIGHT_HIP, 24},
        {Pose.LEFT_KNEE, 25},
        {Pose.RIGHT_KNEE, 26},
        {Pose.LEFT_ANKLE, 27},
        {Pose.RIGHT_ANKLE, 28},
        {Pose.LEFT_TOE, 31},
        {Pose.LEFT_TOE + 2, 29}, // heels
        {Pose.RIGHT_TOE, 32},
        {Pose.RIGHT_TOE + 2, 30}
    };

    private final BodyFinder finder;
    private final PerImage<List<Body>> known = new PerImage<>();

    BlazePose(BodyFinder finder) {
        this.finder = finder;
    }

    @Override
    public Pose pose(Image image, Detection person) {
        Body body = known.get(image, finder::find).stream()
                .filter(b -> OnnxDetector.overlap(b.box(), person) >= SAME)
                .max(Comparator.comparingDouble(b -> OnnxDetector.overlap(b.box(), person)))
                .orElseGet(() -> finder.look(image, person));
        return skeleton(person, body);
    }

    @Override
    public boolean knowsFingers() {
        return false;
    }

    static Pose skeleton(Detection person, Body body) {
        Keypoint[] slots = new Keypoint[Pose.SLOTS];
        Arrays.fill(slots, new Keypoint((person.x0() + person.x1()) / 2, (person.y0() + person.y1()) / 2, 0));
        for (int[] pair : SHARED) {
            Point point = body.points().get(pair[1]);
            double confidence = Math.min(body.box().confidence(), Math.min(point.visibility(), point.inPicture()));
            slots[pair[0]] = new Keypoint(point.x(), point.y(), confidence);
        }
        return new Pose(person, List.of(slots));
    }

    @Override
    public void close() {
        finder.close();
    }
}
