package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The first stage of a MediaPipe pipeline: a single-shot detector that gives, for each anchor of a fixed grid, a box, some points and one score.
 * The picture lies centred in a black square, scaled with antialiasing. Anchors, decoding and overlap after MediaPipe's graphs
 * (ssd_anchors_calculator, tensors_to_detections_calculator); of boxes that overlap the best is kept, as OpenCV's model zoo does, where
 * MediaPipe takes their mean.
 */
final class AnchorDetector implements AutoCloseable {
    private static final double OVERLAP = 0.3;
    private static final int MOST = 200; // candidates before suppression

    /** The known detectors, told by size of input and number of anchors. */
    enum Kind {
        PALM(192, 7, 0),
        FACE_SHORT_RANGE(128, 6, -1),
        FACE_FULL_RANGE(192, 6, -1),
        BODY(224, 4, -1);

        private final int size;
        private final int points;
        private final float low; // what black becomes in the input

        Kind(int size, int points, float low) {
            this.size = size;
            this.points = points;
            this.low = low;
        }

        private List<Grid> grids() {
            return switch (this) {
                case PALM -> List.of(new Grid(24, 2), new Grid(12, 6));
                case FACE_SHORT_RANGE -> List.of(new Grid(16, 2), new Grid(8, 6));
                case FACE_FULL_RANGE -> List.of(new Grid(48, 1));
                case BODY -> List.of(new Grid(28, 2), new Grid(14, 2), new Grid(7, 6));
            };
        }

        int anchors() {
            return grids().stream()
                    .mapToInt(g -> g.side() * g.side() * g.each())
                    .sum();
        }
    }

    /** So many cells a side, so many anchors in the middle of each. */
    private record Grid(int side, int each) {}

    /**
     * What was found, in pixels of the picture; box and points may lie outside of it.
     *
     * @param points x and y of each
     */
    record Found(Detection box, List<double[]> points) {
        Found {
            points = List.copyOf(points);
        }
    }

    private final OnnxNetwork network;
    private final SquareInput input;
    private final Kind kind;
    private final Path file;

    private AnchorDetector(Path file, OnnxNetwork network, Kind kind) {
        this.file = file;
        this.network = network;
        this.kind = kind;
        input = SquareInput.of(file, network, kind.size);
        run(Image.of(kind.size, kind.size, new byte[kind.size * kind.size * 3]));
    }

    /** @throws ModelFileException when the file is missing or is not this detector */
    static AnchorDetector open(Path file, Kind kind, int threads) {
        OnnxNetwork network = new OnnxNetwork(file, threads);
        try {
            return new AnchorDetector(file, network, kind);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** A face detector of either range. */
    static AnchorDetector openFaces(Path file, int threads) {
        try {
            return open(file, Kind.FACE_FULL_RANGE, threads);
        } catch (ModelFileException other) {
            try {
                return open(file, Kind.FACE_SHORT_RANGE, threads);
            } catch (ModelFileException neither) {
                other.addSuppressed(neither);
                throw other;
            }
        }
    }

    private record Raw(FloatBuffer boxes, FloatBuffer logits) {}

    private Raw run(Image square) {
        Map<String, OnnxNetwork.Output> outputs = network.run(List.of(input.of(square, kind.low)));
        Shape boxes = new Shape(1, kind.anchors(), 4 + 2L * kind.points);
        Shape logits = new Shape(1, kind.anchors(), 1);
        return new Raw(values(outputs, boxes), values(outputs, logits));
    }

    private FloatBuffer values(Map<String, OnnxNetwork.Output> outputs, Shape shape) {
        return outputs.values().stream()
                .filter(o -> o.shape().equals(shape))
                .findFirst()
                .map(OnnxNetwork.Output::values)
                .orElseThrow(() -> new ModelFileException(
                        file, "expected an output of shape " + shape + ", found " + OnnxNetwork.shapes(outputs)));
    }

    /** @param least score, 0 to 1 */
    List<Found> find(Image image, double least) {
        double scale = (double) kind.size / Math.max(image.width(), image.height());
        int left = (kind.size - scaled(image.width(), scale)) / 2;
        int top = (kind.size - scaled(image.height(), scale)) / 2;
        Raw raw = run(Resize.longestEdgePadded(image, kind.size, Resize.Filter.BILINEAR));
        double[][] anchors = anchors(kind);
        int row = 4 + 2 * kind.points;
        List<Found> found = new ArrayList<>();
        for (int i : best(raw.logits.array(), least)) {
            double[] corners = new double[4];
            double[][] points = new double[kind.points][2];
            for (int axis = 0; axis < 2; axis++) {
                int border = axis == 0 ? left : top;
                double middle = raw.boxes.get(i * row + axis) + anchors[i][axis] * kind.size;
                double half = raw.boxes.get(i * row + 2 + axis) / 2;
                corners[axis] = (middle - half - border) / scale;
                corners[2 + axis] = (middle + half - border) / scale;
                for (int p = 0; p < kind.points; p++) {
                    double at = raw.boxes.get(i * row + 4 + 2 * p + axis) + anchors[i][axis] * kind.size;
                    points[p][axis] = (at - border) / scale;
                }
            }
            Detection box = new Detection(
                    "", corners[0], corners[1], corners[2], corners[3], Logits.sigmoid(raw.logits.get(i)));
            if (found.stream().noneMatch(f -> OnnxDetector.overlap(f.box, box) > OVERLAP)) {
                found.add(new Found(box, List.of(points)));
            }
        }
        return found;
    }

    private static int scaled(int side, double scale) {
        return Math.max(1, (int) Math.rint(side * scale)); // as Resize.longestEdgePadded rounds
    }

    /** Anchors above the score, most confident first. */
    private static List<Integer> best(float[] logits, double least) {
        return IntStream.range(0, logits.length)
                .filter(i -> Logits.sigmoid(logits[i]) >= least)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> logits[i]).reversed())
                .limit(MOST)
                .toList();
    }

    /** Middles, x and y from 0 to 1, in the order of the network's rows. */
    static double[][] anchors(Kind kind) {
        double[][] anchors = new double[kind.anchors()][];
        int at = 0;
        for (Grid grid : kind.grids()) {
            for (int row = 0; row < grid.side; row++) {
                for (int column = 0; column < grid.side; column++) {
                    for (int k = 0; k < grid.each; k++) {
                        anchors[at++] = new double[] {(column + 0.5) / grid.side, (row + 0.5) / grid.side};
                    }
                }
            }
        }
        return anchors;
    }

    @Override
    public void close() {
        network.close();
    }
}
