package dev.assay.harness.model.lora;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * LoRA (Hu et al. 2021) and its form for convolutions (LoCon): up down for up (rows, r) and down (r, columns), with or without a core
 * tensor. ||up down||^2 = tr(up^T up down down^T), with r x r matrices (Gram) only.
 */
final class LowRank implements Change {
    static final LoraAlgorithm ALGORITHM = new Format();

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
    public float[] values(MatrixProduct product) {
        float[] down = Matrices.floats(Matrices.transposed(downTransposed, columns(), rank));
        return product.of(Matrices.floats(up), rows(), rank, down, columns());
    }

    @Override
    public double[] row(int i) {
        double[] factors = Arrays.copyOfRange(up, i * rank, (i + 1) * rank);
        return Matrices.product(downTransposed, columns(), rank, factors, 1);
    }

    private static final class Format implements LoraAlgorithm {
        @Override
        public Set<LoraRole> roles() {
            return Set.of(LoraRole.UP, LoraRole.DOWN, LoraRole.MID, LoraRole.UP_BIAS);
        }

        @Override
        public Optional<String> missing(LoraModule m) {
            return !m.has(LoraRole.DOWN)
                    ? Optional.of("lora_down (lora_A)")
                    : !m.has(LoraRole.UP) ? Optional.of("lora_up (lora_B)") : Optional.empty();
        }

        @Override
        public OptionalLong rank(LoraModule m) {
            return m.dimension(LoraRole.DOWN, 0);
        }

        @Override
        public boolean isProduct() {
            return true;
        }

        @Override
        public Optional<List<Long>> shape(LoraModule m) {
            List<Long> up = m.shape(LoraRole.UP);
            List<Long> down = m.shape(LoraRole.DOWN);
            if (!m.has(LoraRole.MID)) {
                return Shapes.lowRank(up, down);
            }
            List<Long> mid = m.shape(LoraRole.MID);
            boolean fits = mid.size() > 2
                    && up.size() >= 2
                    && down.size() >= 2
                    && Shapes.elements(up) == up.get(0) * up.get(1)
                    && mid.get(0).equals(up.get(1))
                    && mid.get(1).equals(down.get(0))
                    && Shapes.elements(down) == down.get(0) * down.get(1);
            return fits
                    ? Optional.of(Shapes.joined(up.get(0), down.get(1), mid.subList(2, mid.size())))
                    : Optional.empty();
        }

        /** A core tensor (Tucker) and down make one factor of r x (in k k), which is small. */
        @Override
        public Change change(ModuleTensors t) {
            double[] down = t.has(LoraRole.MID) ? t.cored(LoraRole.MID, LoraRole.DOWN) : t.get(LoraRole.DOWN);
            return new LowRank(t.get(LoraRole.UP), down, t.dim(LoraRole.UP, 1));
        }
    }
}
