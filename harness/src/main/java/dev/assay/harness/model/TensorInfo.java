package dev.assay.harness.model;

import java.util.List;

/** Where one tensor lies: {@code begin} (inclusive) and {@code end} (exclusive) are bytes from the start of the file. */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Number of elements; 1 for a scalar. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
