package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.ChangeShape;
import dev.assay.harness.model.lora.LoraKind;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What ComfyUI 0.33.0 does with the tensors that it took of one module: the weight adapters' {@code calculate_weight} and
 * {@code comfy.lora.calculate_weight}, from shapes alone.
 *
 * @param module with those of its tensors that ComfyUI took
 * @param layer that it changes; empty where the base's file does not hold it, or holds it packed
 */
record ComfyUiChange(LoraModule module, Optional<BaseLayer> layer) {
    private static final Set<LoraRole> BIASES = EnumSet.of(LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS);
    private static final int CONVOLUTION = 4;

    /** Tensors that are read, and whose numbers change nothing. */
    Set<LoraRole> idle() {
        Set<LoraRole> idle = EnumSet.noneOf(LoraRole.class);
        LoraRole last = module.has(LoraRole.SET_WEIGHT)
                ? LoraRole.SET_WEIGHT
                : module.has(LoraRole.DIFF) ? LoraRole.DIFF : module.has(LoraRole.NORM) ? LoraRole.NORM : null;
        for (LoraRole role : module.keys().keySet()) {
            boolean bias = BIASES.contains(role);
            if (bias ? misfitsBias(role) : last != null ? role != last : !isOfKind(role)) {
                idle.add(role);
            }
        }
        if (module.kind() == LoraKind.OFT) {
            idle.add(LoraRole.OFT_RESCALE);
        }
        idle.retainAll(module.keys().keySet());
        return idle;
    }

    private boolean misfitsBias(LoraRole role) {
        return layer.isPresent()
                && !module.shape(role).equals(List.of(layer.get().bias()));
    }

    /** Of several kinds of change in one module, ComfyUI keeps the last that it knows, which is the module's kind. */
    private boolean isOfKind(LoraRole role) {
        LoraKind kind = switch (module.kind()) {
            case LOCON -> LoraKind.LORA;
            case BOFT -> LoraKind.OFT;
            default -> module.kind();
        };
        return switch (role) {
            case ALPHA, DORA_SCALE, RESHAPE_WEIGHT -> true;
            case UP, DOWN, MID, UP_BIAS -> kind == LoraKind.LORA;
            case HADA_W1_A, HADA_W1_B, HADA_W2_A, HADA_W2_B, HADA_T1, HADA_T2 -> kind == LoraKind.LOHA;
            case LOKR_W1, LOKR_W1_A, LOKR_W1_B, LOKR_W2, LOKR_W2_A, LOKR_W2_B, LOKR_T2 -> kind == LoraKind.LOKR;
            case GLORA_A1, GLORA_A2, GLORA_B1, GLORA_B2, GLORA_BM -> kind == LoraKind.GLORA;
            case OFT_BLOCKS, OFT_RESCALE -> kind == LoraKind.OFT;
            default -> true;
        };
    }

    /** What it cannot compute with, so that the layer stays as it is or becomes something else than was trained. */
    Optional<String> unfit() {
        if (module.kind() == LoraKind.BOFT && !module.has(LoraRole.ALPHA)) {
            return Optional.of("without the alpha that bounds it");
        }
        if (module.has(LoraRole.LOKR_T2) && !module.has(LoraRole.LOKR_W2)) {
            return Optional.of("with a core tensor (lokr_t2), on which torch.kron fails");
        }
        if (module.has(LoraRole.DORA_SCALE) && module.shape(LoraRole.DORA_SCALE).size() < 2) {
            return Optional.of("with magnitudes of shape " + module.shape(LoraRole.DORA_SCALE)
                    + ", where it expects a second axis");
        }
        return Optional.empty();
    }

    /** Why the shapes of the change and of the layer differ; a difference must have the layer's own, axis by axis. */
    Optional<String> misfit() {
        return layer.flatMap(l -> ChangeShape.misfit(module, l).or(() -> axes(l)));
    }

    private Optional<String> axes(BaseLayer l) {
        return List.of(LoraRole.DIFF, LoraRole.NORM).stream()
                .filter(module::has)
                .filter(r -> !module.shape(r).equals(shape(l)))
                .findFirst()
                .map(r -> "its difference has shape " + module.shape(r) + ", the base's layer " + shape(l)
                        + "; ComfyUI compares every axis");
    }

    private static List<Long> shape(BaseLayer layer) {
        List<Long> shape = new ArrayList<>(List.of(layer.rows()));
        shape.addAll(layer.rest());
        return shape;
    }

