package dev.assay.harness.model;

import java.util.List;

/** Where one tensor lies: {@code begin} (inclusive) and {@code end} (exclusive) are bytes from the start of the file. */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Number of elements; 1 for a scalar. */
    public long elements() {
        return elements(shape);
    }

    /**
     * Number of elements of a shape: 0 beside any dimension of 0, however large the others are.
     *
     * @throws ArithmeticException where it overflows
     */
    public static long elements(List<Long> shape) {
        return shape.contains(0L) ? 0 : shape.stream().reduce(1L, Math::multiplyExact);
    }
}
