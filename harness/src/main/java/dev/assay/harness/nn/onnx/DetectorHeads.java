package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.Shortened;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tells the kind of a detector by the names and shapes of its outputs. */
final class DetectorHeads {
    /** Anchors per cell of a YOLOv5; YOLOX has one. */
    private static final int ANCHORS = 3;

    private DetectorHeads() {}

    record Found(DetectorHead head, List<String> labels) {}

    /**
     * @param outputs of a run on any picture
     * @param names of the classes; empty if unknown, then the network must have the 80 of COCO
     * @param size of the square input, in pixels
     * @throws ModelFileException when no kind fits; it says what there is and what would fit
     */
    static Found of(Path file, Map<String, OnnxNetwork.Output> outputs, List<String> names, int size) {
        if (outputs.keySet().containsAll(List.of("labels", "boxes", "scores"))
                && outputs.get("boxes").shape().dimension() == 3) {
            List<String> labels = names.isEmpty() ? CocoNames.ALL : names;
            return new Found(new RtDetrHead(file, labels, size, RtDetrHead.Layout.PICKED), labels);
        }
        if (outputs.keySet().containsAll(List.of("logits", "pred_boxes"))) {
            List<String> labels =
                    labels(file, names, outputs.get("logits").shape().get(2), "logits");
            return new Found(new RtDetrHead(file, labels, size, RtDetrHead.Layout.LOGITS), labels);
        }
        if (YuNetHead.fits(outputs, size)) {
            return new Found(new YuNetHead(size), YuNetHead.LABELS);
        }
        List<String> classes = names.isEmpty() ? CocoNames.ALL : names;
        if (NanoDetHead.fits(outputs, classes.size(), size)) {
            return new Found(new NanoDetHead(classes, size), classes);
        }
        Shape shape = outputs.values().iterator().next().shape();
        if (outputs.size() == 1 && shape.dimension() == 3 && shape.get(0) == 1) {
            Found found = oneOutput(file, shape, names, size);
            if (found != null) {
                return found;
            }
        }
        throw new ModelFileException(
                file,
                "expected the outputs of a YOLOv8 (1, 4 + classes, boxes), a YOLOX or YOLOv5 (1, boxes, 5 + classes),"
                        + " an RT-DETR (labels, boxes, scores; or logits, pred_boxes), a NanoDet (scores and distances per"
                        + " stride) or a YuNet (cls_8, obj_8, bbox_8, ...)"
                        + (names.isEmpty() ? "" : " for the " + names.size() + " classes " + Shortened.of(names, 4))
                        + " at " + size + " pixels, found " + OnnxNetwork.shapes(outputs));
    }

    private static Found oneOutput(Path file, Shape shape, List<String> names, int size) {
        long rows = shape.get(1);
        long columns = shape.get(2);
        int classes = names.isEmpty() ? CocoNames.ALL.size() : names.size();
        List<String> labels = names.isEmpty() ? CocoNames.ALL : names;
        if (rows == 4 + classes) {
            return new Found(new YoloV8Head(labels, size), labels);
        }
        if (columns == 5 + classes && rows == YoloXHead.boxes(size)) {
            return new Found(new YoloXHead(file, labels, size), labels);
        }
        if (columns == 5 + classes && rows == (long) ANCHORS * YoloXHead.boxes(size)) {
            return new Found(new YoloV5Head(labels, size), labels);
        }
        if (columns == 4 + classes) {
            return new Found(new RtDetrHead(file, labels, size, RtDetrHead.Layout.JOINED), labels);
        }
        return null;
    }

    /** DETR itself has one logit more, for "no object", and another preprocessing: it is refused here. */
    private static List<String> labels(Path file, List<String> names, long classes, String output) {
        List<String> labels = names.isEmpty() ? CocoNames.ALL : names;
        if (labels.size() != classes) {
            throw new ModelFileException(
                    file,
                    "expected " + labels.size() + " classes (" + Shortened.of(labels, 4) + ") in " + output + ", found "
                            + classes
                            + (names.isEmpty()
                                    ? "; name them in config.json (id2label) or classes.txt beside the file"
                                    : "; a DETR that adds a class for nothing is not read"));
        }
        return labels;
    }
}
