package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.OpenCvResize;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * YuNet, the face detector of OpenCV ({@code FaceDetectorYN}): 0 to 255, blue first, at the top left of a black square; for each of the strides 8, 16
 * and 32 outputs {@code cls}, {@code obj}, {@code bbox} and {@code kps} of a row per cell. The score is the root of the product of the first two;
 * a box is the offset of its middle from the cell's corner and the logarithms of its sides, in strides. Wu et al. 2023,
 * doi 10.1007/s11633-023-1423-y.
 */
record YuNetHead(int size) implements DetectorHead {
    static final List<String> LABELS = List.of("face");
    private static final int[] STRIDES = {8, 16, 32};

    static boolean fits(Map<String, OnnxNetwork.Output> outputs, int size) {
        for (int stride : STRIDES) {
            long cells = (long) (size / stride) * (size / stride);
            if (rows(outputs.get("cls_" + stride), 1) != cells
                    || rows(outputs.get("obj_" + stride), 1) != cells
                    || rows(outputs.get("bbox_" + stride), 4) != cells) {
                return false;
            }
        }
        return true;
    }

    private static long rows(OnnxNetwork.Output output, int numbers) {
        return output == null
                        || output.shape().dimension() != 3
                        || output.shape().get(2) != numbers
                ? -1
                : output.shape().get(1);
    }

    @Override
    public float[] pixels(Image image) {
        Letterbox box = Letterbox.topLeft(image.width(), image.height(), size);
        return box.pixels(OpenCvResize.linear(image, box.width(), box.height()), size, true, 255, 0);
    }

    @Override
    public List<Detection> boxes(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds) {
        Letterbox letterbox = Letterbox.topLeft(image.width(), image.height(), size);
        List<Detection> found = new ArrayList<>();
        for (int stride : STRIDES) {
            float[] face = outputs.get("cls_" + stride).values().array();
            float[] thing = outputs.get("obj_" + stride).values().array();
            float[] boxes = outputs.get("bbox_" + stride).values().array();
            int cells = size / stride;
            for (int cell = 0; cell < cells * cells; cell++) {
                double score = Math.sqrt(share(face[cell]) * share(thing[cell]));
                if (score > thresholds[0]) {
                    int row = cell / cells;
                    found.add(letterbox.detection(
                            LABELS.get(0),
                            (boxes[cell * 4] + cell % cells) * stride,
                            (boxes[cell * 4 + 1] + row) * stride,
                            Math.exp(boxes[cell * 4 + 2]) * stride,
                            Math.exp(boxes[cell * 4 + 3]) * stride,
                            score,
                            image));
                }
            }
        }
        return found;
    }

    private static double share(double value) {
        return Math.max(0, Math.min(1, value));
    }

    @Override
    public double threshold() {
        return 0.6;
    }

    @Override
    public double iou() {
        return 0.3;
    }
}
