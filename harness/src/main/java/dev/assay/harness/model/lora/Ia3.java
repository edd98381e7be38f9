package dev.assay.harness.model.lora;

import java.util.Optional;
import java.util.Set;

/** (IA)^3 (Liu et al. 2022): W' = W + W w by input or output channel; PEFT stores 1 + w. */
final class Ia3 implements LoraAlgorithm {
    static final LoraAlgorithm ALGORITHM = new Ia3();

    private Ia3() {}

    @Override
    public Set<LoraRole> roles() {
        return Set.of(LoraRole.IA3_WEIGHT, LoraRole.IA3_ON_INPUT);
    }

    @Override
    public Optional<String> missing(LoraModule m) {
        return LoraAlgorithm.lacks(m, LoraRole.IA3_WEIGHT);
    }

    @Override
    public Optional<String> misfit(LoraModule m, BaseLayer layer) {
        return ChangeShape.channels(m, LoraRole.IA3_WEIGHT, layer);
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
        return t.dense(LoraRole.IA3_WEIGHT);
    }

    @Override
    public Optional<Delta> on(ModuleTensors t, double[] base, BaseLayer layer) {
        double[] w = t.get(LoraRole.IA3_WEIGHT);
        double one = isPeft(t) ? 1 : 0;
        int rows = Math.toIntExact(layer.rows());
        int columns = base.length / rows;
        double[] told = t.has(LoraRole.IA3_ON_INPUT) ? t.get(LoraRole.IA3_ON_INPUT) : null;
        if (told != null && told.length == 0) {
            return Optional.empty();
        }
        boolean onInput = told != null
                ? told[0] != 0
                : w.length != rows
                        || t.module().dimension(LoraRole.IA3_WEIGHT, 0).orElse(1) == 1;
        if (onInput && layer.rest().isEmpty()) {
            return Optional.empty();
        }
        int channels = onInput ? Math.toIntExact(layer.rest().get(0)) : rows;
        if (w.length != channels) {
            return Optional.empty();
        }
        int kernel = onInput ? columns / channels : 1;
        double[] delta = new double[base.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                delta[i * columns + j] = base[i * columns + j] * (w[onInput ? j / kernel : i] - one);
            }
        }
        return Optional.of(new Dense(delta, rows));
    }

    private static boolean isPeft(ModuleTensors t) {
        return t.module().keys().get(LoraRole.IA3_WEIGHT).endsWith(".ia3_l");
    }

    @Override
    public boolean isZero(ModuleTensors t, double squaredChange) {
        return !isPeft(t) && squaredChange == 0;
    }
}
