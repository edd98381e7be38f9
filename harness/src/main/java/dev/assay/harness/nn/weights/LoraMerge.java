package dev.assay.harness.nn.weights;

import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.TensorInfo;
import dev.assay.harness.model.lora.LoraGrammar;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Merges LoRAs into weights: W' = W + sum of strength * delta, in load order, in float32 with one cast back to the type of W
 * at the end. The given weights stay untouched; layers that no LoRA changes, and LoRAs at strength 0, give the same tensors.
 *
 * <p>Nothing is dropped silently: a key that names no layer, a layer of another shape, half of a pair, an algorithm that is
 * not merged, and a value that is not finite are all {@link ModelFileException}s.
 */
public final class LoraMerge implements WeightChange {
    private static final Set<String> COMPONENTS = Set.of("unet", "text_encoder");

    private final List<LoraFile> files;

    private LoraMerge(List<LoraFile> files) {
        this.files = files;
    }

    /**
     * Reads the headers of LoRAs, in load order; their data is read when they are merged.
     *
     * @throws ModelFileException where a file is unreadable, half a pair, of an algorithm that is not merged, or for a
     *     component that Stable Diffusion 1 does not have
     */
    public static LoraMerge of(List<Lora> loras) {
        List<LoraFile> files = loras.stream().map(LoraFile::read).toList();
        for (LoraFile file : files) {
            LoraReport report = new LoraReport(file);
            file.groups().stream()
                    .filter(group -> !COMPONENTS.contains(group.component()))
                    .forEach(report::unmatched);
            report.throwIfAny();
        }
        return new LoraMerge(files);
    }

    /**
     * Checks LoRAs against a whole model by names and shapes alone, before anything is loaded.
     *
     * @param components shapes by tensor name (diffusers names) by component, e.g. {@code unet} and {@code text_encoder}
     * @throws ModelFileException listing, over all components together, what does not fit
     */
    public static void check(List<Lora> loras, Map<String, Map<String, List<Long>>> components) {
        for (Lora lora : loras) {
            LoraFile file = LoraFile.read(lora);
            LoraReport report = new LoraReport(file);
            file.groups().stream()
                    .filter(group -> !components.containsKey(group.component()))
                    .forEach(report::unmatched);
            components.forEach((component, shapes) -> plan(file, component, shapes, report));
            report.throwIfAny();
        }
    }

    /** Modules of a file that cannot be merged, by what users call their kind; empty where all of it can be. */
    public static Map<String, List<String>> refused(LoraGrammar lora) {
        return LoraAlgorithms.refused(lora);
    }

    /** The shapes of a component's weights by name, for {@link #check}. */
    public static Map<String, List<Long>> shapes(StateDict weights) {
        return weights.names().stream().collect(Collectors.toMap(Function.identity(), weights::shape));
    }

    /** {@inheritDoc} Components without LoRA layers, such as {@code vae}, come back as they are. */
    @Override
    public StateDict apply(String component, StateDict weights) {
        if (files.isEmpty() || !COMPONENTS.contains(component)) {
            return weights;
        }
        Map<String, List<Long>> shapes = shapes(weights);
        Map<String, List<Step>> steps = new TreeMap<>(); // by module, each in load order
        for (LoraFile file : files) {
            LoraReport report = new LoraReport(file);
            List<Step> plan = plan(file, component, shapes, report);
            report.throwIfAny();
            if (file.strength() != 0) {
                plan.forEach(s ->
                        steps.computeIfAbsent(s.module, m -> new ArrayList<>()).add(s));
            }
        }
        if (steps.isEmpty()) {
            return weights;
        }
        Map<LoraFile, SafetensorsFile> open = new HashMap<>();
        try {
            for (LoraFile file : files) {
                open.put(file, SafetensorsFile.open(file.path()));
            }
            Map<String, Tensor> changed = new LinkedHashMap<>();
            steps.forEach((module, ofModule) -> changed.putAll(merged(module, ofModule, weights, open)));
            return weights.with(changed);
        } finally {
            open.values().forEach(SafetensorsFile::close);
        }
    }

    /** One group of one file on one module. */
    private record Step(LoraFile file, LoraFile.Group group, String module) {}

