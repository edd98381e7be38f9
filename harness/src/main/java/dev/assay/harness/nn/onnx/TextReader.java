package dev.assay.harness.nn.onnx;

import dev.assay.harness.image.Image;
import java.util.List;

/** Reads what is written in pictures. */
public interface TextReader extends AutoCloseable {
    /** Lines from top to bottom and left to right; those of which it is not sure are left out. */
    List<Line> read(Image image);

    /** Whether it can tell this letter, whatever the picture. */
    boolean knows(int codePoint);

    @Override
    void close();

    /** A line and the box around it in pixels of the picture; confidence 0 to 1. */
    record Line(String text, double confidence, double x0, double y0, double x1, double y1) {}
}
