package dev.assay.harness.model.lora;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** LoKr (Yeh et al. 2023): kron(w1, w2) for w1 (a, b) and w2 (c, d). Norms and singular values of the factors multiply. */
final class Lokr implements Change {
    static final LoraAlgorithm ALGORITHM = new Format();

    private final Dense w1;
    private final Dense w2;

    Lokr(Dense w1, Dense w2) {
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

    boolean sameSplit(Lokr other) {
        return w1.rows() == other.w1.rows() && w1.columns() == other.w1.columns();
    }

    double with(Lokr other) {
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
    public float[] values(MatrixProduct product) {
        float[] values = new float[rows() * columns()];
        for (int i = 0; i < rows(); i++) {
            System.arraycopy(Matrices.floats(row(i)), 0, values, i * columns(), columns());
        }
        return values;
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

    private static final class Format implements LoraAlgorithm {
        @Override
        public Set<LoraRole> roles() {
            return Set.of(
                    LoraRole.LOKR_W1,
                    LoraRole.LOKR_W1_A,
                    LoraRole.LOKR_W1_B,
                    LoraRole.LOKR_W2,
                    LoraRole.LOKR_W2_A,
                    LoraRole.LOKR_W2_B,
                    LoraRole.LOKR_T2);
        }

        @Override
        public Optional<String> missing(LoraModule m) {
            Optional<String> first = m.has(LoraRole.LOKR_W1)
                    ? Optional.empty()
                    : LoraAlgorithm.lacks(m, LoraRole.LOKR_W1_A, LoraRole.LOKR_W1_B);
            return first.or(() -> m.has(LoraRole.LOKR_W2)
                    ? Optional.empty()
                    : LoraAlgorithm.lacks(m, LoraRole.LOKR_W2_A, LoraRole.LOKR_W2_B));
        }

        @Override
        public OptionalLong rank(LoraModule m) {
            OptionalLong second = m.dimension(LoraRole.LOKR_W2_B, 0);
            return second.isPresent() ? second : m.dimension(LoraRole.LOKR_W1_B, 0);
        }

        @Override
        public boolean isProduct() {
            return true;
        }

        @Override
        public Optional<List<Long>> shape(LoraModule m) {
            Optional<List<Long>> first = m.has(LoraRole.LOKR_W1)
                    ? Optional.of(m.shape(LoraRole.LOKR_W1))
                    : Shapes.product(m.shape(LoraRole.LOKR_W1_A), m.shape(LoraRole.LOKR_W1_B));
            Optional<List<Long>> second;
            if (m.has(LoraRole.LOKR_W2)) {
                second = Optional.of(m.shape(LoraRole.LOKR_W2));
            } else if (m.has(LoraRole.LOKR_T2)) {
                second = Shapes.core(
                        m.shape(LoraRole.LOKR_T2), m.shape(LoraRole.LOKR_W2_A), m.shape(LoraRole.LOKR_W2_B));
            } else { // LyCORIS flattens the kernel into b
                second = Shapes.product(m.shape(LoraRole.LOKR_W2_A), m.shape(LoraRole.LOKR_W2_B));
            }
            return first.filter(f -> f.size() == 2)
                    .flatMap(f -> second.filter(s -> s.size() >= 2)
                            .map(s -> Shapes.joined(f.get(0) * s.get(0), f.get(1) * s.get(1), s.subList(2, s.size()))));
        }

        @Override
        public Change change(ModuleTensors t) {
            Dense first = t.has(LoraRole.LOKR_W1)
                    ? t.dense(LoraRole.LOKR_W1)
                    : product(t, LoraRole.LOKR_W1_A, LoraRole.LOKR_W1_B);
            if (t.has(LoraRole.LOKR_W2)) {
                return new Lokr(first, t.dense(LoraRole.LOKR_W2));
            }
            if (!t.has(LoraRole.LOKR_T2)) {
                return new Lokr(first, product(t, LoraRole.LOKR_W2_A, LoraRole.LOKR_W2_B));
            }
            int rows = t.dim(LoraRole.LOKR_W2_A, 1);
            double[] right = t.cored(LoraRole.LOKR_T2, LoraRole.LOKR_W2_B);
            int columns = right.length / t.dim(LoraRole.LOKR_T2, 0);
            return new Lokr(first, new Dense(Matrices.gram(t.get(LoraRole.LOKR_W2_A), rows, right, columns), rows));
        }

        private static Dense product(ModuleTensors t, LoraRole a, LoraRole b) {
            int rows = t.dim(a, 0);
            int rank = t.dim(a, 1);
            return new Dense(Matrices.product(t.get(a), rows, rank, t.get(b), t.get(b).length / rank), rows);
        }
    }
}
