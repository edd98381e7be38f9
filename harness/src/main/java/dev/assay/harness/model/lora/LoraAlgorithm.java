package dev.assay.harness.model.lora;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One way of storing the change of a weight W (out, in[, k, k]): which tensors of a file it reads, whether they fit each other and the
 * layer, and the change that they make, which gives the norm and the values alike. A new one is one file and its {@link LoraKind}.
 */
interface LoraAlgorithm {
    /** The tensors that it reads, besides alpha, magnitudes and the differences that go with any kind. */
    Set<LoraRole> roles();

    /** What a module lacks to mean anything, e.g. {@code lora_down}. */
    Optional<String> missing(LoraModule m);

    /** What alpha is divided by; empty where alpha scales nothing. */
    default OptionalLong rank(LoraModule m) {
        return OptionalLong.empty();
    }

    /** Whether the factors alone tell the change's shape. */
    default boolean isProduct() {
        return false;
    }

    /** Shape of a product, outputs first, for a module that lacks nothing; empty where the factors do not fit each other. */
    default Optional<List<Long>> shape(LoraModule m) {
        return Optional.empty();
    }

    /** Why the module does not fit the layer, with both shapes. */
    default Optional<String> misfit(LoraModule m, BaseLayer layer) {
        return ChangeShape.product(m, layer);
    }

    /** Whether the change depends on W. */
    default boolean needsBase() {
        return false;
    }

    /** Whether the change is added to W, so that magnitudes ({@link Dora}) are defined on the result: not of rotations and channels. */
    default boolean isSum() {
        return true;
    }

    /** The change without its scale; for one that depends on W, what stands for it in the file. */
    Change change(ModuleTensors t);

    /**
     * The change of W at strength 1.
     *
     * @param base W (rows, columns), rows as {@code layer} says; not read unless {@link #needsBase}
     * @return empty for a form whose result its file does not tell
     */
    default Optional<Delta> on(ModuleTensors t, double[] base, BaseLayer layer) {
        Change change = change(t);
        return Optional.of(t.scale() == 1 ? change : new Scaled(change, t.scale()));
    }

    /**
     * Whether nothing that is learned differs from zero.
     *
     * @param squaredChange square of the norm of {@link #change}
     */
    default boolean isZero(ModuleTensors t, double squaredChange) {
        return (squaredChange == 0 || t.scale() == 0) && t.squaredNormBesides() == 0;
    }

    /** The first of some tensors that a module does not have. */
    static Optional<String> lacks(LoraModule m, LoraRole... roles) {
        for (LoraRole role : roles) {
            if (!m.has(role)) {
                return Optional.of(role.name().toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }

    /** A change times alpha / rank, scaled in float32 at the end. */
    record Scaled(Change change, double scale) implements Delta {
        @Override
        public int rows() {
            return change.rows();
        }

        @Override
        public int columns() {
            return change.columns();
        }

        @Override
        public double squaredNorm() {
            return scale * scale * change.squaredNorm();
        }

        @Override
        public double[] row(int i) {
            double[] row = change.row(i);
            for (int j = 0; j < row.length; j++) {
                row[j] *= scale;
            }
            return row;
        }

        @Override
        public float[] values(MatrixProduct product) {
            float[] values = change.values(product);
            float factor = (float) scale;
            for (int i = 0; i < values.length; i++) {
                values[i] *= factor;
            }
            return values;
        }
    }
}
