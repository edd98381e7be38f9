package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * MediaPipe's small networks in two stages: a detector proposes at a low score, a landmark network looks at each proposal and says whether it is
 * there. The second stage is what removes false alarms. Crops after MediaPipe's graphs (hand_detection_to_rect, pose_detection_to_roi,
 * face_detection_front_detection_to_roi); Bazarevsky et al. 2019 (arXiv 1907.05047) and 2020 (2006.10204), Zhang et al. 2020 (2006.10214).
 *
 * <p>Both layouts of the files are read: converted from TensorFlow as they are, and as OpenCV's model zoo publishes them. The confidence of what is
 * found is the presence that the second network states, 0 to 1.
 */
public final class MediaPipe {
    private static final double PRESENT = 0.5;
    private static final double ONE_THING = 0.5; // overlap above which two boxes are one hand or one body

    private static final double PALM_SCORE = 0.2;
    private static final double HAND_REACH = 2.6; // side of the crop in sides of the palm
    private static final double HAND_SHIFT = 0.5; // towards the fingers, in heights of the palm
    private static final double HAND_GROWN = 1.2; // box around the points, which lie inside the flesh
    private static final int WRIST = 0;
    private static final int MIDDLE_FINGER = 2;

    private static final double FACE_SCORE = 0.3;
    private static final double FACE_REACH = 1.5;
    private static final double ONE_FACE = 0.3;

    private MediaPipe() {}

    /**
     * Hands: boxes around the 21 points, grown by a fifth.
     *
     * @param palms palm detector
     * @param landmarks of a hand
     * @throws ModelFileException when a file is missing or is not the network it should be
     */
    public static Detector hands(Path palms, Path landmarks, int threads) {
        return TwoStageDetector.open("hand", PRESENT, ONE_THING, networks -> {
            AnchorDetector detector = networks.add(AnchorDetector.open(palms, AnchorDetector.Kind.PALM, threads));
            LandmarkNetwork second = networks.add(LandmarkNetwork.open(landmarks, LandmarkNetwork.Kind.HAND, threads));
            return image -> detector.find(image, PALM_SCORE).stream()
                    .map(palm -> hand(image, second.look(image, aroundHand(palm))))
                    .toList();
        });
    }

    /**
     * Faces: the boxes of the detectors, from brow to chin.
     *
     * @param detectors of the full range, the short range, or both: what either proposes is looked at
     * @param landmarks of a face
     * @throws ModelFileException when a file is missing or is not the network it should be
     */
    public static Detector faces(List<Path> detectors, Path landmarks, int threads) {
        return TwoStageDetector.open("face", PRESENT, ONE_FACE, networks -> {
            List<AnchorDetector> first = new ArrayList<>();
            for (Path file : detectors) {
                first.add(networks.add(AnchorDetector.openFaces(file, threads)));
            }
            LandmarkNetwork second = networks.add(LandmarkNetwork.open(landmarks, LandmarkNetwork.Kind.FACE, threads));
            return image -> first.stream()
                    .flatMap(d -> d.find(image, FACE_SCORE).stream())
                    .map(face -> within(
                            image,
                            face.box(),
                            second.look(image, aroundFace(face)).presence(),
                            "face"))
                    .toList();
        });
    }

    /**
     * People: boxes around the points of a body that are in the picture, grown by an eighth on each side as OpenCV's model zoo does.
     *
     * @param bodies pose detector, whose own box is no more than a head
     * @param landmarks of a body
     * @throws ModelFileException when a file is missing or is not the network it should be
     */
    public static Detector people(Path bodies, Path landmarks, int threads) {
        return TwoStageDetector.open("person", PRESENT, ONE_THING, networks -> {
            BodyFinder finder = networks.add(BodyFinder.open(bodies, landmarks, threads));
            return image ->
                    finder.find(image).stream().map(BodyFinder.Body::box).toList();
        });
    }

    /**
     * Skeletons of those people: the joints that MediaPipe and COCO share. Faces have no more than nose, eyes and ears, and hands no joints: what
     * is not looked at has the confidence 0.
     *
     * @throws ModelFileException when a file is missing or is not the network it should be
     */
    public static PoseNetwork poses(Path bodies, Path landmarks, int threads) {
        return new BlazePose(BodyFinder.open(bodies, landmarks, threads));
    }

    private static TurnedSquare aroundHand(AnchorDetector.Found palm) {
        Detection box = palm.box();
        double height = box.y1() - box.y0();
        double angle =
                TurnedSquare.upright(palm.points().get(WRIST), palm.points().get(MIDDLE_FINGER));
        return new TurnedSquare(
                (box.x0() + box.x1()) / 2 + HAND_SHIFT * height * Math.sin(angle),
                (box.y0() + box.y1()) / 2 - HAND_SHIFT * height * Math.cos(angle),
                HAND_REACH * Math.max(box.x1() - box.x0(), height),
                angle);
    }

    private static TurnedSquare aroundFace(AnchorDetector.Found face) {
        Detection box = face.box();
        return new TurnedSquare(
                (box.x0() + box.x1()) / 2,
                (box.y0() + box.y1()) / 2,
                FACE_REACH * Math.max(box.x1() - box.x0(), box.y1() - box.y0()),
                TurnedSquare.level(face.points().get(0), face.points().get(1)));
    }

    private static Detection hand(Image image, LandmarkNetwork.Seen seen) {
        return around(image, seen.points(), HAND_GROWN, seen.presence(), "hand");
    }

    /** The box around points, its sides so many times as long, cut off at the picture's borders; empty around none. */
    static Detection around(Image image, List<double[]> points, double grown, double presence, String label) {
        if (points.isEmpty()) {
            return new Detection(label, 0, 0, 0, 0, presence);
        }
        double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (double[] point : points) {
            for (int axis = 0; axis < 2; axis++) {
                low[axis] = Math.min(low[axis], point[axis]);
                high[axis] = Math.max(high[axis], point[axis]);
            }
        }
        double moreX = (high[0] - low[0]) * (grown - 1) / 2;
        double moreY = (high[1] - low[1]) * (grown - 1) / 2;
        Detection box = new Detection(label, low[0] - moreX, low[1] - moreY, high[0] + moreX, high[1] + moreY, 0);
        return within(image, box, presence, label);
    }

    /** A box cut off at the borders of the picture. */
    static Detection within(Image image, Detection box, double presence, String label) {
        return new Detection(
                label,
                Math.max(0, Math.min(image.width(), box.x0())),
                Math.max(0, Math.min(image.height(), box.y0())),
                Math.max(0, Math.min(image.width(), box.x1())),
                Math.max(0, Math.min(image.height(), box.y1())),
                presence);
    }
}
