package dev.assay.harness.model.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shapes of products. */
final class Shapes {
    private Shapes() {}

    /** Of a product of matrices; empty where they do not fit. */
    static Optional<List<Long>> product(List<Long> a, List<Long> b) {
        return a.size() == 2 && b.size() == 2 && a.get(1).equals(b.get(0))
                ? Optional.of(List.of(a.get(0), b.get(1)))
                : Optional.empty();
    }

    /** Of a low-rank product: up (rows, r) times down (r, columns...), each with ones behind where it is kept as a convolution. */
    static Optional<List<Long>> lowRank(List<Long> up, List<Long> down) {
        return up.size() >= 2
                        && down.size() >= 2
                        && elements(up) == up.get(0) * up.get(1)
                        && up.get(1).equals(down.get(0))
                ? Optional.of(joined(up.get(0), down.get(1), down.subList(2, down.size())))
                : Optional.empty();
    }

    /** einsum("i j ..., j r, i p -> p r ..."): core (i, j, ...), a (i, p), b (j, r). */
    static Optional<List<Long>> core(List<Long> core, List<Long> a, List<Long> b) {
        return core.size() > 2
                        && a.size() == 2
                        && b.size() == 2
                        && core.get(0).equals(a.get(0))
                        && core.get(1).equals(b.get(0))
                ? Optional.of(joined(a.get(1), b.get(1), core.subList(2, core.size())))
                : Optional.empty();
    }

    /** Without trailing ones: a linear layer may be stored as a 1x1 convolution. */
    static List<Long> squeezed(List<Long> shape) {
        int size = shape.size();
        while (size > 1 && shape.get(size - 1) == 1) {
            size--;
        }
        return shape.subList(0, size);
    }

    static List<Long> joined(long first, long second, List<Long> rest) {
        List<Long> tail = new ArrayList<>();
        tail.add(second);
        tail.addAll(rest);
        return joined(first, tail);
    }

    static List<Long> joined(long first, List<Long> rest) {
        List<Long> shape = new ArrayList<>();
        shape.add(first);
        shape.addAll(rest);
        return shape;
    }

    static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }
}
