package dev.assay.harness.model.lora;

/** W' - W of one weight, flattened to a matrix of outputs by everything else. */
interface Delta {
    int rows();

    int columns();

    /** Square of the Frobenius norm. */
    double squaredNorm();

    /** Row {@code i}. */
    double[] row(int i);

    /** All values, (rows, columns) in C order. */
    float[] values(MatrixProduct product);
}
