package dev.assay.harness.model.lora;

import dev.assay.harness.model.SafetensorsFile;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The numbers of one module of a LoRA, and what they make of a weight. */
final class ModuleTensors {
    private static final Map<LoraPart, List<String>> COMPONENTS = Map.of(
            LoraPart.DENOISER, List.of("unet", "transformer"),
            LoraPart.TEXT_ENCODER_1, List.of("text_encoder"),
            LoraPart.TEXT_ENCODER_2, List.of("text_encoder_2"),
            LoraPart.TEXT_ENCODER_3, List.of("text_encoder_3"),
            LoraPart.TEXT_ENCODER_4, List.of("text_encoder_4"));

    private final LoraModule module;
    private final Map<LoraRole, double[]> values = new EnumMap<>(LoraRole.class);
    private final double scale;

    private ModuleTensors(LoraModule module, SafetensorsFile file, PeftConfig config) {
        this.module = module;
        module.keys().forEach((role, key) -> {
            if (role != LoraRole.RESHAPE_WEIGHT) {
                values.put(role, TensorValues.all(file, key));
            }
        });
        this.scale = scale(config);
    }

    static ModuleTensors read(LoraModule module, SafetensorsFile file, PeftConfig config) {
        return new ModuleTensors(module, file, config);
    }

    private double scale(PeftConfig config) {
        if (!isScaled(module)) {
            return 1;
        }
        return module.has(LoraRole.ALPHA)
                ? values.get(LoraRole.ALPHA)[0] / module.rank().getAsLong()
                : configured(module, config).orElse(1);
    }

    private static boolean isScaled(LoraModule module) {
        return switch (module.kind()) {
            case LORA, LOCON, LOHA, LOKR, GLORA -> module.rank().isPresent();
            default -> false;
        };
    }

    /** Whether nothing of a module counts where its scale is 0: biases, differences and magnitudes count by themselves. */
    static boolean isAllScaled(LoraModule module) {
        return isScaled(module)
                && module.keys().keySet().stream()
                        .allMatch(r -> r == LoraRole.ALPHA
                                || (r.kind() != null && r.kind() != LoraKind.FULL_DIFF && r != LoraRole.UP_BIAS));
    }

    /** alpha / rank of a module without an alpha of its own, by PEFT's configuration; empty where that says nothing. */
    static OptionalDouble configured(LoraModule module, PeftConfig config) {
        if (!isScaled(module) || module.has(LoraRole.ALPHA)) {
            return OptionalDouble.empty();
        }
        double rank = module.rank().getAsLong();
        List<String> components = COMPONENTS.get(module.part());
        OptionalDouble alpha = config.alpha(components, module.layer());
        return alpha.isEmpty()
                ? alpha
                : OptionalDouble.of(alpha.getAsDouble() / (config.rankStabilised(components) ? Math.sqrt(rank) : rank));
    }

    /** alpha / rank, or 1. */
    double scale() {
        return scale;
    }

    Map<LoraRole, double[]> values() {
        return values;
    }

    double[] get(LoraRole role) {
        return values.get(role);
    }

    boolean has(LoraRole role) {
        return values.containsKey(role);
    }

    /** Whether the change needs the base's weights to be known: it depends on them. */
    boolean needsBase() {
        return module.dora()
                || module.has(LoraRole.SET_WEIGHT)
                || switch (module.kind()) {
                    case GLORA, OFT, BOFT, IA3 -> true;
                    default -> false;
                };
    }

    /** The change that stands in the file, unscaled; for kinds that depend on the base, what stands for it. */
    Change change() {
        return switch (module.kind()) {
            case LORA, LOCON -> lowRank();
            case LOHA -> hadamard();
            case LOKR -> new Kronecker(kroneckerFactor(true), kroneckerFactor(false));
            case GLORA -> glora(null);
            case OFT, BOFT -> firstOf(LoraRole.OFT_BLOCKS, LoraRole.OFT_R, LoraRole.BOFT_R);
            case IA3 -> dense(LoraRole.IA3_WEIGHT);
            case DORA, FULL_DIFF ->
                firstOf(LoraRole.DIFF, LoraRole.SET_WEIGHT, LoraRole.NORM, LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS);
        };
    }

