package dev.assay.harness.model.lora;

import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.lora.LoraAlgorithm.Scaled;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How much two LoRAs pull the same weights the same way: tr(A2 A1^T B1^T B2) / (||dW1|| ||dW2||), in factors, never as dW.
 *
 * <p>Of kinds that depend on the base (DoRA, GLoRA), the part that does not is compared; rotations and (IA)^3 are left out.
 *
 * @param cosine over all weights, -1 to 1: layers that only one changes count as different; 0 where one changes nothing
 * @param cosineOfCommon over the layers that both change
 * @param common modules on the same layer
 * @param onlyFirst modules of the first that the second has not, or has in another form or on other rows
 * @param onlySecond modules of the second that the first has not
 */
public record LoraOverlap(double cosine, double cosineOfCommon, int common, int onlyFirst, int onlySecond) {
    /** Compares two files by the names of their layers, whatever their prefixes. */
    public static LoraOverlap cosine(LoraFile first, LoraFile second) {
        return of(first, second, m -> m.part() + " " + m.layer().replace('.', '_'));
    }

    /** Compares two files by the layers of a base that they change, so that two names of one layer count as one. */
    public static LoraOverlap cosine(LoraFile first, LoraFile second, BaseModules base) {
        return of(
                first,
                second,
                m -> base.find(m)
                        .<Object>map(BaseLayer::slices)
                        .orElse(m.part() + " " + m.layer().replace('.', '_')));
    }

    private static LoraOverlap of(LoraFile first, LoraFile second, Function<LoraModule, Object> layer) {
        try (SafetensorsFile a = first.open();
                SafetensorsFile b = second.open()) {
            Map<Object, LoraModule> ofA = modules(a, first.grammar(), layer);
            Map<Object, LoraModule> ofB = modules(b, second.grammar(), layer);
            if (Collections.disjoint(ofA.keySet(), ofB.keySet())) {
                return new LoraOverlap(0, 0, 0, ofA.size(), ofB.size()); // known without a number
            }
            PeftConfig configA = first.config();
            PeftConfig configB = second.config();
            List<Sums> both = ofA.entrySet().parallelStream()
                    .map(e -> sums(
                            change(a, Optional.of(e.getValue()), configA),
                            change(b, Optional.ofNullable(ofB.get(e.getKey())), configB)))
                    .toList();
            List<Sums> rest = ofB.entrySet().parallelStream()
                    .filter(e -> !ofA.containsKey(e.getKey()))
                    .map(e -> sums(Optional.empty(), change(b, Optional.of(e.getValue()), configB)))
                    .toList();
            double inner = 0;
            double squaredA = 0;
            double squaredB = 0;
            double commonA = 0;
            double commonB = 0;
            int common = 0;
            for (List<Sums> part : List.of(both, rest)) {
                for (Sums s : part) {
                    squaredA += s.first;
                    squaredB += s.second;
                    if (s.common) {
                        inner += s.inner;
                        commonA += s.first;
                        commonB += s.second;
                        common++;
                    }
                }
            }
            return new LoraOverlap(
                    ratio(inner, squaredA, squaredB),
                    ratio(inner, commonA, commonB),
                    common,
                    ofA.size() - common,
                    ofB.size() - common);
        }
    }

    private record Sums(double first, double second, double inner, boolean common) {}

    private static Map<Object, LoraModule> modules(
            SafetensorsFile file, LoraGrammar lora, Function<LoraModule, Object> layer) {
        Map<Object, LoraModule> modules = new LinkedHashMap<>();
        lora.modules().stream()
                .filter(m -> m.kind() == LoraKind.FULL_DIFF
                        ? m.has(LoraRole.DIFF)
                        : ChangeShape.of(m).isPresent())
                .filter(m -> LoraWeights.isBounded(m, file))
                .forEach(m -> modules.putIfAbsent(layer.apply(m), m));
        return modules;
    }

    private static Optional<Scaled> change(SafetensorsFile file, Optional<LoraModule> module, PeftConfig config) {
        return module.map(m -> ModuleTensors.read(m, file, config)).map(t -> new Scaled(t.change(), t.scale()));
    }

    private static Sums sums(Optional<Scaled> first, Optional<Scaled> second) {
        double a = first.map(Scaled::squaredNorm).orElse(0.0);
        double b = second.map(Scaled::squaredNorm).orElse(0.0);
        boolean common = first.isPresent()
                && second.isPresent()
                && first.get().rows() == second.get().rows()
                && first.get().columns() == second.get().columns();
        double inner = common
                ? first.get().scale()
                        * second.get().scale()
                        * first.get().change().inner(second.get().change())
                : 0;
        return new Sums(a, b, inner, common);
    }

    private static double ratio(double inner, double a, double b) {
        return a > 0 && b > 0 ? Math.max(-1, Math.min(1, inner / Math.sqrt(a * b))) : 0;
    }
}
