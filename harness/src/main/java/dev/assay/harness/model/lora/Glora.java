package dev.assay.harness.model.lora;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** GLoRA (Chavan et al. 2023): b1 b2 + W a1 a2; in its first form b2 b1 + W a2 a1. Of a convolution, a acts on the input channels. */
final class Glora implements LoraAlgorithm {
    static final LoraAlgorithm ALGORITHM = new Glora();

    private Glora() {}

    @Override
    public Set<LoraRole> roles() {
        return Set.of(LoraRole.GLORA_A1, LoraRole.GLORA_A2, LoraRole.GLORA_B1, LoraRole.GLORA_B2);
    }

    @Override
    public Optional<String> missing(LoraModule m) {
        return LoraAlgorithm.lacks(m, LoraRole.GLORA_A1, LoraRole.GLORA_A2, LoraRole.GLORA_B1, LoraRole.GLORA_B2);
    }

    @Override
    public OptionalLong rank(LoraModule m) {
        return m.dimension(LoraRole.GLORA_B1, isOld(m) ? 0 : 1);
    }

    /** Whether the factors lie in the order of the first form. Judged as ComfyUI does. */
    private static boolean isOld(LoraModule m) {
        OptionalLong rank = m.dimension(LoraRole.GLORA_A1, 0);
        boolean old = rank.isPresent()
                && rank.equals(m.dimension(LoraRole.GLORA_A2, 1))
                && rank.equals(m.dimension(LoraRole.GLORA_B1, 0))
                && rank.equals(m.dimension(LoraRole.GLORA_B2, 1));
        OptionalLong other = m.dimension(LoraRole.GLORA_A2, 0);
        boolean young = other.isPresent()
                && other.equals(m.dimension(LoraRole.GLORA_A1, 1))
                && other.equals(m.dimension(LoraRole.GLORA_B2, 0))
                && other.equals(m.dimension(LoraRole.GLORA_B1, 1));
        // Of a square layer both forms have factors of these shapes, in another order; the rank is the smaller number.
        return old && (!young || other.getAsLong() >= rank.getAsLong());
    }

    private static LoraRole up(LoraModule m, boolean free) {
        return isOld(m) ? free ? LoraRole.GLORA_B2 : LoraRole.GLORA_A2 : free ? LoraRole.GLORA_B1 : LoraRole.GLORA_A1;
    }

    private static LoraRole down(LoraModule m, boolean free) {
        return isOld(m) ? free ? LoraRole.GLORA_B1 : LoraRole.GLORA_A1 : free ? LoraRole.GLORA_B2 : LoraRole.GLORA_A2;
    }

    @Override
    public boolean isProduct() {
        return true;
    }

    @Override
    public Optional<List<Long>> shape(LoraModule m) {
        Optional<List<Long>> free = Shapes.lowRank(m.shape(up(m, true)), m.shape(down(m, true)));
        Optional<List<Long>> bound = Shapes.lowRank(m.shape(up(m, false)), m.shape(down(m, false)));
        return bound.filter(b -> free.isPresent()
                        && b.get(0).equals(b.get(1))
                        && Shapes.elements(b) == b.get(0) * b.get(1)
                        && b.get(1).equals(free.get().get(1)))
                .flatMap(b -> free);
    }

    @Override
    public boolean needsBase() {
        return true;
    }

    /** The term without W. */
    @Override
    public Change change(ModuleTensors t) {
        LoraRole up = up(t.module(), true);
        return new LowRank(t.get(up), t.get(down(t.module(), true)), t.dim(up, 1));
    }

    /** In factors: [b1 | W a1] and [b2; a2], of a convolution for each place of its kernel apart. */
    @Override
    public Optional<Delta> on(ModuleTensors t, double[] base, BaseLayer layer) {
        double[] free = t.get(up(t.module(), true)); // (rows, r)
        double[] freeDown = t.get(down(t.module(), true)); // (r, columns)
        double[] bound = t.get(up(t.module(), false)); // (channels, s)
        double[] boundDown = t.get(down(t.module(), false)); // (s, channels)
        int rank = t.dim(up(t.module(), true), 1);
        int s = t.dim(up(t.module(), false), 1);
        int columns = freeDown.length / rank;
        int rows = free.length / rank;
        int kernel = columns / (bound.length / s);
        int all = rank + s * kernel;
        double[] up = new double[rows * all];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(free, i * rank, up, i * all, rank);
            for (int j = 0; j < columns; j++) {
                double w = base[i * columns + j];
                for (int k = 0; k < s; k++) {
                    up[i * all + rank + k * kernel + j % kernel] += w * bound[j / kernel * s + k];
                }
            }
        }
        double[] down = Arrays.copyOf(freeDown, all * columns);
        for (int k = 0; k < s; k++) {
            for (int j = 0; j < columns; j++) {
                int place = j % kernel;
                down[(rank + k * kernel + place) * columns + j] = boundDown[k * (columns / kernel) + j / kernel];
            }
        }
        return Optional.of(new Scaled(new LowRank(up, down, all), t.scale()));
    }

    @Override
    public boolean isZero(ModuleTensors t, double squaredChange) {
        return t.scale() == 0 || (squaredChange == 0 && (t.isZero(LoraRole.GLORA_A1) || t.isZero(LoraRole.GLORA_A2)));
    }
}
