package dev.assay.harness.model.lora;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The difference itself, or the new value, without factors: of weights, biases and norms, as LyCORIS and ComfyUI store them. */
final class Difference implements LoraAlgorithm {
    static final LoraAlgorithm ALGORITHM = new Difference();

    /** What may stand for the weight, of which one does. */
    static final List<LoraRole> WEIGHT = List.of(LoraRole.DIFF, LoraRole.SET_WEIGHT, LoraRole.NORM);

    static final List<LoraRole> BIAS = List.of(LoraRole.DIFF_BIAS, LoraRole.NORM_BIAS);

    private Difference() {}

    @Override
    public Set<LoraRole> roles() {
        return Set.of();
    }

    @Override
    public Optional<String> missing(LoraModule m) {
        return Optional.empty();
    }

    @Override
    public Optional<String> misfit(LoraModule m, BaseLayer layer) {
        return Optional.empty(); // checked with those that go with other kinds
    }

    /** Of the weight; of the bias where it is all that changes. */
    @Override
    public Change change(ModuleTensors t) {
        return main(t.module()).map(t::dense).orElse(new Dense(new double[0], 0)); // a new shape alone
    }

    static Optional<LoraRole> main(LoraModule m) {
        return Stream.concat(WEIGHT.stream(), BIAS.stream()).filter(m::has).findFirst();
    }

    static boolean changesWeight(LoraModule m) {
        return WEIGHT.stream().anyMatch(m::has);
    }

    /** What replaces W, less W. */
    static Delta replaced(ModuleTensors t, double[] base, int rows) {
        double[] delta = t.get(LoraRole.SET_WEIGHT).clone();
        for (int i = 0; i < delta.length; i++) {
            delta[i] -= base[i];
        }
        return new Dense(delta, rows);
    }
}
