package dev.assay.harness.nn.weights;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.loader.LoadedModule;
import dev.assay.harness.model.loader.LoaderReport;
import dev.assay.harness.model.loader.LocalLoader;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraFile;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.MatrixProduct;
import dev.assay.harness.model.lora.ModuleTensors;
import dev.assay.harness.model.lora.NotFinite;
import dev.assay.harness.model.lora.PeftConfig;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Merges LoRAs into weights: W' = W + sum of strength * delta, in load order, in float32 with one cast back to the type of W
 * at the end. A delta that depends on W is that of W with the LoRAs before it. The given weights stay untouched; layers that no LoRA
 * changes, and LoRAs at strength 0, give the same tensors.
 *
 * <p>Nothing is dropped silently: what {@link LocalLoader} does not take whole, and a value that is not finite, are
 * {@link ModelFileException}s.
 */
public final class LoraMerge implements WeightChange {
    /** A LoRA and the strengths at which it is merged into the diffusion model and into the text encoder. */
    public record Part(LoraFile lora, double strength, double onText) {
        public Part(LoraFile lora, double strength) {
            this(lora, strength, strength);
        }

        private double on(String tensor) {
            return tensor.startsWith("text_encoder.") ? onText : strength;
        }
    }

    /** One module of a LoRA on its layer. */
    private record Step(Part part, double strength, PeftConfig config, LoraModule module, BaseLayer layer) {}

    private final Map<String, List<Step>> steps; // by COMPONENT.NAME of the weight, each in load order

    private LoraMerge(Map<String, List<Step>> steps) {
        this.steps = steps;
    }

    /**
     * Finds the layers of LoRAs in a whole model by names and shapes; their numbers are read when they are merged.
     *
     * @param loras in load order
     * @param components of the model by the names of diffusers: {@code unet} and {@code text_encoder}
     * @throws ModelFileException saying what of a LoRA this model does not take
     */
    public static LoraMerge of(List<Part> loras, Map<String, StateDict> components) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        components.forEach((component, weights) ->
                weights.names().forEach(name -> shapes.put(component + "." + name, weights.shape(name))));
        BaseModules base = BaseModules.of(shapes);
        Map<String, List<Step>> steps = new TreeMap<>();
        for (Part part : loras) {
            LoaderReport report = LocalLoader.require(part.lora, base);
            if (part.strength == 0 && part.onText == 0) {
                continue;
            }
            PeftConfig config = part.lora.config();
            for (LoadedModule loaded : report.modules()) {
                BaseLayer layer = loaded.layer().orElseThrow();
                String tensor = layer.tensor()
                        .orElseThrow(() -> new ModelFileException(
                                part.lora.path(),
                                loaded.module().name() + " changes a part of a tensor alone (" + layer.words()
                                        + "); models of this class have whole layers"));
                double strength = part.on(tensor);
                if (strength != 0) {
                    steps.computeIfAbsent(tensor, t -> new ArrayList<>())
                            .add(new Step(part, strength, config, loaded.module(), layer));
                }
            }
        }
        return new LoraMerge(steps);
    }

    /** {@inheritDoc} Components without LoRA layers, such as {@code vae}, come back as they are. */
    @Override
    public StateDict apply(String component, StateDict weights) {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        merge(component, weights, changed::putAll);
        return changed.isEmpty() ? weights : weights.with(changed);
    }

    /**
     * Merges layer by layer and keeps nothing: whether {@link #apply} will do.
     *
     * @throws ModelFileException as {@link #apply}
     */
    public void check(String component, StateDict weights) {
        merge(component, weights, changed -> changed.values().forEach(Tensor::close));
    }

    private void merge(String component, StateDict weights, Consumer<Map<String, Tensor>> changed) {
        String prefix = component + ".";
        IdentityHashMap<LoraFile, SafetensorsFile> open = new IdentityHashMap<>();
        try {
            steps.forEach((tensor, ofTensor) -> {
                if (tensor.startsWith(prefix)) {
                    changed.accept(merged(tensor.substring(prefix.length()), ofTensor, weights, open));
                }
            });
        } finally {
            open.values().forEach(SafetensorsFile::close);
        }
    }

    /** The changed parameters of one module; the tensors outlive the caller's PointerScope. */
    @SuppressWarnings("try") // the scope frees the temporaries by closing
    private static Map<String, Tensor> merged(
            String weight, List<Step> steps, StateDict weights, IdentityHashMap<LoraFile, SafetensorsFile> open) {
        String bias = weight.substring(0, weight.lastIndexOf('.')) + ".bias";
        Map<String, Tensor> result = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> current = new LinkedHashMap<>();
            current.put(weight, weights.get(weight).to(ScalarType.Float));
            Device device = current.get(weight).device();
            MatrixProduct product = (a, rows, inner, b, columns) -> floats(Tensor.create(a, rows, inner)
                    .to(device, ScalarType.Float)
                    .matmul(Tensor.create(b, inner, columns).to(device, ScalarType.Float)));
            Map<String, Step> changed = new LinkedHashMap<>();
            for (Step step : steps) {
                SafetensorsFile file = open.computeIfAbsent(step.part.lora, LoraFile::open);
                ModuleTensors tensors = ModuleTensors.read(step.module, file, step.config);
                requireFinite(step.part.lora, tensors);
                double[] base = tensors.needsBase() ? doubles(floats(current.get(weight))) : new double[0];
                Map<String, float[]> deltas = new LinkedHashMap<>();
                tensors.weight(base, step.layer, product).ifPresent(d -> deltas.put(weight, d));
                tensors.bias().ifPresent(d -> deltas.put(bias, d));
                deltas.forEach((name, delta) -> {
                    Tensor before =
                            current.computeIfAbsent(name, n -> weights.get(n).to(ScalarType.Float));
                    Tensor added = Tensor.create(delta, before.shape()).to(device, ScalarType.Float);
                    current.put(name, before.add(added, new Scalar((float) step.strength)));
                    changed.put(name, step);
                });
            }
            changed.forEach((name, last) -> {
                Tensor merged = current.get(name).to(weights.get(name).dtype().toScalarType());
                if (!merged.isfinite().all().item_bool()) {
                    throw new ModelFileException(
                            last.part.lora.path(),
                            "merged into " + name + " at strength " + last.strength
                                    + " it leaves the range of the weight's type; use a smaller strength");
                }
                merged.retainReference();
                result.put(name, merged);
            });
        }
        return result;
    }

    private static void requireFinite(LoraFile lora, ModuleTensors tensors) {
        tensors.notFinite().stream().map(NotFinite::words).findFirst().ifPresent(tensor -> {
            throw new ModelFileException(
                    lora.path(),
                    "tensor " + tensor
                            + " holds NaN or infinite values; the training diverged, or the file is damaged");
        });
    }

    private static float[] floats(Tensor tensor) {
        Tensor here = tensor.cpu().contiguous();
        float[] values = new float[Math.toIntExact(here.numel())];
        new FloatPointer(here.data_ptr_float()).get(values);
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
