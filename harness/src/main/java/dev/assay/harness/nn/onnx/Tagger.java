package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import java.util.List;

/** Gives pictures the tags of a booru. */
public interface Tagger extends AutoCloseable {
    /** What it can say, as its list has it ({@code long_hair}), in the order of the network. */
    List<String> tags();

    /** A probability for each tag, 0 to 1. */
    float[] probabilities(Image image);

    @Override
    void close();
}
