package dev.assay.harness.model.lora;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The numbers of one module of a LoRA, and what they make of a layer: the change of its weight and of its bias. */
public final class ModuleTensors {
    private final Path path; // of the file, for messages
    private final LoraModule module;
    private final LoraAlgorithm algorithm;
    private final Map<LoraRole, double[]> values = new EnumMap<>(LoraRole.class);
    private final double scale;

    private ModuleTensors(LoraModule module, SafetensorsFile file, PeftConfig config) {
        this.path = file.path();
        this.module = module;
        this.algorithm = module.kind().algorithm();
        module.keys().forEach((role, key) -> {
            if (role != LoraRole.RESHAPE_WEIGHT) {
                values.put(role, TensorValues.all(file, key));
            }
        });
        this.scale = scale(config);
    }

    /** Reads every tensor of a module that lacks none. */
    public static ModuleTensors read(LoraModule module, SafetensorsFile file, PeftConfig config) {
        return new ModuleTensors(module, file, config);
    }

    private double scale(PeftConfig config) {
        if (!isScaled(module)) {
            return 1;
        }
        return module.has(LoraRole.ALPHA)
                ? values.get(LoraRole.ALPHA)[0] / module.rank().getAsLong()
                : module.scale(config).orElse(1);
    }

    private static boolean isScaled(LoraModule module) {
        return module.rank().isPresent();
    }

    /** Whether nothing of a module counts where its scale is 0: biases, differences and magnitudes count by themselves. */
    static boolean isAllScaled(LoraModule module) {
        return isScaled(module)
                && module.keys().keySet().stream()
                        .allMatch(r -> r == LoraRole.ALPHA
                                || (r.kind() != null && r.kind() != LoraKind.FULL_DIFF && r != LoraRole.UP_BIAS));
    }

    LoraModule module() {
        return module;
    }

    /** alpha / rank, or 1. */
    double scale() {
        return scale;
    }

    /** Tensors with values that are no numbers. */
    public List<NotFinite> notFinite() {
        List<NotFinite> found = new ArrayList<>();
        values.forEach((role, v) -> NotFinite.in(module.keys().get(role), v).ifPresent(found::add));
        return found;
    }

    double[] get(LoraRole role) {
        return values.get(role);
    }

    boolean has(LoraRole role) {
        return values.containsKey(role);
    }

    boolean isZero(LoraRole role) {
        return Matrices.squaredNorm(get(role)) == 0;
    }

    int dim(LoraRole role, int index) {
        return Math.toIntExact(module.shape(role).get(index));
    }

    Dense dense(LoraRole role) {
        double[] matrix = get(role);
        return new Dense(matrix, matrix.length == 0 ? 0 : module.shape(role).isEmpty() ? 1 : dim(role, 0));
    }

    /** sum over j of core[i, j, p] b[j, r]: (i, r p). */
    double[] cored(LoraRole coreRole, LoraRole bRole) {
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

    /** Whether the change needs the base's weights to be known: it depends on them. */
    public boolean needsBase() {
        return module.dora() || module.has(LoraRole.SET_WEIGHT) || algorithm.needsBase();
    }

    /** The change that stands in the file, unscaled; for kinds that depend on the base, what stands for it. */
    Change change() {
        return algorithm.change(this);
    }

    /**
     * What the module's kind makes of a weight at strength 1.
     *
     * @param base W (rows, columns), as {@code layer} says
     * @return empty for a form whose result the file does not tell, and where it or the layer has another shape
     */
    Optional<Delta> on(double[] base, BaseLayer layer) {
        if (module.has(LoraRole.RESHAPE_WEIGHT)
                || (needsBase() && base.length == 0)
                || ChangeShape.misfit(module, layer).isPresent()) {
            return Optional.empty();
        }
        int rows = Math.toIntExact(layer.rows());
        if (module.dora()) {
            return algorithm.isSum()
                    ? algorithm.on(this, base, layer).flatMap(sum -> Dora.of(this, sum, base, rows))
                    : Optional.empty();
        }
        return module.has(LoraRole.SET_WEIGHT)
                ? Optional.of(Difference.replaced(this, base, rows))
                : algorithm.on(this, base, layer);
    }

    /** Square of the norm of what is added beside the kind's own change: to the bias, or to a norm. */
    double squaredNormBesides() {
        double sum = has(LoraRole.UP_BIAS) ? scale * scale * Matrices.squaredNorm(get(LoraRole.UP_BIAS)) : 0;
        LoraRole main =
                module.kind() == LoraKind.FULL_DIFF ? Difference.main(module).orElse(null) : null;
        for (LoraRole role : List.of(LoraRole.DIFF, LoraRole.NORM, LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS)) {
            if (role != main && has(role)) {
                sum += Matrices.squaredNorm(get(role));
            }
        }
        return sum;
    }

    /**
     * What is added to the layer's weight at strength 1, (rows, columns) in C order.
     *
     * @param base W (rows, columns); may be empty unless {@link #needsBase}
     * @return empty where the weight stays as it is
     * @throws ModelFileException for a form whose result the file does not tell
     */
    public Optional<float[]> weight(double[] base, BaseLayer layer, MatrixProduct product) {
        float[] sum = null;
        if (module.kind() != LoraKind.FULL_DIFF || module.dora() || Difference.changesWeight(module)) {
            sum = on(base, layer)
                    .orElseThrow(() -> new ModelFileException(
                            path,
                            module.name() + ": " + module.kind().title()
                                    + " in a form whose change its file does not tell: " + module.shapes()))
                    .values(product);
        }
        return Optional.ofNullable(module.kind() == LoraKind.FULL_DIFF ? sum : plus(sum, Difference.WEIGHT));
    }

    /** What is added to the layer's bias at strength 1; empty where it stays as it is. */
    public Optional<float[]> bias() {
        float[] sum = null;
        if (has(LoraRole.UP_BIAS)) {
            sum = Matrices.floats(get(LoraRole.UP_BIAS));
            for (int i = 0; i < sum.length; i++) {
                sum[i] *= (float) scale;
            }
        }
        return Optional.ofNullable(plus(sum, Difference.BIAS));
    }

    private float[] plus(float[] sum, List<LoraRole> differences) {
        float[] all = sum;
        for (LoraRole role : differences) {
            if (has(role) && role != LoraRole.SET_WEIGHT) {
                float[] more = Matrices.floats(get(role));
                for (int i = 0; all != null && i < more.length; i++) {
                    more[i] += all[i];
                }
                all = more;
            }
        }
        return all;
    }

    /**
     * Whether nothing that is learned here differs from zero; magnitudes and replaced weights are judged with the base.
     *
     * @param squaredChange square of the norm of {@link #change}
     */
    boolean isZero(double squaredChange) {
        return !module.dora() && !module.has(LoraRole.SET_WEIGHT) && algorithm.isZero(this, squaredChange);
    }
}
