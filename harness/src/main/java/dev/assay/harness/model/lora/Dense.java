package dev.assay.harness.model.lora;

import java.util.Arrays;

/** The matrix itself. */
final class Dense implements Change {
    /** Above so many products for one Gram matrix, singular values are not cheap. */
    private static final long CHEAP = 300_000_000;

    private final double[] values;
    private final int rows;

    Dense(double[] values, int rows) {
        this.values = values;
        this.rows = rows;
    }

    double[] values() {
        return values;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return rows == 0 ? 0 : values.length / rows;
    }

    @Override
    public double squaredNorm() {
        return Matrices.squaredNorm(values);
    }

    @Override
    public double largest() {
        int small = Math.min(rows, columns());
        if (small == 0) {
            return 0;
        }
        if ((long) small * values.length > CHEAP) {
            return Double.NaN;
        }
        double[] tall = rows <= columns() ? Matrices.transposed(values, rows, columns()) : values;
        double[] identity = new double[small * small];
        for (int i = 0; i < small; i++) {
            identity[i * small + i] = 1;
        }
        return Math.sqrt(Matrices.largestEigenvalue(Matrices.gram(tall, small), identity, small));
    }

    @Override
    public double[] between(double[] left, int p, double[] right, int q) {
        return Matrices.gram(left, p, Matrices.product(values, rows, columns(), right, q), q);
    }

    @Override
    public float[] values(MatrixProduct product) {
        return Matrices.floats(values);
    }

    @Override
    public double[] row(int i) {
        return Arrays.copyOfRange(values, i * columns(), (i + 1) * columns());
    }
}
