package dev.assay.harness.model.lora;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * LoHa (Hyeon-Woo et al. 2021; Yeh et al. 2023): (a1 b1) * (a2 b2) elementwise, for a (rows, r) and b (r, columns). Its square is the sum over i, j of
 * (a1 b1)_ij^2 (a2 b2)_ij^2; with pairs of ranks s <= s' and t <= t' it falls into two Gram matrices of pairs of pairs, which
 * are cheaper than the rows themselves for small ranks.
 */
final class Loha implements Change {
    static final LoraAlgorithm ALGORITHM = new Format();

    private static final long MOST = 1 << 26; // numbers in one of the matrices of pairs

    private final double[] a1;
    private final double[] a2;
    private final double[] b1; // transposed: (columns, r)
    private final double[] b2;
    private final int rank1;
    private final int rank2;

    /** @param b1 and {@code b2} (r, columns) */
    Loha(double[] a1, double[] b1, int rank1, double[] a2, double[] b2, int rank2) {
        this.a1 = a1;
        this.a2 = a2;
        this.b1 = Matrices.transposed(b1, rank1, b1.length / rank1);
        this.b2 = Matrices.transposed(b2, rank2, b2.length / rank2);
        this.rank1 = rank1;
        this.rank2 = rank2;
    }

    @Override
    public int rows() {
        return a1.length / rank1;
    }

    @Override
    public int columns() {
        return b1.length / rank1;
    }

    @Override
    public double squaredNorm() {
        long pairs1 = (long) rank1 * (rank1 + 1) / 2;
        long pairs2 = (long) rank2 * (rank2 + 1) / 2;
        boolean fit = pairs1 * pairs2 <= MOST && (rows() + columns()) * Math.max(pairs1, pairs2) <= MOST;
        boolean few = fit && pairs1 * pairs2 * (rows() + columns()) < (long) rows() * columns() * (rank1 + rank2);
        if (few) {
            double[] left = Matrices.gram(pairs(a1, rank1, 1), (int) pairs1, pairs(a2, rank2, 1), (int) pairs2);
            double[] right = Matrices.gram(pairs(b1, rank1, 2), (int) pairs1, pairs(b2, rank2, 2), (int) pairs2);
            return Math.max(0, Matrices.dot(left, right));
        }
        double sum = 0;
        double[] full1 = Matrices.transposed(b1, columns(), rank1);
        double[] full2 = Matrices.transposed(b2, columns(), rank2);
        for (int i = 0; i < rows(); i++) {
            double[] first = Matrices.product(slice(a1, i, rank1), 1, rank1, full1, columns());
            double[] second = Matrices.product(slice(a2, i, rank2), 1, rank2, full2, columns());
            for (int j = 0; j < first.length; j++) {
                double value = first[j] * second[j];
                sum += value * value;
            }
        }
        return sum;
    }

    /** Products of two entries of each row, s <= s'; {@code off} times where s < s', since both orders count. */
    private static double[] pairs(double[] a, int rank, double off) {
        int rows = a.length / rank;
        double[] result = new double[rows * rank * (rank + 1) / 2];
        int at = 0;
        for (int i = 0; i < rows; i++) {
            for (int s = 0; s < rank; s++) {
                for (int t = s; t < rank; t++) {
                    result[at++] = (s == t ? 1 : off) * a[i * rank + s] * a[i * rank + t];
                }
            }
        }
        return result;
    }

    private static double[] slice(double[] a, int row, int width) {
        return Arrays.copyOfRange(a, row * width, (row + 1) * width);
    }

    @Override
    public double largest() {
        return Double.NaN;
    }

    /** sum over i, j of left_i (a1 b1)_ij (a2 b2)_ij right_j, through r x r matrices for each column of {@code right}. */
    @Override
    public double[] between(double[] left, int p, double[] right, int q) {
        double[] result = new double[p * q];
        double[][] rows = new double[p][];
        for (int k = 0; k < p; k++) {
            rows[k] = weighted(a1, rank1, a2, rank2, left, p, k);
        }
        for (int l = 0; l < q; l++) {
            double[] columns = weighted(b1, rank1, b2, rank2, right, q, l);
            for (int k = 0; k < p; k++) {
                result[k * q + l] = Matrices.dot(rows[k], columns);
            }
        }
        return result;
    }

