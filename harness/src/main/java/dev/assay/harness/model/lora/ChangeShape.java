package dev.assay.harness.model.lora;

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
        Optional<String> problem = module.kind().algorithm().misfit(module, layer);
        return problem.or(() -> module.dora() ? channels(module, LoraRole.DORA_SCALE, layer) : Optional.empty())
                .or(() -> differences(module, layer));
    }

    /** Of a product of factors. */
    static Optional<String> product(LoraModule module, BaseLayer layer) {
        Optional<List<Long>> change = of(module);
        if (change.isEmpty()) {
            return Optional.of("its tensors do not fit each other: " + module.shapes());
        }
        List<Long> shape = change.get();
        boolean fits = !layer.rest().isEmpty()
                && shape.get(0) == layer.rows()
                && Shapes.elements(shape.subList(1, shape.size())) == Shapes.elements(layer.rest());
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
        return m.kind().algorithm().shape(m);
    }

    /** Of one number for each output or input channel. */
    static Optional<String> channels(LoraModule m, LoraRole role, BaseLayer layer) {
        List<Long> shape = m.shape(role);
        long count = Shapes.elements(shape);
        boolean fits = count == layer.rows()
                || (!layer.rest().isEmpty()
                        && (count == layer.rest().get(0) || count == Shapes.elements(layer.rest())));
        return fits
                ? Optional.empty()
                : Optional.of("its " + role.name().toLowerCase(Locale.ROOT) + " has shape " + shape
                        + ", the base's layer " + expected(layer));
    }

    private static Optional<String> differences(LoraModule m, BaseLayer layer) {
        for (LoraRole role : List.of(LoraRole.DIFF, LoraRole.NORM, LoraRole.SET_WEIGHT)) {
            if (m.has(role) && !Shapes.squeezed(m.shape(role)).equals(Shapes.squeezed(expected(layer)))) {
                return Optional.of(
                        "its difference has shape " + m.shape(role) + ", the base's layer " + expected(layer));
            }
        }
        for (LoraRole role : List.of(LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS, LoraRole.UP_BIAS)) {
            if (m.has(role) && Shapes.elements(m.shape(role)) != layer.bias()) {
                return Optional.of("its change of the bias has shape " + m.shape(role) + ", the base's bias "
                        + (layer.bias() == 0 ? "is missing" : "[" + layer.bias() + "]"));
            }
        }
        return Optional.empty();
    }

    /** The layer's shape, in the rows that are changed. */
    private static List<Long> expected(BaseLayer layer) {
        return Shapes.joined(layer.rows(), layer.rest());
    }
}
