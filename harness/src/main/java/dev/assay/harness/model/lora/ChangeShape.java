package dev.assay.harness.model.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether the tensors of a module fit each other and the layer that they change, from shapes alone. */
public final class ChangeShape {
    private ChangeShape() {}

    /** Why the module does not fit the layer, with both shapes. */
    public static Optional<String> misfit(LoraModule module, BaseLayer layer) {
        if (module.has(LoraRole.RESHAPE_WEIGHT)) {
            return Optional.empty(); // the layer takes the LoRA's shape
        }
        Optional<String> problem = switch (module.kind()) {
            case OFT, BOFT -> rotation(module, layer);
            case IA3 -> channels(module, LoraRole.IA3_WEIGHT, layer);
            case FULL_DIFF -> Optional.empty();
            default -> product(module, layer);
        };
        return problem.or(() -> module.dora() ? channels(module, LoraRole.DORA_SCALE, layer) : Optional.empty())
                .or(() -> differences(module, layer));
    }

    private static Optional<String> product(LoraModule module, BaseLayer layer) {
        Optional<List<Long>> change = of(module);
        if (change.isEmpty()) {
            return Optional.of("its tensors do not fit each other: " + module.shapes());
        }
        List<Long> shape = change.get();
        boolean fits = !layer.rest().isEmpty()
                && shape.get(0) == layer.rows()
                && elements(shape.subList(1, shape.size())) == elements(layer.rest());
        return fits
                ? Optional.empty()
                : Optional.of("its change has shape " + shape + ", the base's layer " + expected(layer));
    }

    /** Shape of the change, outputs first; empty where the factors do not fit each other. */
    static Optional<List<Long>> of(LoraModule m) {
        boolean empty = m.shapes().values().stream().anyMatch(s -> s.contains(0L));
        if (empty || m.missing().isPresent()) {
            return Optional.empty();
        }
        return switch (m.kind()) {
            case LORA, LOCON -> lowRank(m);
            case LOHA ->
                m.has(LoraRole.HADA_T1)
                        ? same(
                                core(
                                        m.shape(LoraRole.HADA_T1),
                                        m.shape(LoraRole.HADA_W1_A),
                                        m.shape(LoraRole.HADA_W1_B)),
                                core(
                                        m.shape(LoraRole.HADA_T2),
                                        m.shape(LoraRole.HADA_W2_A),
                                        m.shape(LoraRole.HADA_W2_B)))
                        : same(
                                product(m.shape(LoraRole.HADA_W1_A), m.shape(LoraRole.HADA_W1_B)),
                                product(m.shape(LoraRole.HADA_W2_A), m.shape(LoraRole.HADA_W2_B)));
            case LOKR -> kronecker(m);
            case GLORA -> {
                boolean old = m.gloraIsOld();
                Optional<List<Long>> free = old
                        ? product(m.shape(LoraRole.GLORA_B2), m.shape(LoraRole.GLORA_B1))
                        : product(m.shape(LoraRole.GLORA_B1), m.shape(LoraRole.GLORA_B2));
                Optional<List<Long>> bound = old
                        ? product(m.shape(LoraRole.GLORA_A2), m.shape(LoraRole.GLORA_A1))
                        : product(m.shape(LoraRole.GLORA_A1), m.shape(LoraRole.GLORA_A2));
                yield bound.filter(b -> free.isPresent()
                                && b.get(0).equals(b.get(1))
                                && b.get(1).equals(free.get().get(1)))
                        .flatMap(b -> free);
            }
            default -> Optional.empty();
        };
    }

    private static Optional<List<Long>> lowRank(LoraModule m) {
        List<Long> up = m.shape(LoraRole.UP);
        List<Long> down = m.shape(LoraRole.DOWN);
        if (up.size() < 2 || down.size() < 2 || elements(up) != up.get(0) * up.get(1)) {
            return Optional.empty();
        }
        if (m.has(LoraRole.MID)) {
            List<Long> mid = m.shape(LoraRole.MID);
            boolean fits = mid.size() > 2
                    && mid.get(0).equals(up.get(1))
                    && mid.get(1).equals(down.get(0))
                    && elements(down) == down.get(0) * down.get(1);
            return fits ? Optional.of(joined(up.get(0), down.get(1), mid.subList(2, mid.size()))) : Optional.empty();
        }
        return up.get(1).equals(down.get(0))
                ? Optional.of(joined(up.get(0), down.get(1), down.subList(2, down.size())))
                : Optional.empty();
    }

    private static Optional<List<Long>> product(List<Long> a, List<Long> b) {
        return a.size() == 2 && b.size() == 2 && a.get(1).equals(b.get(0))
                ? Optional.of(List.of(a.get(0), b.get(1)))
                : Optional.empty();
    }

