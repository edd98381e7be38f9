package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** RT-DETR (and D-FINE, exported alike): RGB, 0 to 1, the picture stretched over the square; no suppression is needed. */
record RtDetrHead(Path file, List<String> labels, int size, Layout layout) implements DetectorHead {
    /** What people's exports give. */
    enum Layout {
        /**
         * The authors': {@code labels} (1, n), {@code boxes} (1, n, 4) left, top, right, bottom in pixels of the picture whose size goes in as {@code
         * orig_target_sizes} (1, 2) width, height, and {@code scores} (1, n).
         */
        PICKED,
        /** Of transformers and optimum: {@code logits} (1, n, classes) and {@code pred_boxes} (1, n, 4) centre and sides from 0 to 1. */
        LOGITS,
        /** Of Ultralytics: one output (1, n, 4 + classes) centre and sides from 0 to 1, then scores. */
        JOINED
    }

    @Override
    public float[] pixels(Image image) {
        return Letterbox.stretched(image.width(), image.height(), size)
                .pixels(Resize.to(image, size, size, Resize.Filter.BILINEAR), size, false, 1);
    }

    @Override
    public List<Detection> boxes(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds) {
        return switch (layout) {
            case PICKED -> picked(outputs, image, thresholds);
            case LOGITS -> {
                float[] logits = outputs.get("logits").values().array();
                float[] boxes = outputs.get("pred_boxes").values().array();
                yield scored(boxes, 4, 0, sigmoid(logits), labels.size(), 0, image, thresholds);
            }
            case JOINED -> {
                float[] rows = outputs.values().iterator().next().values().array();
                int stride = 4 + labels.size();
                yield scored(rows, stride, 0, rows, stride, 4, image, thresholds);
            }
        };
    }

    private List<Detection> picked(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds) {
        float[] classes = outputs.get("labels").values().array();
        float[] boxes = outputs.get("boxes").values().array();
        float[] scores = outputs.get("scores").values().array();
        List<Detection> found = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            int c = (int) classes[i];
            if (c < 0 || c >= labels.size()) {
                throw new ModelFileException(
                        file, "finds a class " + c + ", but there are " + labels.size() + " names");
            }
            if (scores[i] > thresholds[c]) {
                found.add(new Detection(
                        labels.get(c),
                        clamp(boxes[4 * i], image.width()),
                        clamp(boxes[4 * i + 1], image.height()),
                        clamp(boxes[4 * i + 2], image.width()),
                        clamp(boxes[4 * i + 3], image.height()),
                        scores[i]));
            }
        }
        return found;
    }

    private List<Detection> scored(
            float[] boxes,
            int boxStride,
            int boxAt,
            float[] scores,
            int scoreStride,
            int scoreAt,
            Image image,
            double[] thresholds) {
        Letterbox square = Letterbox.stretched(image.width(), image.height(), size);
        List<Detection> found = new ArrayList<>();
        for (int i = 0; i < boxes.length / boxStride; i++) {
            for (int c = 0; c < labels.size(); c++) {
                float score = scores[i * scoreStride + scoreAt + c];
                if (score > thresholds[c]) {
                    int at = i * boxStride + boxAt;
                    found.add(square.detection(
                            labels.get(c),
                            boxes[at] * size,
                            boxes[at + 1] * size,
                            boxes[at + 2] * size,
                            boxes[at + 3] * size,
                            score,
                            image));
                }
            }
        }
        return found;
    }

    private static float[] sigmoid(float[] logits) {
        float[] out = new float[logits.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (1 / (1 + Math.exp(-logits[i])));
        }
        return out;
    }

    private static double clamp(double value, int limit) {
        return Math.max(0, Math.min(limit, value));
    }

    @Override
    public double threshold() {
        return 0.5;
    }

    @Override
    public double iou() {
        return 1;
    }
}
