package dev.assay.harness.model.lora;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * OFT (Qiu et al. 2023): W' = R^T W, block by block of rows; BOFT (Liu et al. 2024): a butterfly of such rotations, W' = R_m ... R_1 W, of
 * which stage i mixes rows 2^i b / 2 apart. R = (I + Q)(I - Q)^-1 with Q = B - B^T; alpha bounds ||Q||. As LyCORIS 4.1.3 and
 * ComfyUI 0.33.0 compute both; LyCORIS scales the rows at the end. PEFT's rotations depend on its configuration, which their file
 * does not hold.
 */
final class Oft implements LoraAlgorithm {
    static final LoraAlgorithm ALGORITHM = new Oft();

    private static final int STAGED = 4; // axes of BOFT's blocks: (stages, blocks, b, b)

    private Oft() {}

    @Override
    public Set<LoraRole> roles() {
        return Set.of(LoraRole.OFT_BLOCKS, LoraRole.OFT_RESCALE);
    }

    @Override
    public Optional<String> missing(LoraModule m) {
        return m.has(LoraRole.OFT_R) || m.has(LoraRole.BOFT_R)
                ? Optional.empty()
                : LoraAlgorithm.lacks(m, LoraRole.OFT_BLOCKS);
    }

    @Override
    public Optional<String> misfit(LoraModule m, BaseLayer layer) {
        if (!m.has(LoraRole.OFT_BLOCKS)) {
            return Optional.empty(); // PEFT's
        }
        List<Long> blocks = m.shape(LoraRole.OFT_BLOCKS);
        int n = blocks.size();
        boolean fits = (n == STAGED - 1 || n == STAGED)
                && layer.rows() > 0
                && blocks.get(n - 1).equals(blocks.get(n - 2))
                && blocks.get(n - 2) * blocks.get(n - 3) == layer.rows()
                && (n != STAGED || isButterfly(blocks, layer.rows()));
        return fits
                ? Optional.empty()
                : Optional.of(
                        "its blocks have shape " + blocks + ", the base's layer has " + layer.rows() + " outputs");
    }

    /** Whether the last stage still pairs rows of the layer. */
    private static boolean isButterfly(List<Long> blocks, long rows) {
        long stages = blocks.get(0);
        long b = blocks.get(2);
        return b % 2 == 0 && stages < Integer.SIZE && rows % (b << Math.max(0, stages - 1)) == 0;
    }

    @Override
    public boolean needsBase() {
        return true;
    }

    @Override
    public boolean isSum() {
        return false;
    }

    @Override
    public Change change(ModuleTensors t) {
        return t.dense(
                t.has(LoraRole.OFT_BLOCKS)
                        ? LoraRole.OFT_BLOCKS
                        : t.has(LoraRole.OFT_R) ? LoraRole.OFT_R : LoraRole.BOFT_R);
    }

    @Override
    public Optional<Delta> on(ModuleTensors t, double[] base, BaseLayer layer) {
        int rows = Math.toIntExact(layer.rows());
        double[] rescale = t.has(LoraRole.OFT_RESCALE) ? t.get(LoraRole.OFT_RESCALE) : null;
        if (!t.has(LoraRole.OFT_BLOCKS) || (rescale != null && rescale.length != rows)) {
            return Optional.empty();
        }
        int axes = t.module().shape(LoraRole.OFT_BLOCKS).size();
        int b = t.dim(LoraRole.OFT_BLOCKS, axes - 1);
        double[] q = bounded(t, b, rows);
        double[] w = base;
        if (axes < STAGED) {
            w = rotated(transposedBlocks(rotations(q, b), b), b, base);
        } else {
            int columns = base.length / rows;
            double[] r = rotations(q, b);
            int stages = t.dim(LoraRole.OFT_BLOCKS, 0);
            for (int i = 0; i < stages; i++) {
                double[] stage = Arrays.copyOfRange(r, i * rows * b, (i + 1) * rows * b);
                int[] order = butterfly(rows, (b / 2) << i);
                w = ordered(rotated(stage, b, ordered(w, order, columns, false)), order, columns, true);
            }
        }
        return Optional.of(new Dense(difference(w, base, rescale), rows));
    }

    /** Q of all blocks, with a norm of at most alpha. */
    private static double[] bounded(ModuleTensors t, int b, int rows) {
        double[] blocks = t.get(LoraRole.OFT_BLOCKS);
        double[] q = new double[blocks.length];
        for (int at = 0; at < q.length; at += b * b) {
            for (int i = 0; i < b; i++) {
                for (int j = 0; j < b; j++) {
                    q[at + i * b + j] = blocks[at + i * b + j] - blocks[at + j * b + i];
                }
            }
        }
        double outputs = t.module().naming() == LoraNaming.KOHYA_OFT ? rows : 1; // kohya's alpha is by output
        double bound = t.has(LoraRole.ALPHA) ? outputs * t.get(LoraRole.ALPHA)[0] : 0;
        double norm = Math.sqrt(Matrices.squaredNorm(q));
        if (bound > 0 && norm > bound) {
            for (int i = 0; i < q.length; i++) {
                q[i] *= bound / norm;
            }
        }
        return q;
    }

    private static double[] rotations(double[] q, int b) {
        double[] r = new double[q.length];
        IntStream.range(0, q.length / (b * b)).parallel().forEach(k -> {
            double[] block = Arrays.copyOfRange(q, k * b * b, (k + 1) * b * b);
            System.arraycopy(Matrices.cayley(block, b), 0, r, k * b * b, b * b);
        });
        return r;
    }

    private static double[] transposedBlocks(double[] r, int b) {
        double[] result = new double[r.length];
        for (int at = 0; at < r.length; at += b * b) {
            System.arraycopy(Matrices.transposed(Arrays.copyOfRange(r, at, at + b * b), b, b), 0, result, at, b * b);
        }
        return result;
    }

    /** Each block (b, b) times its b rows of w. */
    private static double[] rotated(double[] blocks, int b, double[] w) {
        int count = blocks.length / (b * b);
        int size = w.length / count;
        double[] result = new double[w.length];
        IntStream.range(0, count).parallel().forEach(k -> {
            double[] block = Arrays.copyOfRange(blocks, k * b * b, (k + 1) * b * b);
            double[] part = Arrays.copyOfRange(w, k * size, (k + 1) * size);
            System.arraycopy(Matrices.product(block, b, b, part, size / b), 0, result, k * size, size);
        });
        return result;
    }

    /** For each place in the order of a stage, the row that stands there: rows {@code distance} apart become neighbours. */
    private static int[] butterfly(int rows, int distance) {
        int[] order = new int[rows];
        for (int at = 0; at < rows; at++) {
            int pair = at / 2;
            order[at] = (pair / distance * 2 + at % 2) * distance + pair % distance;
        }
        return order;
    }

    private static double[] ordered(double[] w, int[] order, int columns, boolean back) {
        double[] result = new double[w.length];
        for (int at = 0; at < order.length; at++) {
            int from = back ? at : order[at];
            int to = back ? order[at] : at;
            System.arraycopy(w, from * columns, result, to * columns, columns);
        }
        return result;
    }

    private static double[] difference(double[] w, double[] base, double[] rescale) {
        int columns = rescale == null ? 1 : base.length / rescale.length;
        double[] delta = new double[base.length];
        for (int i = 0; i < delta.length; i++) {
            delta[i] = (rescale == null ? 1 : rescale[i / columns]) * w[i] - base[i];
        }
        return delta;
    }
}
