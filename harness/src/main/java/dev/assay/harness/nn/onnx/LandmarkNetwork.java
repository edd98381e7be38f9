package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The second stage of a MediaPipe pipeline: looks at a turned square piece of the picture and says whether the thing is there at all, and where
 * its points lie. Every point gets a place whatever the picture shows: the number of points proves nothing.
 */
final class LandmarkNetwork implements AutoCloseable {
    private static final Pattern TENSORFLOW = Pattern.compile("Identity(?:_(\\d+))?(?::0)?");

    /** The known networks. */
    enum Kind {
        /** 21 points (x, y, z). */
        HAND(224, 21, 3, false),
        /** 468 points (x, y, z). */
        FACE(192, 468, 3, true),
        /** 33 points and 6 helpers (x, y, z, visibility, presence); the last two as logits. */
        BODY(256, 39, 5, false);

        private final int size;
        private final int points;
        private final int numbers; // of a point
        private final boolean logit; // whether the presence needs a sigmoid

        Kind(int size, int points, int numbers, boolean logit) {
            this.size = size;
            this.points = points;
            this.numbers = numbers;
            this.logit = logit;
        }
    }

    /**
     * @param presence 0 to 1
     * @param points x and y in pixels of the picture; what the network says besides, as it says it
     */
    record Seen(double presence, List<double[]> points) {
        Seen {
            points = List.copyOf(points);
        }
    }

    private final Path file;
    private final OnnxNetwork network;
    private final SquareInput input;
    private final Kind kind;

    private LandmarkNetwork(Path file, OnnxNetwork network, Kind kind) {
        this.file = file;
        this.network = network;
        this.kind = kind;
        input = SquareInput.of(file, network, kind.size);
        look(Image.of(1, 1, new byte[3]), new TurnedSquare(0.5, 0.5, 1, 0));
    }

    /** @throws ModelFileException when the file is missing or is not this network */
    static LandmarkNetwork open(Path file, Kind kind, int threads) {
        OnnxNetwork network = new OnnxNetwork(file, threads);
        try {
            return new LandmarkNetwork(file, network, kind);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    Seen look(Image image, TurnedSquare piece) {
        Map<String, OnnxNetwork.Output> outputs = network.run(List.of(input.of(piece.of(image, kind.size), 0)));
        float[] values = values(outputs, kind.points * kind.numbers);
        double presence = values(outputs, 1)[0];
        double[][] points = new double[kind.points][kind.numbers];
        for (int p = 0; p < kind.points; p++) {
            for (int k = 0; k < kind.numbers; k++) {
                points[p][k] = values[p * kind.numbers + k];
            }
            double u = points[p][0];
            double v = points[p][1];
            points[p][0] = piece.x(u, v, kind.size);
            points[p][1] = piece.y(u, v, kind.size);
        }
        return new Seen(kind.logit ? Logits.sigmoid(presence) : presence, List.of(points));
    }

    /**
     * The first output of so many numbers. Hands have two of 63 and two of 1; converters from TensorFlow keep their order in the names Identity,
     * Identity_1 and so on, whatever order the file lists them in.
     */
    private float[] values(Map<String, OnnxNetwork.Output> outputs, int numbers) {
        return outputs.entrySet().stream()
                .filter(e -> e.getValue().shape().size() == numbers)
                .min(Comparator.comparingInt(e -> order(e.getKey())))
                .map(e -> e.getValue().values().array())
                .orElseThrow(() -> new ModelFileException(
                        file, "expected an output of " + numbers + " numbers, found " + OnnxNetwork.shapes(outputs)));
    }

    private static int order(String name) {
        Matcher numbered = TENSORFLOW.matcher(name);
        return numbered.matches() && numbered.group(1) != null ? Integer.parseInt(numbered.group(1)) : 0;
    }

    @Override
    public void close() {
        network.close();
    }
}
