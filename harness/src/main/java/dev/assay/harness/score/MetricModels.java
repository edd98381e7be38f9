package dev.assay.harness.score;

import dev.assay.harness.nn.clip.AestheticHead;
import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.nn.onnx.Detector;

/** The networks that metrics use, opened when first asked for and shared. */
public interface MetricModels extends AutoCloseable {
    ClipEncoder clip();

    Detector detector();

    /** LAION's aesthetic head, on the vectors of {@link #clip()}. */
    AestheticHead aesthetic();

    @Override
    void close();
}