    /** a1^T diag(weights) a2, for one column of the weights. */
    private static double[] weighted(
            double[] a1, int rank1, double[] a2, int rank2, double[] weights, int width, int column) {
        int rows = a1.length / rank1;
        double[] scaled = new double[a1.length];
        for (int i = 0; i < rows; i++) {
            double weight = weights[i * width + column];
            for (int s = 0; s < rank1; s++) {
                scaled[i * rank1 + s] = weight * a1[i * rank1 + s];
            }
        }
        return Matrices.gram(scaled, rank1, a2, rank2);
    }

    @Override
    public float[] values(MatrixProduct product) {
        float[] first = side(product, a1, b1, rank1);
        float[] second = side(product, a2, b2, rank2);
        for (int i = 0; i < first.length; i++) {
            first[i] *= second[i];
        }
        return first;
    }

    private float[] side(MatrixProduct product, double[] a, double[] b, int rank) {
        float[] right = Matrices.floats(Matrices.transposed(b, columns(), rank));
        return product.of(Matrices.floats(a), rows(), rank, right, columns());
    }

    @Override
    public double[] row(int i) {
        double[] first = Matrices.product(b1, columns(), rank1, slice(a1, i, rank1), 1);
        double[] second = Matrices.product(b2, columns(), rank2, slice(a2, i, rank2), 1);
        for (int j = 0; j < first.length; j++) {
            first[j] *= second[j];
        }
        return first;
    }

    private static final class Format implements LoraAlgorithm {
        @Override
        public Set<LoraRole> roles() {
            return Set.of(
                    LoraRole.HADA_W1_A,
                    LoraRole.HADA_W1_B,
                    LoraRole.HADA_W2_A,
                    LoraRole.HADA_W2_B,
                    LoraRole.HADA_T1,
                    LoraRole.HADA_T2);
        }

        @Override
        public Optional<String> missing(LoraModule m) {
            return LoraAlgorithm.lacks(
                            m, LoraRole.HADA_W1_A, LoraRole.HADA_W1_B, LoraRole.HADA_W2_A, LoraRole.HADA_W2_B)
                    .or(() -> m.has(LoraRole.HADA_T1) == m.has(LoraRole.HADA_T2)
                            ? Optional.empty()
                            : LoraAlgorithm.lacks(m, LoraRole.HADA_T1, LoraRole.HADA_T2));
        }

        @Override
        public OptionalLong rank(LoraModule m) {
            return m.dimension(LoraRole.HADA_W1_B, 0);
        }

        @Override
        public boolean isProduct() {
            return true;
        }

        @Override
        public Optional<List<Long>> shape(LoraModule m) {
            Optional<List<Long>> first = side(m, LoraRole.HADA_T1, LoraRole.HADA_W1_A, LoraRole.HADA_W1_B);
            return first.equals(side(m, LoraRole.HADA_T2, LoraRole.HADA_W2_A, LoraRole.HADA_W2_B))
                    ? first
                    : Optional.empty();
        }

        private static Optional<List<Long>> side(LoraModule m, LoraRole core, LoraRole a, LoraRole b) {
            return m.has(LoraRole.HADA_T1)
                    ? Shapes.core(m.shape(core), m.shape(a), m.shape(b))
                    : Shapes.product(m.shape(a), m.shape(b));
        }

        @Override
        public Change change(ModuleTensors t) {
            if (!t.has(LoraRole.HADA_T1)) {
                return new Loha(
                        t.get(LoraRole.HADA_W1_A),
                        t.get(LoraRole.HADA_W1_B),
                        t.dim(LoraRole.HADA_W1_A, 1),
                        t.get(LoraRole.HADA_W2_A),
                        t.get(LoraRole.HADA_W2_B),
                        t.dim(LoraRole.HADA_W2_A, 1));
            }
            int i1 = t.dim(LoraRole.HADA_T1, 0);
            int i2 = t.dim(LoraRole.HADA_T2, 0);
            return new Loha(
                    Matrices.transposed(t.get(LoraRole.HADA_W1_A), i1, t.dim(LoraRole.HADA_W1_A, 1)),
                    t.cored(LoraRole.HADA_T1, LoraRole.HADA_W1_B),
                    i1,
                    Matrices.transposed(t.get(LoraRole.HADA_W2_A), i2, t.dim(LoraRole.HADA_W2_A, 1)),
                    t.cored(LoraRole.HADA_T2, LoraRole.HADA_W2_B),
                    i2);
        }
    }
}
