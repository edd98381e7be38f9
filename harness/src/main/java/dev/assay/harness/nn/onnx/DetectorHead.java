package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.List;
import java.util.Map;

/** How one kind of detector takes a picture, and what the numbers it gives mean. */
interface DetectorHead {
    /** The first input, shape (3, size, size). */
    float[] pixels(Image image);

    /**
     * The boxes in pixels of the picture, before suppression.
     *
     * @param thresholds least confidence by class, in the order of the labels; a box needs more
     */
    List<Detection> boxes(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds);

    /** Threshold of a class for which nobody states one: that of the reference implementation. */
    double threshold();

    /** Overlap above which two boxes of a class are one thing; 1 for networks that need no suppression. */
    double iou();
}
