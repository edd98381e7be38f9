package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.file.Path;
import java.util.List;

/** MediaPipe's two networks of bodies: a detector of two points of a body, and 33 points of each. */
final class BodyFinder implements AutoCloseable {
    private static final double SCORE = 0.45;
    private static final double REACH =
            2 * 1.25; // side of the crop in distances from the hips to the ring around the body
    private static final double BOX_REACH = 1.25; // side of the crop in the longer side of a box
    private static final double GROWN = 1.25; // box around the points
    private static final int POINTS = 33; // the others help the next crop of a film
    private static final int HIPS = 0;
    private static final int RING = 1;
    private static final int VISIBILITY = 3;
    private static final int IN_FRAME = 4;
    private static final double IN_PICTURE = 0.5;

    /** A point in pixels of the picture, how likely it is to be seen, and how likely it lies in the picture; 0 to 1. */
    record Point(double x, double y, double visibility, double inPicture) {}

    /** @param box around the points that lie in the picture; its confidence is the presence of the body */
    record Body(Detection box, List<Point> points) {}

    private final AnchorDetector detector;
    private final LandmarkNetwork landmarks;

    private BodyFinder(AnchorDetector detector, LandmarkNetwork landmarks) {
        this.detector = detector;
        this.landmarks = landmarks;
    }

    /** @throws ModelFileException when a file is missing or is not the network it should be */
    static BodyFinder open(Path bodies, Path landmarks, int threads) {
        AnchorDetector first = AnchorDetector.open(bodies, AnchorDetector.Kind.BODY, threads);
        try {
            return new BodyFinder(first, LandmarkNetwork.open(landmarks, LandmarkNetwork.Kind.BODY, threads));
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    /** Of any presence, best score of the detector first; some may be the same body. */
    List<Body> find(Image image) {
        return detector.find(image, SCORE).stream()
                .map(found -> look(image, around(found)))
                .toList();
    }

    /** The body in a box that somebody else found. */
    Body look(Image image, Detection box) {
        return look(
                image,
                new TurnedSquare(
                        (box.x0() + box.x1()) / 2,
                        (box.y0() + box.y1()) / 2,
                        BOX_REACH * Math.max(box.x1() - box.x0(), box.y1() - box.y0()),
                        0));
    }

    private static TurnedSquare around(AnchorDetector.Found found) {
        double[] hips = found.points().get(HIPS);
        double[] ring = found.points().get(RING);
        return new TurnedSquare(
                hips[0],
                hips[1],
                REACH * Math.hypot(ring[0] - hips[0], ring[1] - hips[1]),
                TurnedSquare.upright(hips, ring));
    }

    private Body look(Image image, TurnedSquare piece) {
        LandmarkNetwork.Seen seen = landmarks.look(image, piece);
        List<Point> points = seen.points().stream()
                .limit(POINTS)
                .map(p -> new Point(p[0], p[1], Logits.sigmoid(p[VISIBILITY]), Logits.sigmoid(p[IN_FRAME])))
                .toList();
        List<double[]> inside = points.stream()
                .filter(p -> p.inPicture() >= IN_PICTURE)
                .map(p -> new double[] {p.x(), p.y()})
                .toList();
        return new Body(MediaPipe.around(image, inside, GROWN, seen.presence(), "person"), points);
    }

    @Override
    public void close() {
        detector.close();
        landmarks.close();
    }
}
