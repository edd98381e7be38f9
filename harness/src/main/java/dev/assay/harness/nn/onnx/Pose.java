package dev.assay.harness.nn.onnx;

import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.List;

/**
 * One person's skeleton of 133 slots, as COCO-WholeBody numbers them: 0 to 16 body, 17 to 22 feet, 23 to 90 face, 91 to 111 left hand,
 * 112 to 132 right hand. Left and right are the person's. There are always two hands of five fingers: what a skeleton has no slot
 * for, it cannot see.
 *
 * @param person the box in which it was sought
 * @param keypoints in the order of the slots
 */
public record Pose(Detection person, List<Keypoint> keypoints) {
    public static final int SLOTS = 133;
    public static final int NOSE = 0;
    public static final int LEFT_SHOULDER = 5;
    public static final int RIGHT_SHOULDER = 6;
    public static final int LEFT_ELBOW = 7;
    public static final int RIGHT_ELBOW = 8;
    public static final int LEFT_WRIST = 9;
    public static final int RIGHT_WRIST = 10;
    public static final int LEFT_HIP = 11;
    public static final int RIGHT_HIP = 12;
    public static final int LEFT_KNEE = 13;
    public static final int RIGHT_KNEE = 14;
    public static final int LEFT_ANKLE = 15;
    public static final int RIGHT_ANKLE = 16;
    public static final int LEFT_TOE = 17;
    public static final int RIGHT_TOE = 20;
    public static final int LEFT_HAND = 91; // its wrist; then four joints per finger, thumb first
    public static final int RIGHT_HAND = 112;
    public static final int HAND_SLOTS = 21;

    /** Least confidence of a joint that is to be seen, that of DWPose. */
    public static final double VISIBLE = 0.3;

    public Pose {
        keypoints = List.copyOf(keypoints);
        if (keypoints.size() != SLOTS) {
            throw new IllegalArgumentException("expected " + SLOTS + " keypoints, found " + keypoints.size());
        }
    }

    /** A place in pixels of the picture, origin top left; may lie outside. Confidence is 0 to about 1. */
    public record Keypoint(double x, double y, double confidence) {
        public boolean visible() {
            return confidence > VISIBLE;
        }

        public double distance(Keypoint other) {
            return Math.hypot(x - other.x, y - other.y);
        }
    }

    public Keypoint at(int slot) {
        return keypoints.get(slot);
    }

    public boolean sees(int... slots) {
        for (int slot : slots) {
            if (!at(slot).visible()) {
                return false;
            }
        }
        return true;
    }
}
