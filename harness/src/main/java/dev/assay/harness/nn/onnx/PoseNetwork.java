package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.onnx.Detector.Detection;

/** Finds the joints of a person whose box is known. */
public interface PoseNetwork extends AutoCloseable {
    /** Every slot of the skeleton gets a place, also one that is not to be seen: its confidence says so. */
    Pose pose(Image image, Detection person);

    /** Whether it looks at the joints of fingers; where it does not, their confidence is 0 and says nothing. */
    default boolean knowsFingers() {
        return true;
    }

    @Override
    void close();
}