    /** einsum("i j ..., j r, i p -> p r ..."): core (i, j, ...), a (i, p), b (j, r). */
    private static Optional<List<Long>> core(List<Long> core, List<Long> a, List<Long> b) {
        return core.size() > 2
                        && a.size() == 2
                        && b.size() == 2
                        && core.get(0).equals(a.get(0))
                        && core.get(1).equals(b.get(0))
                ? Optional.of(joined(a.get(1), b.get(1), core.subList(2, core.size())))
                : Optional.empty();
    }

    private static Optional<List<Long>> kronecker(LoraModule m) {
        Optional<List<Long>> first = m.has(LoraRole.LOKR_W1)
                ? Optional.of(m.shape(LoraRole.LOKR_W1))
                : product(m.shape(LoraRole.LOKR_W1_A), m.shape(LoraRole.LOKR_W1_B));
        Optional<List<Long>> second;
        if (m.has(LoraRole.LOKR_W2)) {
            second = Optional.of(m.shape(LoraRole.LOKR_W2));
        } else if (m.has(LoraRole.LOKR_T2)) {
            second = core(m.shape(LoraRole.LOKR_T2), m.shape(LoraRole.LOKR_W2_A), m.shape(LoraRole.LOKR_W2_B));
        } else { // LyCORIS flattens the kernel into b
            second = product(m.shape(LoraRole.LOKR_W2_A), m.shape(LoraRole.LOKR_W2_B));
        }
        return first.filter(f -> f.size() == 2)
                .flatMap(f -> second.filter(s -> s.size() >= 2)
                        .map(s -> joined(f.get(0) * s.get(0), f.get(1) * s.get(1), s.subList(2, s.size()))));
    }

    private static Optional<List<Long>> same(Optional<List<Long>> a, Optional<List<Long>> b) {
        return a.equals(b) ? a : Optional.empty();
    }

    private static Optional<String> rotation(LoraModule m, BaseLayer layer) {
        if (!m.has(LoraRole.OFT_BLOCKS)) {
            return Optional.empty(); // PEFT's forms leave the order of their blocks to its code
        }
        List<Long> blocks = m.shape(LoraRole.OFT_BLOCKS);
        int n = blocks.size();
        boolean fits = n >= 3
                && blocks.get(n - 1).equals(blocks.get(n - 2))
                && blocks.get(n - 2) * blocks.get(n - 3) == layer.rows();
        return fits
                ? Optional.empty()
                : Optional.of(
                        "its blocks have shape " + blocks + ", the base's layer has " + layer.rows() + " outputs");
    }

    private static Optional<String> channels(LoraModule m, LoraRole role, BaseLayer layer) {
        List<Long> shape = m.shape(role);
        long count = elements(shape);
        boolean fits = count == layer.rows()
                || (!layer.rest().isEmpty() && (count == layer.rest().get(0) || count == elements(layer.rest())));
        return fits
                ? Optional.empty()
                : Optional.of("its " + role.name().toLowerCase(Locale.ROOT) + " has shape " + shape
                        + ", the base's layer " + expected(layer));
    }

    private static Optional<String> differences(LoraModule m, BaseLayer layer) {
        for (LoraRole role : List.of(LoraRole.DIFF, LoraRole.NORM, LoraRole.SET_WEIGHT)) {
            if (m.has(role) && !squeezed(m.shape(role)).equals(squeezed(expected(layer)))) {
                return Optional.of(
                        "its difference has shape " + m.shape(role) + ", the base's layer " + expected(layer));
            }
        }
        for (LoraRole role : List.of(LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS, LoraRole.UP_BIAS)) {
            if (m.has(role) && elements(m.shape(role)) != layer.bias()) {
                return Optional.of("its change of the bias has shape " + m.shape(role) + ", the base's bias "
                        + (layer.bias() == 0 ? "is missing" : "[" + layer.bias() + "]"));
            }
        }
        return Optional.empty();
    }

    /** The layer's shape, in the rows that are changed. */
    private static List<Long> expected(BaseLayer layer) {
        return joined(layer.rows(), layer.rest());
    }

    /** Without trailing ones: a linear layer may be stored as a 1x1 convolution. */
    private static List<Long> squeezed(List<Long> shape) {
        int size = shape.size();
        while (size > 1 && shape.get(size - 1) == 1) {
            size--;
        }
        return shape.subList(0, size);
    }

    private static List<Long> joined(long first, long second, List<Long> rest) {
        List<Long> tail = new ArrayList<>();
        tail.add(second);
        tail.addAll(rest);
        return joined(first, tail);
    }

    private static List<Long> joined(long first, List<Long> rest) {
        List<Long> shape = new ArrayList<>();
        shape.add(first);
        shape.addAll(rest);
        return shape;
    }

    private static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }
}
