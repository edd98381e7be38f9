package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import dev.assay.harness.nn.onnx.OnnxNetwork.Output;
import dev.assay.harness.nn.onnx.Pose.Keypoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * DWPose's second network, {@code dw-ll_ucoco_384.onnx}, and others of RTMPose's whole-body kind: input (1, 3, 384, 288), outputs {@code
 * simcc_x} (1, 133, 576) and {@code simcc_y} (1, 133, 768), two bins a pixel. After the reference (github.com/IDEA-Research/DWPose,
 * {@code onnxpose.py}): the person's box grown by a quarter and to the input's aspect, cut out by an affine warp with bilinear
 * interpolation and black outside the picture; the greatest bin of each axis is the place, the lesser of the two maxima the confidence.
 *
 * <p>Channels are red, green, blue, as the means and deviations are ordered and the network was trained; the reference feeds whichever
 * order its caller has. Coordinates of the warp are exact; OpenCV rounds them to 1/32 pixel in some versions. The reference
 * takes the whole picture where no person was found; here nobody asks.
 */
public final class DwPose implements PoseNetwork {
    private static final double[] MEAN = {123.675, 116.28, 103.53};
    private static final double[] DEVIATION = {58.395, 57.12, 57.375};
    private static final double PADDING = 1.25;
    private static final double SPLIT = 2; // bins per pixel
    private static final int USUAL_WIDTH = 288;
    private static final int USUAL_HEIGHT = 384;
    private static final int MAX_SIZE = 2048;

    private final Path file;
    private final OnnxNetwork network;
    private final int width;
    private final int height;
    private final PerImage<Map<Detection, Pose>> known = new PerImage<>();

    private DwPose(Path file, OnnxNetwork network) {
        this.file = file;
        this.network = network;
        Map<String, Shape> inputs = network.inputs();
        Shape shape = inputs.values().iterator().next();
        if (inputs.size() != 1 || shape.dimension() != 4 || shape.get(1) != 3) {
            throw new ModelFileException(
                    file, "expected a pose network with one input of shape (1, 3, height, width), found " + inputs);
        }
        width = shape.get(3) > 0 ? (int) shape.get(3) : USUAL_WIDTH;
        height = shape.get(2) > 0 ? (int) shape.get(2) : USUAL_HEIGHT;
        if (width > MAX_SIZE || height > MAX_SIZE) {
            throw new ModelFileException(file, "expected an input of at most " + MAX_SIZE + " pixels, found " + shape);
        }
        run(new float[3 * width * height]); // a network of another kind is found now, not in the middle of a run
    }

    /**
     * Opens a network.
     *
     * @param threads of one pose, at least 1
     * @throws ModelFileException when the file is missing or is no whole-body pose network
     */
    public static DwPose open(Path file, int threads) {
        OnnxNetwork network = new OnnxNetwork(file, threads);
        try {
            return new DwPose(file, network);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    @Override
    public Pose pose(Image image, Detection person) {
        return known.get(image, i -> new ConcurrentHashMap<>()).computeIfAbsent(person, p -> look(image, p));
    }

    private Pose look(Image image, Detection person) {
        Crop crop = Crop.around(person, width, height);
        Map<String, Output> outputs = run(pixels(image, crop, width, height));
        float[] x = outputs.get("simcc_x").values().array();
        float[] y = outputs.get("simcc_y").values().array();
        int binsX = (int) outputs.get("simcc_x").shape().get(2);
        int binsY = (int) outputs.get("simcc_y").shape().get(2);
        List<Keypoint> keypoints = new ArrayList<>();
        for (int slot = 0; slot < Pose.SLOTS; slot++) {
            int atX = greatest(x, slot * binsX, binsX);
            int atY = greatest(y, slot * binsY, binsY);
            keypoints.add(new Keypoint(
                    crop.x(atX / SPLIT, width),
                    crop.y(atY / SPLIT, height),
                    Math.min(x[slot * binsX + atX], y[slot * binsY + atY])));
        }
        return new Pose(person, keypoints);
    }

    private Map<String, Output> run(float[] pixels) {
        Map<String, Output> outputs = network.run(List.of(OnnxNetwork.Input.of(pixels, 1, 3, height, width)));
        requireBins(outputs, "simcc_x", width);
        requireBins(outputs, "simcc_y", height);
        return outputs;
    }

    private void requireBins(Map<String, Output> outputs, String name, int pixels) {
        Shape expected = new Shape(1, Pose.SLOTS, (long) (pixels * SPLIT));
        if (!outputs.containsKey(name) || !outputs.get(name).shape().equals(expected)) {
            throw new ModelFileException(
                    file,
                    "expected an output " + name + " of shape " + expected
                            + " (DWPose, RTMPose of the whole body), found "
                            + (outputs.containsKey(name) ? outputs.get(name).shape() : outputs.keySet()));
        }
    }

    private static int greatest(float[] values, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[from + i] > values[from + best]) {
                best = i;
            }
        }
        return best;
    }

    /** The piece of the picture that the network sees: its middle and its sides, in pixels of the picture. */
    record Crop(double middleX, double middleY, double width, double height) {
        static Crop around(Detection box, int width, int height) {
            double w = (box.x1() - box.x0()) * PADDING;
            double h = (box.y1() - box.y0()) * PADDING;
            double aspect = (double) width / height;
            boolean wide = w > h * aspect;
            return new Crop(
                    (box.x0() + box.x1()) / 2, (box.y0() + box.y1()) / 2, wide ? w : h * aspect, wide ? w / aspect : h);
        }

        /** From pixels of the input to pixels of the picture. */
        double x(double inInput, int inputWidth) {
            return inInput / inputWidth * width + middleX - width / 2;
        }

        double y(double inInput, int inputHeight) {
            return inInput / inputHeight * height + middleY - height / 2;
        }
    }

    /** Shape (3, height, width), normalised. */
    static float[] pixels(Image image, Crop crop, int width, int height) {
        float[] out = new float[3 * width * height];
        for (int y = 0; y < height; y++) {
            double sourceY = crop.y(y, height);
            for (int x = 0; x < width; x++) {
                double sourceX = crop.x(x, width);
                for (int c = 0; c < 3; c++) {
                    long value = Math.round(bilinear(image, sourceX, sourceY, c)); // the reference warps bytes
                    out[(c * height + y) * width + x] = (float) ((value - MEAN[c]) / DEVIATION[c]);
                }
            }
        }
        return out;
    }

    private static double bilinear(Image image, double x, double y, int channel) {
        double left = Math.floor(x);
        double top = Math.floor(y);
        double right = x - left;
        double low = y - top;
        return (1 - low)
                        * ((1 - right) * value(image, left, top, channel)
                                + right * value(image, left + 1, top, channel))
                + low
                        * ((1 - right) * value(image, left, top + 1, channel)
                                + right * value(image, left + 1, top + 1, channel));
    }

    private static int value(Image image, double x, double y, int channel) {
        return x < 0 || y < 0 || x >= image.width() || y >= image.height() ? 0 : image.value((int) x, (int) y, channel);
    }

    @Override
    public void close() {
        network.close();
    }
}