    private static List<Step> plan(LoraFile file, String component, Map<String, List<Long>> shapes, LoraReport report) {
        List<String> modules = shapes.keySet().stream()
                .filter(name -> name.endsWith(".weight"))
                .map(name -> name.substring(0, name.length() - ".weight".length()))
                .toList();
        ModuleNames names = ModuleNames.of(component, modules);
        Map<String, LoraFile.Group> taken = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        for (LoraFile.Group group : file.groups()) {
            if (!group.component().equals(component)) {
                continue;
            }
            var found = names.find(group.base());
            if (found.isEmpty()) {
                report.unmatched(group);
                continue;
            }
            String module = found.get();
            group.algorithm()
                    .misfit(file.shapes(group), layer(module, shapes))
                    .ifPresent(problem -> report.misfit(group, module, problem));
            LoraFile.Group other = taken.put(module + " " + group.algorithm().name(), group);
            if (other != null) {
                report.misfit(group, module, "named twice, also as " + other.base());
            }
            steps.add(new Step(file, group, module));
        }
        return steps;
    }

    private static Map<String, List<Long>> layer(String module, Map<String, List<Long>> shapes) {
        Map<String, List<Long>> layer = new HashMap<>();
        for (String parameter : List.of("weight", "bias")) {
            List<Long> shape = shapes.get(module + "." + parameter);
            if (shape != null) {
                layer.put(parameter, shape);
            }
        }
        return layer;
    }

    /** The changed parameters of one module; the tensors outlive the caller's PointerScope. */
    @SuppressWarnings("try") // the scope frees the temporaries by closing
    private static Map<String, Tensor> merged(
            String module, List<Step> steps, StateDict weights, Map<LoraFile, SafetensorsFile> open) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> base = new LinkedHashMap<>();
            for (String parameter : List.of("weight", "bias")) {
                if (weights.has(module + "." + parameter)) {
                    base.put(parameter, weights.get(module + "." + parameter));
                }
            }
            Map<String, Tensor> current = new LinkedHashMap<>();
            base.forEach((parameter, tensor) -> current.put(parameter, tensor.to(ScalarType.Float)));
            Set<String> changed = new TreeSet<>();
            for (Step step : steps) {
                Scalar strength = new Scalar(step.file.strength());
                delta(step, open.get(step.file), current).forEach((parameter, delta) -> {
                    current.put(parameter, current.get(parameter).add(delta, strength));
                    changed.add(parameter);
                });
            }
            for (String parameter : changed) {
                String name = module + "." + parameter;
                Tensor merged =
                        current.get(parameter).to(base.get(parameter).dtype().toScalarType());
                if (!merged.isfinite().all().item_bool()) {
                    throw new ModelFileException(
                            steps.get(steps.size() - 1).file.path(),
                            "merged into " + name + " at strength "
                                    + steps.get(steps.size() - 1).file.strength()
                                    + " it leaves the range of the weight's type; use a smaller strength");
                }
                merged.retainReference();
                result.put(name, merged);
            }
        }
        return result;
    }

    private static Map<String, Tensor> delta(Step step, SafetensorsFile file, Map<String, Tensor> current) {
        Map<String, Tensor> parts = new HashMap<>();
        Device device = current.get("weight").device();
        step.group
                .keys()
                .forEach((role, key) ->
                        parts.put(role, read(step.file, file, key).to(device, ScalarType.Float)));
        OptionalDouble alpha = step.group
                .alpha()
                .map(key -> OptionalDouble.of(read(step.file, file, key).item_double()))
                .orElseGet(() -> step.file.adapterAlpha(step.group, step.module));
        boolean rooted = step.group.alpha().isEmpty() && step.file.rankStabilised(step.group);
        return step.group
                .algorithm()
                .delta(
                        parts,
                        rank -> alpha.isEmpty() ? 1 : alpha.getAsDouble() / (rooted ? Math.sqrt((double) rank) : rank),
                        current);
    }

    /** One tensor in float32, checked to be finite. */
    private static Tensor read(LoraFile lora, SafetensorsFile file, String key) {
        TensorInfo info = lora.tensors().get(key);
        ByteBuffer buffer = file.bytes(key);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        Tensor tensor = torch.from_blob(new BytePointer(bytes), shape, new TensorOptions(type(lora, info)))
                .to(ScalarType.Float, false, true, null);
        if (!tensor.isfinite().all().item_bool()) {
            throw new ModelFileException(
                    lora.path(),
                    "tensor " + key + " holds NaN or infinite values; the training diverged, or the file"
                            + " is damaged");
        }
        return tensor;
    }

    private static ScalarType type(LoraFile lora, TensorInfo info) {
        return switch (info.dtype()) {
            case F64 -> ScalarType.Double;
            case F32 -> ScalarType.Float;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case F8_E4M3 -> ScalarType.Float8_e4m3fn;
            case F8_E5M2 -> ScalarType.Float8_e5m2;
            case I64 -> ScalarType.Long;
            case I32 -> ScalarType.Int;
            default ->
                throw new ModelFileException(
                        lora.path(),
                        "tensor " + info.name() + " is " + info.dtype()
                                + "; supported: F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I64, I32");
        };
    }
}
