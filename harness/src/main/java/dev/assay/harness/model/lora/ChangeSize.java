package dev.assay.harness.model.lora;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.ModelHeader.Tensor;
import dev.assay.harness.model.SafetensorsFile;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** How large a LoRA's change is, measured by the weights that it changes. */
public final class ChangeSize {
    /**
     * Rounding a weight to half precision, which has 11 bits, changes it by up to 2^-12 of itself. A change of all layers that is smaller than that
     * disappears in the precision in which models are published and used: nothing that a prompt asks can make it seen.
     */
    public static final double HALF_PRECISION = 0x1p-12;

    private ChangeSize() {}

    /**
     * Whether no layer is changed by as much as rounding to half precision would: the norm of the change over the norm of the weights that it changes
     * is below {@link #HALF_PRECISION} everywhere. False also where that cannot be told: for a base in a form whose numbers cannot be read, and for
     * modules whose change has no known size.
     *
     * @param base a safetensors file or a folder of them; only as many of its layers are read as are needed to tell
     * @param alphaInMetadata as for {@link LoraCheck}
     */
    public static boolean isBelowHalfPrecision(
            LoraFile lora, double strength, ModelHeader base, boolean alphaInMetadata) {
        LoraCheck check = LoraCheck.of(lora, strength, Optional.of(BaseModules.of(base.shapes())), alphaInMetadata);
        Map<String, BaseLayer> layers = check.fit().orElseThrow().layers();
        List<LoraWeights.Module> largestFirst = check.weights().modules().stream()
                .filter(m -> layers.containsKey(m.name()))
                .sorted(Comparator.comparingDouble(
                        (LoraWeights.Module m) -> -m.norm().orElse(0)))
                .toList();
        try (Weights weights = new Weights(base)) {
            for (LoraWeights.Module module : largestFirst) {
                OptionalDouble of = weights.norm(layers.get(module.name()));
                if (module.norm().isEmpty()
                        || of.isEmpty()
                        || !(module.norm().getAsDouble() < HALF_PRECISION * of.getAsDouble())) {
                    return false;
                }
            }
        } catch (ModelFileException unreadable) {
            return false;
        }
        return !largestFirst.isEmpty();
    }

    /** The weights of a base, whose files are opened when they are needed. */
    private static final class Weights implements AutoCloseable {
        private final ModelHeader base;
        private final Map<String, Tensor> tensors = new HashMap<>(); // as layers name them
        private final Map<String, String> names = new HashMap<>(); // in their files
        private final Map<Integer, SafetensorsFile> files = new HashMap<>();

        Weights(ModelHeader base) {
            this.base = base;
            base.tensors().forEach((name, tensor) -> {
                String dotted = name.replaceFirst("/", ".");
                tensors.put(dotted, tensor);
                names.put(dotted, name.substring(name.indexOf('/') + 1));
            });
        }

        /** Empty where its numbers cannot be read. */
        OptionalDouble norm(BaseLayer layer) {
            double squared = 0;
            for (BaseLayer.Slice slice : layer.slices()) {
                Tensor tensor = tensors.get(slice.tensor());
                String name = names.get(slice.tensor());
                if (tensor == null || name == null) {
                    return OptionalDouble.empty();
                }
                BaseWeights weights = new BaseWeights(files.computeIfAbsent(
                        tensor.file(), i -> SafetensorsFile.open(base.files().get(i))));
                BaseLayer own = new BaseLayer(
                        List.of(new BaseLayer.Slice(name, slice.shape(), slice.firstRow(), slice.rows())),
                        layer.bias(),
                        layer.packed());
                if (!weights.canRead(own)) {
                    return OptionalDouble.empty();
                }
                squared += weights.squaredNorm(own);
            }
            return OptionalDouble.of(Math.sqrt(squared));
        }

        @Override
        public void close() {
            files.values().forEach(SafetensorsFile::close);
        }
    }
}
