package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import java.util.List;
import java.util.Map;

/** Finds things in pictures. */
public interface Detector extends AutoCloseable {
    /** Boxes above the confidence threshold, after non-maximum suppression, most confident first. */
    List<Detection> detect(Image image);

    /**
     * The same with one threshold for all classes, whatever the file says.
     *
     * @param threshold least confidence, 0 to 1
     */
    List<Detection> detect(Image image, double threshold);

    /** What it can find, in the order of the network. */
    List<String> labels();

    /** What its file says about it, by key; may be empty. */
    default Map<String, String> notes() {
        return Map.of();
    }

    @Override
    void close();

    /** A box in pixels of the picture, origin top left; confidence 0 to 1. */
    record Detection(String label, double x0, double y0, double x1, double y1, double confidence) {}
}