    /** Why ComfyUI ends with an error; empty where it computes something, or logs that it could not. */
    Optional<String> stop() {
        boolean ends = switch (module.kind()) {
            case LORA, LOCON -> module.has(LoraRole.MID) && module.has(LoraRole.UP) && !fitsCore();
            case LOHA -> module.has(LoraRole.HADA_W1_A) && !fitsLoHa();
            case LOKR -> !fitsLoKr();
            case GLORA -> module.has(LoraRole.GLORA_A1) && module.has(LoraRole.ALPHA) && !hasRank();
            default -> false;
        };
        return ends
                ? Optional.of("the tensors of " + module.name() + " do not fit each other: " + module.shapes())
                : newWeight();
    }

    /** Whether GLoRA's factors share a number, by which alpha is divided: in its first order or in the later one. */
    private boolean hasRank() {
        List<List<Long>> shapes =
                List.of(LoraRole.GLORA_A1, LoraRole.GLORA_A2, LoraRole.GLORA_B1, LoraRole.GLORA_B2).stream()
                        .map(module::shape)
                        .filter(s -> s.size() > 1)
                        .toList();
        return shapes.size() == 4
                && List.of(List.of(0, 1, 0, 1), List.of(1, 0, 1, 0)).stream()
                        .anyMatch(axes -> IntStream.range(0, 4)
                                        .mapToObj(i -> shapes.get(i).get(axes.get(i)))
                                        .distinct()
                                        .count()
                                == 1);
    }

    private boolean fitsCore() {
        List<Long> down = module.shape(LoraRole.DOWN);
        List<Long> mid = module.shape(LoraRole.MID);
        return mid.size() == CONVOLUTION && down.size() > 1 && elements(down) / Math.max(1, down.get(1)) == mid.get(1);
    }

    private boolean fitsLoHa() {
        return module.has(LoraRole.HADA_T1)
                ? fits(LoraRole.HADA_T1, LoraRole.HADA_W1_A, LoraRole.HADA_W1_B)
                        && fits(LoraRole.HADA_T2, LoraRole.HADA_W2_A, LoraRole.HADA_W2_B)
                : fits(LoraRole.HADA_W1_A, LoraRole.HADA_W1_B) && fits(LoraRole.HADA_W2_A, LoraRole.HADA_W2_B);
    }

    private boolean fitsLoKr() {
        boolean first = module.has(LoraRole.LOKR_W1) || fits(LoraRole.LOKR_W1_A, LoraRole.LOKR_W1_B);
        boolean second = module.has(LoraRole.LOKR_W2)
                || (module.has(LoraRole.LOKR_T2)
                        ? fits(LoraRole.LOKR_T2, LoraRole.LOKR_W2_A, LoraRole.LOKR_W2_B)
                        : fits(LoraRole.LOKR_W2_A, LoraRole.LOKR_W2_B));
        boolean loaded = List.of(LoraRole.LOKR_W1, LoraRole.LOKR_W2, LoraRole.LOKR_W1_A, LoraRole.LOKR_W2_A).stream()
                .anyMatch(module::has);
        return !loaded || (first && second);
    }

    /** Whether a matrix product is defined. */
    private boolean fits(LoraRole a, LoraRole b) {
        if (!module.has(a) || !module.has(b)) {
            return false;
        }
        List<Long> left = module.shape(a);
        List<Long> right = module.shape(b);
        return left.size() == 2 && right.size() == 2 && left.get(1).equals(right.get(0));
    }

    /** Whether {@code i j k l, j r, i p -> p r k l} is defined. */
    private boolean fits(LoraRole core, LoraRole a, LoraRole b) {
        if (!module.has(core) || !module.has(a) || !module.has(b)) {
            return false;
        }
        List<Long> c = module.shape(core);
        return c.size() == CONVOLUTION
                && module.shape(a).size() == 2
                && module.shape(b).size() == 2
                && c.get(0).equals(module.shape(a).get(0))
                && c.get(1).equals(module.shape(b).get(0));
    }

    /** A new weight is copied into the old one, which takes one number for many and no other shape. */
    private Optional<String> newWeight() {
        if (!module.has(LoraRole.SET_WEIGHT) || layer.isEmpty()) {
            return Optional.empty();
        }
        List<Long> from = module.shape(LoraRole.SET_WEIGHT);
        List<Long> to = shape(layer.get());
        boolean fits = from.size() <= to.size();
        for (int i = 1; fits && i <= from.size(); i++) {
            long axis = from.get(from.size() - i);
            fits = axis == 1 || axis == to.get(to.size() - i);
        }
        return fits
                ? Optional.empty()
                : Optional.of("the new weight of " + module.name() + " has shape " + from + ", the base's layer " + to);
    }

    private static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }
}
