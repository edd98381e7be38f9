package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.OpenCvResize;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.onnx.Detector.Detection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * YOLOX as its authors export it, and as DWPose's users have it ({@code yolox_l.onnx}): 0 to 255, letterbox at the top left; one
 * output (1, boxes, 5 + classes) over grids of strides 8, 16 and 32, row by row: centre as an offset from the cell's corner in
 * strides, the logarithm of width and height in strides, the score that there is anything, then a score per class. Confidence is
 * the product.
 *
 * <p>Channels are blue, green, red: YOLOX was trained on what OpenCV reads. Programs that hand RGB to the same file find a little less.
 */
record YoloXHead(Path file, List<String> labels, int size) implements DetectorHead {
    private static final int[] STRIDES = {8, 16, 32};

    /** A logarithm of a side that no box in any picture has: such a file holds pixels, decoded inside the network. */
    private static final double ABSURD = 12;

    /** Boxes of an input of {@code size} pixels: 8400 for 640. */
    static int boxes(int size) {
        int boxes = 0;
        for (int stride : STRIDES) {
            boxes += (size / stride) * (size / stride);
        }
        return boxes;
    }

    @Override
    public float[] pixels(Image image) {
        Letterbox box = Letterbox.topLeft(image.width(), image.height(), size);
        return box.pixels(OpenCvResize.linear(image, box.width(), box.height()), size, true, 255);
    }

    @Override
    public List<Detection> boxes(Map<String, OnnxNetwork.Output> outputs, Image image, double[] thresholds) {
        float[] values = outputs.values().iterator().next().values().array();
        Letterbox letterbox = Letterbox.topLeft(image.width(), image.height(), size);
        List<Detection> found = new ArrayList<>();
        int at = 0;
        for (int stride : STRIDES) {
            int cells = size / stride;
            for (int cell = 0; cell < cells * cells; cell++, at += 5 + labels.size()) {
                int row = cell / cells;
                int column = cell % cells;
                if (values[at + 2] > ABSURD || values[at + 3] > ABSURD) {
                    throw new ModelFileException(
                            file,
                            "expected the raw boxes of YOLOX (logarithms of sides), found a side of " + values[at + 2]
                                    + "; export it without --decode_in_inference");
                }
                for (int c = 0; c < labels.size(); c++) {
                    double score = (double) values[at + 4] * values[at + 5 + c];
                    if (score > thresholds[c]) {
                        found.add(letterbox.detection(
                                labels.get(c),
                                (values[at] + column) * stride,
                                (values[at + 1] + row) * stride,
                                Math.exp(values[at + 2]) * stride,
                                Math.exp(values[at + 3]) * stride,
                                score,
                                image));
                    }
                }
            }
        }
        return found;
    }

    @Override
    public double threshold() {
        return 0.3;
    }

    @Override
    public double iou() {
        return 0.45;
    }
}
