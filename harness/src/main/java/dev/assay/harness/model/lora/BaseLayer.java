package dev.assay.harness.model.lora;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a module of a LoRA changes in a base: rows of one tensor, or rows of several tensors one after the other.
 *
 * @param slices in the order of the LoRA's rows; all have the same columns
 * @param bias elements of the layer's bias in those rows; 0 where it has none
 * @param packed whether the base stores the weight in a quantised form whose shape says nothing
 */
public record BaseLayer(List<Slice> slices, long bias, boolean packed) {
    /**
     * Rows {@code firstRow} (inclusive) to {@code firstRow + rows} of a tensor.
     *
     * @param shape of the whole tensor
     */
    public record Slice(String tensor, List<Long> shape, long firstRow, long rows) {
        public Slice {
            shape = List.copyOf(shape);
        }

        boolean whole() {
            return rows == shape.get(0);
        }
    }

    public BaseLayer {
        slices = List.copyOf(slices);
        if (slices.isEmpty()) {
            throw new IllegalArgumentException("expected at least one slice");
        }
    }

    /** The tensor that it is all of; empty for rows of one or more. */
    public Optional<String> tensor() {
        return slices.size() == 1 && slices.get(0).whole()
                ? Optional.of(slices.get(0).tensor())
                : Optional.empty();
    }

    /** Output rows. */
    public long rows() {
        return slices.stream().mapToLong(Slice::rows).sum();
    }

    /** What follows the rows in the shape: (in[, k, k]), empty for a norm. */
    public List<Long> rest() {
        List<Long> shape = slices.get(0).shape();
        return shape.subList(1, shape.size());
    }

    /** For people: {@code double_blocks.0.img_attn.qkv.weight, rows 3072 to 6143}. */
    public String words() {
        return slices.stream()
                .map(s -> s.whole()
                        ? s.tensor()
                        : s.tensor() + ", rows " + s.firstRow() + " to " + (s.firstRow() + s.rows() - 1))
                .collect(Collectors.joining(" and "));
    }
}
