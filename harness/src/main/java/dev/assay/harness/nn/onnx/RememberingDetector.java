package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import java.util.List;
import java.util.Map;

/** A detector that looks at a picture once, however many metrics ask. */
public final class RememberingDetector implements Detector {
    private final Detector detector;
    private final PerImage<List<Detection>> found = new PerImage<>();

    public RememberingDetector(Detector detector) {
        this.detector = detector;
    }

    @Override
    public List<Detection> detect(Image image) {
        return found.get(image, i -> List.copyOf(detector.detect(i)));
    }

    @Override
    public List<Detection> detect(Image image, double threshold) {
        return detector.detect(image, threshold);
    }

    @Override
    public List<String> labels() {
        return detector.labels();
    }

    @Override
    public Map<String, String> notes() {
        return detector.notes();
    }

    @Override
    public void close() {
        detector.close();
    }
}
