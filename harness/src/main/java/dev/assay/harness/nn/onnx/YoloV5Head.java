package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.OpenCvResize;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * YOLOv5 (and v7, exported alike): RGB, 0 to 1, centred letterbox; one output (1, boxes, 5 + classes): centre x, centre y, width,
 * height in pixels of the input, the score that there is anything, then a score per class. Confidence is the product.
 */
record YoloV5Head(List<String> labels, int size) implements DetectorHead {
    @Override
    public float[] pixels(Image image) {
        Letterbox box = Letterbox.centred(image.width(), image.height(), size);
        return box.pixels(OpenCvResize.linear(image, box.width(), box.height()), size, false, 1);
    }

    @Override
    public List<Detection> boxes(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds) {
        float[] values = outputs.values().iterator().next().values().array();
        Letterbox letterbox = Letterbox.centred(image.width(), image.height(), size);
        List<Detection> found = new ArrayList<>();
        int stride = 5 + labels.size();
        for (int at = 0; at < values.length; at += stride) {
            for (int c = 0; c < labels.size(); c++) {
                double score = (double) values[at + 4] * values[at + 5 + c];
                if (score > thresholds[c]) {
                    found.add(letterbox.detection(
                            labels.get(c), values[at], values[at + 1], values[at + 2], values[at + 3], score, image));
                }
            }
        }
        return found;
    }

    @Override
    public double threshold() {
        return 0.25;
    }

    @Override
    public double iou() {
        return 0.45;
    }
}
