package dev.assay.harness.model.lora;

/**
 * A change dW (rows, columns) of a weight that is flattened to a matrix of outputs by everything else, in factors, without its
 * scale. Norms and products never form it as a whole.
 */
sealed interface Change permits LowRank, Hadamard, Kronecker, Dense {
    int rows();

    int columns();

    /** Square of the Frobenius norm. */
    double squaredNorm();

    /** Largest singular value; NaN where it is not cheap. */
    double largest();

    /** {@code left}^T dW {@code right} for left (rows, p) and right (columns, q): (p, q). */
    double[] between(double[] left, int p, double[] right, int q);

    /** Row {@code i} of dW, for products of changes in different factors. */
    double[] row(int i);

    /** Frobenius inner product of two changes of the same shape. */
    default double inner(Change other) {
        if (rows() != other.rows() || columns() != other.columns()) {
            throw new IllegalArgumentException("expected changes of one shape, found " + rows() + " x " + columns()
                    + " and " + other.rows() + " x " + other.columns());
        }
        if (this instanceof LowRank a && other instanceof LowRank b) {
            return a.with(b);
        }
        if (this instanceof Kronecker a && other instanceof Kronecker b && a.sameSplit(b)) {
            return a.with(b);
        }
        double sum = 0;
        for (int i = 0; i < rows(); i++) {
            sum += Matrices.dot(row(i), other.row(i));
        }
        return sum;
    }
}
