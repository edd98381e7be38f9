package dev.assay.harness.model.lora;

import java.util.Arrays;

/**
 * up down for up (rows, r) and down (r, columns): ||up down||^2 = tr(up^T up down down^T), with r x r matrices (Gram) only.
 */
final class LowRank implements Change {
    private final double[] up;
    private final double[] downTransposed; // (columns, r)
    private final int rank;
    private double[] upGram; // made once, used for the norm and for the singular value
    private double[] downGram;

    /** @param rank positive */
    LowRank(double[] up, double[] down, int rank) {
        this.up = up;
        this.rank = rank;
        this.downTransposed = Matrices.transposed(down, rank, down.length / rank);
    }

    /**
     * With a core tensor (Tucker): dW[i, j, p] = sum over m, n of up[i, m] core[m, n, p] down[n, j]. The core and down make one
     * factor of r x (in k k), which is small.
     *
     * @param core (rank, inner, kernel)
     * @param down (inner, in)
     */
    static LowRank tucker(double[] up, int rank, double[] core, double[] down, int inner, int kernel) {
        int in = down.length / inner;
        double[] flat = new double[rank * in * kernel];
        for (int m = 0; m < rank; m++) {
            for (int n = 0; n < inner; n++) {
                for (int p = 0; p < kernel; p++) {
                    double value = core[(m * inner + n) * kernel + p];
                    for (int j = 0; j < in; j++) {
                        flat[(m * in + j) * kernel + p] += value * down[n * in + j];
                    }
                }
            }
        }
        return new LowRank(up, flat, rank);
    }

    @Override
    public int rows() {
        return up.length / rank;
    }

    @Override
    public int columns() {
        return downTransposed.length / rank;
    }

    @Override
    public double squaredNorm() {
        grams();
        return Math.max(0, Matrices.dot(upGram, downGram)); // rounding
    }

    private void grams() {
        if (upGram == null) {
            upGram = Matrices.gram(up, rank);
            downGram = Matrices.gram(downTransposed, rank);
        }
    }

    double with(LowRank other) {
        return Matrices.dot(
                Matrices.gram(up, rank, other.up, other.rank),
                Matrices.gram(downTransposed, rank, other.downTransposed, other.rank));
    }

    @Override
    public double largest() {
        grams();
        return Math.sqrt(Matrices.largestEigenvalue(upGram, downGram, rank));
    }

    @Override
    public double[] between(double[] left, int p, double[] right, int q) {
        double[] a = Matrices.gram(left, p, up, rank); // (p, r)
        double[] b = Matrices.gram(downTransposed, rank, right, q); // (r, q)
        return Matrices.product(a, p, rank, b, q);
    }

    @Override
    public double[] row(int i) {
        double[] factors = Arrays.copyOfRange(up, i * rank, (i + 1) * rank);
        return Matrices.product(downTransposed, columns(), rank, factors, 1);
    }
}
