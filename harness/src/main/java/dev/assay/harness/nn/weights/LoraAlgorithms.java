package dev.assay.harness.nn.weights;

import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraKind;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a LoRA file may hold: the algorithms that are merged, and the kinds that are recognised and refused. */
final class LoraAlgorithms {
    static final List<LoraAlgorithm> SUPPORTED = List.of(new LowRank(), new FullDifference());

    private LoraAlgorithms() {}

    /** The algorithm that takes a tensor of this role; empty for alpha, which goes with any. */
    static Optional<LoraAlgorithm> of(LoraRole role) {
        return SUPPORTED.stream().filter(a -> a.roles().containsKey(role)).findFirst();
    }

    /** Names of the modules that are recognised but not merged, by what users call their kind. */
    static Map<String, List<String>> refused(LoraGrammar lora) {
        Map<String, List<String>> refused = new TreeMap<>();
        lora.modules()
                .forEach(module -> refused(module)
                        .ifPresent(kind -> refused.computeIfAbsent(kind, k -> new ArrayList<>())
                                .add(module.name())));
        return refused;
    }

    private static Optional<String> refused(LoraModule module) {
        if (module.dora()) {
            return Optional.of(LoraKind.DORA.title());
        }
        if (module.has(LoraRole.SET_WEIGHT)) {
            return Optional.of("replaced weights");
        }
        if (module.has(LoraRole.RESHAPE_WEIGHT)) {
            return Optional.of("reshaped weights");
        }
        return switch (module.kind()) {
            case LORA, LOCON, FULL_DIFF -> Optional.empty();
            case LOHA, LOKR, GLORA, OFT, BOFT, IA3, DORA ->
                Optional.of(module.kind().title());
        };
    }
}