    private LowRank lowRank() {
        int rank = dim(LoraRole.UP, 1);
        if (!module.has(LoraRole.MID)) {
            return new LowRank(get(LoraRole.UP), get(LoraRole.DOWN), rank);
        }
        int inner = dim(LoraRole.MID, 1);
        int kernel = get(LoraRole.MID).length / (rank * inner);
        return LowRank.tucker(get(LoraRole.UP), rank, get(LoraRole.MID), get(LoraRole.DOWN), inner, kernel);
    }

    private Change hadamard() {
        if (!module.has(LoraRole.HADA_T1)) {
            return new Hadamard(
                    get(LoraRole.HADA_W1_A),
                    get(LoraRole.HADA_W1_B),
                    dim(LoraRole.HADA_W1_A, 1),
                    get(LoraRole.HADA_W2_A),
                    get(LoraRole.HADA_W2_B),
                    dim(LoraRole.HADA_W2_A, 1));
        }
        int i1 = dim(LoraRole.HADA_T1, 0);
        int i2 = dim(LoraRole.HADA_T2, 0);
        return new Hadamard(
                Matrices.transposed(get(LoraRole.HADA_W1_A), i1, dim(LoraRole.HADA_W1_A, 1)),
                cored(LoraRole.HADA_T1, LoraRole.HADA_W1_B),
                i1,
                Matrices.transposed(get(LoraRole.HADA_W2_A), i2, dim(LoraRole.HADA_W2_A, 1)),
                cored(LoraRole.HADA_T2, LoraRole.HADA_W2_B),
                i2);
    }

