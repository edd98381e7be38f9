package dev.assay.harness.model.loader;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.SafetensorsWriter;
import dev.assay.harness.model.SafetensorsWriter.Entry;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraFile;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import dev.assay.harness.model.lora.TensorValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a LoRA again under names that ComfyUI knows, with the alpha that its metadata states as tensors, which ComfyUI reads. The
 * numbers of the change stay as they are.
 */
public final class LoraConverter {
    private static final String NOTE = "assay.converted";

    private LoraConverter() {}

    /**
     * What was done.
     *
     * @param renamed keys with another name
     * @param alphas alphas that were written or changed
     * @param written whether there was anything to do, and so a file
     */
    public record Done(long renamed, int alphas, boolean written) {}

    /**
     * @param base shapes of all tensors of the model by name
     * @param family of the base
     * @throws ModelFileException where new names do not make ComfyUI load all of it, or the file cannot be written; then there is none
     */
    public static Done toComfyUi(LoraFile lora, Map<String, List<Long>> base, String family, Path out) {
        try (SafetensorsFile file = lora.open()) {
            Map<String, List<Long>> shapes = lora.shapes();
            BaseModules modules = BaseModules.of(base);
            LoaderReport before = LoraLoaders.COMFYUI.load(shapes, family, modules);
            Optional<LoraConversion> conversion = LoraConversion.toComfyUi(shapes, family, modules);
            LoaderReport after = conversion.map(LoraConversion::after).orElse(before);
            requireWhole(lora.path(), after);
            Map<String, Double> alphas = lora.grammar().alphas(lora.config());
            if (conversion.isEmpty() && alphas.isEmpty()) {
                return new Done(0, 0, false);
            }
            List<Entry> entries = new ArrayList<>();
            Map<String, String> names = conversion.map(LoraConversion::names).orElseGet(() -> same(shapes.keySet()));
            Map<String, Double> factors = conversion.map(LoraConversion::alphas).orElse(Map.of());
            names.forEach((old, name) -> entries.add(
                    factors.containsKey(old)
                            ? Entry.scalar(name, factors.get(old) * scalar(file, old))
                            : Entry.of(name, file, old)));
            for (LoraModule module : lora.grammar().modules()) {
                Double alpha = alphas.get(module.name());
                if (alpha != null) {
                    entries.add(Entry.scalar(alphaName(lora.path(), module, names), alpha));
                }
            }
            Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
            metadata.put(NOTE, "names for ComfyUI, from " + lora.path().getFileName());
            SafetensorsWriter.write(out, entries, metadata);
            requireWhole(out, LoraLoaders.COMFYUI.load(LoraFile.read(out).shapes(), family, modules));
            long renamed = conversion.map(LoraConversion::renamed).orElse(0L);
            return new Done(renamed, alphas.size() + factors.size(), true);
        }
    }

    private static Map<String, String> same(Set<String> keys) {
        Map<String, String> names = new LinkedHashMap<>();
        keys.forEach(k -> names.put(k, k));
        return names;
    }

    private static void requireWhole(Path lora, LoaderReport report) {
        if (!report.known()) {
            throw new ModelFileException(lora, "which names ComfyUI knows for this base is not known here");
        }
        List<LoadedModule> lost =
                report.denoiser().stream().filter(m -> !m.whole()).toList();
        if (report.denoiser().isEmpty() || !lost.isEmpty()) {
            throw new ModelFileException(
                    lora,
                    "new names do not make ComfyUI load all of it: "
                            + (lost.isEmpty()
                                    ? "it changes nothing in a diffusion model"
                                    : lost.size() + " of " + report.denoiser().size()
                                            + " modules stay behind, the first of them "
                                            + lost.get(0).module().name() + " ("
                                            + (lost.get(0).lost()
                                                    ? lost.get(0).loss().name().toLowerCase(Locale.ROOT)
                                                    : "without "
                                                            + String.join(
                                                                    ", ",
                                                                    lost.get(0).without()))
                                            + "); assay inspect says why"));
        }
    }

    private static double scalar(SafetensorsFile file, String tensor) {
        return TensorValues.all(file, tensor)[0];
    }

    /** Beside the other keys of the module, under their new names. */
    private static String alphaName(Path lora, LoraModule module, Map<String, String> names) {
        if (module.has(LoraRole.UP_BIAS)) {
            throw new ModelFileException(
                    lora,
                    module.name()
                            + " has a bias that its alpha scales, which ComfyUI does not do: no new names make it"
                            + " right");
        }
        String key = module.keys().values().iterator().next();
        String name = names.get(key);
        for (String suffix : ComfyUiKeys.suffixes()) {
            if (name.endsWith(suffix)) {
                return name.substring(0, name.length() - suffix.length()) + ".alpha";
            }
        }
        throw new ModelFileException(lora, name + " has no place for an alpha beside it");
    }
}
