package dev.assay.harness.model.lora;

/** Multiplies matrices in float32. Whoever merges brings the quick product of its runtime. */
@FunctionalInterface
public interface MatrixProduct {
    /** {@code a} (rows, inner) times {@code b} (inner, columns), in C order: (rows, columns). */
    float[] of(float[] a, int rows, int inner, float[] b, int columns);
}