    /** sum over j of core[i, j, p] b[j, r]: (i, r p). */
    private double[] cored(LoraRole coreRole, LoraRole bRole) {
        double[] core = get(coreRole);
        double[] b = get(bRole);
        int n = dim(coreRole, 0);
        int inner = dim(coreRole, 1);
        int kernel = core.length / (n * inner);
        int width = dim(bRole, 1);
        double[] result = new double[n * width * kernel];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < inner; j++) {
                for (int p = 0; p < kernel; p++) {
                    double value = core[(i * inner + j) * kernel + p];
                    for (int r = 0; r < width; r++) {
                        result[(i * width + r) * kernel + p] += value * b[j * width + r];
                    }
                }
            }
        }
        return result;
    }

    private Dense kroneckerFactor(boolean first) {
        LoraRole whole = first ? LoraRole.LOKR_W1 : LoraRole.LOKR_W2;
        LoraRole a = first ? LoraRole.LOKR_W1_A : LoraRole.LOKR_W2_A;
        LoraRole b = first ? LoraRole.LOKR_W1_B : LoraRole.LOKR_W2_B;
        if (module.has(whole)) {
            return dense(whole);
        }
        if (!first && module.has(LoraRole.LOKR_T2)) {
            int i = dim(LoraRole.LOKR_T2, 0);
            int rows = dim(a, 1);
            double[] right = cored(LoraRole.LOKR_T2, b);
            return new Dense(Matrices.gram(get(a), rows, right, right.length / i), rows);
        }
        int rank = dim(a, 1);
        int rows = dim(a, 0);
        return new Dense(Matrices.product(get(a), rows, rank, get(b), get(b).length / rank), rows);
    }

    /** b1 b2, with W's a1 a2 where W (rows, columns) is given; in the first form of GLoRA the other way round. */
    private LowRank glora(double[] base) {
        boolean old = module.gloraIsOld();
        double[] free = get(old ? LoraRole.GLORA_B2 : LoraRole.GLORA_B1); // (rows, r)
        double[] freeDown = get(old ? LoraRole.GLORA_B1 : LoraRole.GLORA_B2); // (r, columns)
        int rank = dim(old ? LoraRole.GLORA_B2 : LoraRole.GLORA_B1, 1);
        if (base == null) {
            return new LowRank(free, freeDown, rank);
        }
        double[] bound = get(old ? LoraRole.GLORA_A2 : LoraRole.GLORA_A1); // (columns, s)
        double[] boundDown = get(old ? LoraRole.GLORA_A1 : LoraRole.GLORA_A2); // (s, columns)
        int columns = freeDown.length / rank;
        int rows = free.length / rank;
        int inner = bound.length / columns;
        double[] wa = Matrices.product(base, rows, columns, bound, inner);
        double[] up = new double[rows * (rank + inner)];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(free, i * rank, up, i * (rank + inner), rank);
            System.arraycopy(wa, i * inner, up, i * (rank + inner) + rank, inner);
        }
        double[] down = new double[(rank + inner) * columns];
        System.arraycopy(freeDown, 0, down, 0, freeDown.length);
        System.arraycopy(boundDown, 0, down, freeDown.length, boundDown.length);
        return new LowRank(up, down, rank + inner);
    }

    /**
     * Square of the norm of W' - W for a kind that depends on W.
     *
     * @param base W (rows, columns), as {@code layer} says
     * @return NaN for BOFT and PEFT's rotations, whose order of channels is a matter of their code
     */
    double squaredNorm(double[] base, BaseLayer layer) {
        int rows = Math.toIntExact(layer.rows());
        if (module.dora()) {
            return dora(base, rows);
        }
        if (module.has(LoraRole.SET_WEIGHT)) {
            return squaredDistance(get(LoraRole.SET_WEIGHT), base);
        }
        return switch (module.kind()) {
            case GLORA -> scale * scale * glora(base).squaredNorm();
            case IA3 -> ia3(base, rows, layer);
            case OFT -> has(LoraRole.OFT_BLOCKS) ? oft(base, rows) : Double.NaN;
            default -> Double.NaN;
        };
    }

    /** W' = m V / ||V|| with V = W + scale dW, by output or by input channel, as the shape of m says. */
    private double dora(double[] base, int rows) {
        if (module.kind() == LoraKind.OFT || module.kind() == LoraKind.BOFT || module.kind() == LoraKind.IA3) {
            return Double.NaN;
        }
        double[] magnitudes = get(LoraRole.DORA_SCALE);
        int columns = base.length / rows;
        Change change = module.kind() == LoraKind.GLORA ? glora(base) : change();
        double[] v = new double[base.length];
        for (int i = 0; i < rows; i++) {
            double[] row = change.row(i);
            for (int j = 0; j < columns; j++) {
                v[i * columns + j] = base[i * columns + j] + scale * row[j];
            }
        }
        boolean byOutput = magnitudes.length == rows
                && module.shape(LoraRole.DORA_SCALE).stream().findFirst().orElse(1L) == rows;
        int kernel = byOutput ? 1 : columns / magnitudes.length;
        if (!byOutput && kernel * magnitudes.length != columns) {
            return Double.NaN;
        }
        double[] norms = new double[magnitudes.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = v[i * columns + j];
                norms[byOutput ? i : j / kernel] += value * value;
            }
        }
        for (int c = 0; c < norms.length; c++) {
            norms[c] = magnitudes[c] / Math.max(Math.sqrt(norms[c]), Double.MIN_NORMAL);
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                v[i * columns + j] *= norms[byOutput ? i : j / kernel];
            }
        }
        return squaredDistance(v, base);
    }

    /** W' = W + W w by channel; PEFT stores 1 + w. */
    private double ia3(double[] base, int rows, BaseLayer layer) {
        double[] w = get(LoraRole.IA3_WEIGHT);
        double one = module.keys().get(LoraRole.IA3_WEIGHT).endsWith(".ia3_l") ? 1 : 0;
        int columns = base.length / rows;
        boolean onInput = has(LoraRole.IA3_ON_INPUT)
                ? get(LoraRole.IA3_ON_INPUT)[0] != 0
                : w.length != rows || module.shape(LoraRole.IA3_WEIGHT).get(0) == 1;
        int channels = onInput ? Math.toIntExact(layer.rest().get(0)) : rows;
        if (w.length != channels) {
            return Double.NaN;
        }
        int kernel = onInput ? columns / channels : 1;
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = base[i * columns + j] * (w[onInput ? j / kernel : i] - one);
                sum += value * value;
            }
        }
        return sum;
    }

    /** W' = R^T W block by block, R = (I + Q) (I - Q)^-1, Q = B - B^T; alpha bounds ||Q||. */
    private double oft(double[] base, int rows) {
        double[] blocks = get(LoraRole.OFT_BLOCKS);
        int count = dim(LoraRole.OFT_BLOCKS, 0);
        int b = dim(LoraRole.OFT_BLOCKS, 1);
        double[] q = new double[blocks.length];
        for (int k = 0; k < count; k++) {
            for (int i = 0; i < b; i++) {
                for (int j = 0; j < b; j++) {
                    q[(k * b + i) * b + j] = blocks[(k * b + i) * b + j] - blocks[(k * b + j) * b + i];
                }
            }
        }
        double outputs = module.naming() == LoraNaming.KOHYA_OFT ? (double) count * b : 1; // kohya's alpha is by output
        double bound = has(LoraRole.ALPHA) ? outputs * get(LoraRole.ALPHA)[0] : 0;
        double norm = Math.sqrt(Matrices.squaredNorm(q));
        double shrink = bound > 0 && norm > bound ? bound / norm : 1;
        double[] rescale = has(LoraRole.OFT_RESCALE) ? get(LoraRole.OFT_RESCALE) : null;
        int columns = base.length / rows;
        double sum = 0;
        for (int k = 0; k < count; k++) {
            double[] block = new double[b * b];
            for (int i = 0; i < block.length; i++) {
                block[i] = shrink * q[k * b * b + i];
            }
            double[] r = Matrices.cayley(block, b);
            double[] w = Arrays.copyOfRange(base, k * b * columns, (k + 1) * b * columns);
            double[] rotated = Matrices.gram(r, b, w, columns);
            for (int i = 0; i < rotated.length; i++) {
                double factor = rescale == null || rescale.length != rows ? 1 : rescale[k * b + i / columns];
                double value = factor * rotated[i] - w[i];
                sum += value * value;
            }
        }
        return sum;
    }

    /** Square of the norm of what is added to the bias, or to a norm. */
    double squaredNormOfBias() {
        double sum = has(LoraRole.UP_BIAS) ? scale * scale * Matrices.squaredNorm(get(LoraRole.UP_BIAS)) : 0;
        boolean counted = module.kind() == LoraKind.FULL_DIFF;
        LoraRole main = counted ? mainDifference() : null;
        for (LoraRole role : List.of(LoraRole.DIFF, LoraRole.NORM, LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS)) {
            if (role != main && has(role)) {
                sum += Matrices.squaredNorm(get(role));
            }
        }
        return sum;
    }

    private LoraRole mainDifference() {
        for (LoraRole role :
                List.of(LoraRole.DIFF, LoraRole.SET_WEIGHT, LoraRole.NORM, LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS)) {
            if (has(role)) {
                return role;
            }
        }
        return null;
    }

    /**
     * Whether nothing that is learned here differs from zero; magnitudes and replaced weights are judged with the base.
     *
     * @param squaredChange square of the norm of {@link #change}
     */
    boolean isZero(double squaredChange) {
        if (module.dora() || module.has(LoraRole.SET_WEIGHT)) {
            return false;
        }
        return switch (module.kind()) {
            case GLORA -> scale == 0 || (squaredChange == 0 && (zero(LoraRole.GLORA_A1) || zero(LoraRole.GLORA_A2)));
            case IA3 -> !module.keys().get(LoraRole.IA3_WEIGHT).endsWith(".ia3_l") && zero(LoraRole.IA3_WEIGHT);
            default -> (squaredChange == 0 || scale == 0) && squaredNormOfBias() == 0;
        };
    }

    private boolean zero(LoraRole role) {
        return Matrices.squaredNorm(get(role)) == 0;
    }

    private Dense dense(LoraRole role) {
        return new Dense(get(role), module.shape(role).isEmpty() ? 1 : dim(role, 0));
    }

    private Dense firstOf(LoraRole... roles) {
        for (LoraRole role : roles) {
            if (has(role)) {
                return dense(role);
            }
        }
        return new Dense(new double[0], 0); // only a new shape
    }

    private int dim(LoraRole role, int index) {
        return Math.toIntExact(module.shape(role).get(index));
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }
}
