package dev.assay.harness.model.lora;

/** A change dW that a file tells by itself, in factors, without its scale. Norms and products never form it as a whole. */
sealed interface Change extends Delta permits LowRank, Loha, Lokr, Dense {
    /** Largest singular value; NaN where it is not cheap. */
    double largest();

    /** {@code left}^T dW {@code right} for left (rows, p) and right (columns, q): (p, q). */
    double[] between(double[] left, int p, double[] right, int q);

    /** Frobenius inner product of two changes of the same shape. */
    default double inner(Change other) {
        if (rows() != other.rows() || columns() != other.columns()) {
            throw new IllegalArgumentException("expected changes of one shape, found " + rows() + " x " + columns()
                    + " and " + other.rows() + " x " + other.columns());
        }
        if (this instanceof LowRank a && other instanceof LowRank b) {
            return a.with(b);
        }
        if (this instanceof Lokr a && other instanceof Lokr b && a.sameSplit(b)) {
            return a.with(b);
        }
        double sum = 0;
        for (int i = 0; i < rows(); i++) {
            sum += Matrices.dot(row(i), other.row(i));
        }
        return sum;
    }
}
