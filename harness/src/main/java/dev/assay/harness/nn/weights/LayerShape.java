package dev.assay.harness.nn.weights;

import java.util.List;

/** Shapes of layers that different tools write in different ways. */
final class LayerShape {
    private LayerShape() {}

    /** A linear weight (out, in) also where it is stored as a 1x1 convolution (out, in, 1, 1); others stay. */
    static List<Long> linear(List<Long> shape) {
        int rank = shape.size();
        while (rank > 2 && shape.get(rank - 1) == 1) {
            rank--;
        }
        return rank == 2 ? shape.subList(0, 2) : shape;
    }
}
