package dev.assay.harness.nn.onnx;

import ai.djl.ndarray.types.Shape;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The one input of a network that takes a square picture, as its file has it: (1, 3, size, size), or (1, size, size, 3) in files that came from
 * TensorFlow.
 */
record SquareInput(int size, boolean channelsLast) {
    /** @throws ModelFileException when the file has another input */
    static SquareInput of(Path file, OnnxNetwork network, int size) {
        Map<String, Shape> inputs = network.inputs();
        if (inputs.size() == 1) {
            Shape shape = inputs.values().iterator().next();
            if (is(shape, 3, size, size)) {
                return new SquareInput(size, false);
            }
            if (is(shape, size, size, 3)) {
                return new SquareInput(size, true);
            }
        }
        throw new ModelFileException(
                file,
                "expected one input of shape (1, 3, " + size + ", " + size + ") or (1, " + size + ", " + size
                        + ", 3), found " + inputs);
    }

    private static boolean is(Shape shape, int... last) {
        if (shape.dimension() != 4 || shape.get(0) > 1) {
            return false;
        }
        for (int i = 0; i < last.length; i++) {
            if (shape.get(i + 1) != last[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The picture in the layout of the file; red first.
     *
     * @param square of this size
     * @param low what black becomes; white becomes 1
     */
    OnnxNetwork.Input of(Image square, float low) {
        float[] values = new float[3 * size * size];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                for (int c = 0; c < 3; c++) {
                    float value = square.value(x, y, c) / 255f * (1 - low) + low;
                    values[channelsLast ? (y * size + x) * 3 + c : (c * size + y) * size + x] = value;
                }
            }
        }
        return channelsLast
                ? OnnxNetwork.Input.of(values, 1, size, size, 3)
                : OnnxNetwork.Input.of(values, 1, 3, size, size);
    }
}
