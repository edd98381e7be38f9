package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * NanoDet as OpenCV's model zoo publishes it: blue first, less the mean and by the deviation of ImageNet, in the middle of a black square; for each
 * stride an output of scores (1, cells, classes), already from 0 to 1, and one of (1, cells, 32): for each of left, top, right and bottom eight
 * logits whose softmax has the distance from the cell's middle, in strides, as its mean (Li et al. 2020, Generalized Focal Loss, arXiv
 * 2006.04388). The stride of an output is told by the number of its cells.
 *
 * <p>The zoo's demonstration hands red first to means of blue first; the network was trained blue first, and so it is here.
 */
record NanoDetHead(List<String> labels, int size) implements DetectorHead {
    private static final double[] MEAN = {103.53, 116.28, 123.675}; // blue, green, red
    private static final double[] DEVIATION = {57.375, 57.12, 58.395};
    private static final int BINS = 8;
    private static final int SIDES = 4;

    /** Whether every output has a partner: scores for these classes, distances for as many cells. */
    static boolean fits(Map<String, OnnxNetwork.Output> outputs, int classes, int size) {
        if (outputs.size() < 4 || outputs.size() % 2 != 0) {
            return false;
        }
        List<OnnxNetwork.Output> scores = of(outputs, classes);
        List<OnnxNetwork.Output> distances = of(outputs, SIDES * BINS);
        if (scores.size() * 2 != outputs.size() || distances.size() != scores.size()) {
            return false;
        }
        for (int i = 0; i < scores.size(); i++) {
            long side = Math.round(Math.sqrt((double) cells(scores.get(i))));
            if (side < 1
                    || side > size
                    || side * side != cells(scores.get(i))
                    || cells(distances.get(i)) != cells(scores.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Those of so many numbers a cell, finest grid first. */
    private static List<OnnxNetwork.Output> of(Map<String, OnnxNetwork.Output> outputs, int numbers) {
        return outputs.values().stream()
                .filter(o ->
                        o.shape().dimension() >= 2 && o.shape().get(o.shape().dimension() - 1) == numbers)
                .sorted(Comparator.comparingLong(NanoDetHead::cells).reversed())
                .toList();
    }

    private static long cells(OnnxNetwork.Output output) {
        Shape shape = output.shape();
        return shape.get(shape.dimension() - 2);
    }

    @Override
    public float[] pixels(Image image) {
        Image square = Resize.longestEdgePadded(image, size, Resize.Filter.BILINEAR);
        float[] out = new float[3 * size * size];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    out[(c * size + y) * size + x] = (float) ((square.value(x, y, 2 - c) - MEAN[c]) / DEVIATION[c]);
                }
            }
        }
        return out;
    }

    @Override
    public List<Detection> boxes(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds) {
        List<OnnxNetwork.Output> scores = of(outputs, labels.size());
        List<OnnxNetwork.Output> distances = of(outputs, SIDES * BINS);
        Letterbox letterbox = Letterbox.centred(image.width(), image.height(), size);
        List<Detection> found = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            float[] all = scores.get(i).values().array();
            float[] bins = distances.get(i).values().array();
            int side = (int) Math.round(Math.sqrt((double) cells(scores.get(i))));
            int stride = stride(side);
            for (int cell = 0; cell < side * side; cell++) {
                for (int c = 0; c < labels.size(); c++) {
                    double score = all[cell * labels.size() + c];
                    if (score > thresholds[c]) {
                        found.add(box(letterbox, labels.get(c), cell, side, stride, bins, score, image));
                    }
                }
            }
        }
        return found;
    }

    /** The power of two that covers the input: the last cell of 7 over 416 pixels is cut off. */
    private int stride(int side) {
        int stride = 1;
        while (stride * side < size) {
            stride *= 2;
        }
        return stride;
    }

    private Detection box(
            Letterbox letterbox,
            String label,
            int cell,
            int side,
            int stride,
            float[] bins,
            double score,
            Image image) {
        int row = cell / side;
        double middleX = cell % side * stride + 0.5 * (stride - 1);
        double middleY = row * stride + 0.5 * (stride - 1);
        double[] reach = new double[SIDES];
        for (int k = 0; k < SIDES; k++) {
            reach[k] = mean(bins, (cell * SIDES + k) * BINS) * stride;
        }
        double left = within(middleX - reach[0]);
        double top = within(middleY - reach[1]);
        double right = within(middleX + reach[2]);
        double bottom = within(middleY + reach[3]);
        return letterbox.detection(
                label, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top, score, image);
    }

    private double within(double place) {
        return Math.max(0, Math.min(size, place));
    }

    /** Of 0 to 7, weighted by the softmax of eight logits. */
    private static double mean(float[] logits, int at) {
        double most = Double.NEGATIVE_INFINITY;
        for (int b = 0; b < BINS; b++) {
            most = Math.max(most, logits[at + b]);
        }
        double sum = 0;
        double weighted = 0;
        for (int b = 0; b < BINS; b++) {
            double weight = Math.exp(logits[at + b] - most);
            sum += weight;
            weighted += b * weight;
        }
        return weighted / sum;
    }

    @Override
    public double threshold() {
        return 0.35;
    }

    @Override
    public double iou() {
        return 0.6;
    }
}
