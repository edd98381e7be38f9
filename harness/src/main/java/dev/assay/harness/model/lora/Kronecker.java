package dev.assay.harness.model.lora;

import java.util.Arrays;

/** kron(w1, w2) for w1 (a, b) and w2 (c, d): norms and singular values of the factors multiply. */
final class Kronecker implements Change {
    private final Dense w1;
    private final Dense w2;

    Kronecker(Dense w1, Dense w2) {
        this.w1 = w1;
        this.w2 = w2;
    }

    @Override
    public int rows() {
        return w1.rows() * w2.rows();
    }

    @Override
    public int columns() {
        return w1.columns() * w2.columns();
    }

    @Override
    public double squaredNorm() {
        return w1.squaredNorm() * w2.squaredNorm();
    }

    @Override
    public double largest() {
        return w1.largest() * w2.largest();
    }

    boolean sameSplit(Kronecker other) {
        return w1.rows() == other.w1.rows() && w1.columns() == other.w1.columns();
    }

    double with(Kronecker other) {
        return w1.inner(other.w1) * w2.inner(other.w2);
    }

    @Override
    public double[] between(double[] left, int p, double[] right, int q) {
        // rows of `right` are (b, d), and w2 acts on d; then rows are (b, c), and w1 acts on b
        int b = w1.columns();
        int c = w2.rows();
        int d = w2.columns();
        double[] inner = new double[b * c * q];
        for (int i = 0; i < b; i++) {
            double[] part = Arrays.copyOfRange(right, i * d * q, (i + 1) * d * q);
            System.arraycopy(Matrices.product(w2.values(), c, d, part, q), 0, inner, i * c * q, c * q);
        }
        return Matrices.gram(left, p, Matrices.product(w1.values(), w1.rows(), b, inner, c * q), q);
    }

    @Override
    public double[] row(int i) {
        double[] first = w1.row(i / w2.rows());
        double[] second = w2.row(i % w2.rows());
        double[] row = new double[first.length * second.length];
        for (int j = 0; j < first.length; j++) {
            for (int k = 0; k < second.length; k++) {
                row[j * second.length + k] = first[j] * second[k];
            }
        }
        return row;
    }
}
