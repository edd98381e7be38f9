package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.OpenCvResize;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * YOLOv8 and its successors as Ultralytics exports them: RGB, 0 to 1, centred letterbox; one output (1, 4 + classes, boxes): centre
 * x, centre y, width, height in pixels of the input, then a score in [0, 1] per class.
 */
record YoloV8Head(List<String> labels, int size) implements DetectorHead {
    @Override
    public float[] pixels(Image image) {
        Letterbox box = Letterbox.centred(image.width(), image.height(), size);
        return box.pixels(OpenCvResize.linear(image, box.width(), box.height()), size, false, 1);
    }

    @Override
    public List<Detection> boxes(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds) {
        OnnxNetwork.Output output = outputs.values().iterator().next();
        float[] values = output.values().array();
        int boxes = (int) output.shape().get(2);
        Letterbox letterbox = Letterbox.centred(image.width(), image.height(), size);
        List<Detection> found = new ArrayList<>();
        for (int c = 0; c < labels.size(); c++) {
            for (int a = 0; a < boxes; a++) {
                float score = values[(4 + c) * boxes + a];
                if (score > thresholds[c]) {
                    found.add(letterbox.detection(
                            labels.get(c),
                            values[a],
                            values[boxes + a],
                            values[2 * boxes + a],
                            values[3 * boxes + a],
                            score,
                            image));
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
        return 0.5;
    }
}
