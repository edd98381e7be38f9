package dev.assay.harness.model.loader;

import dev.assay.harness.model.family.ComfyUiSpelling;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraNaming;
import dev.assay.harness.model.lora.LoraRole;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Other names for the keys of a LoRA, by which ComfyUI loads more of it. Numbers and shapes stay as they are, but for alpha.
 *
 * @param names new key by old, of every key of the file
 * @param alphas by what an alpha is multiplied, by its old key: kohya's scripts bound a rotation by alpha times the layer's outputs,
 *     ComfyUI and LyCORIS by alpha
 * @param after what ComfyUI makes of the file with these names
 */
public record LoraConversion(Map<String, String> names, Map<String, Double> alphas, LoaderReport after) {
    /** Suffixes of the roles whose spelling differs between tools: those of kohya, which ComfyUI asks for first. */
    private static final Map<LoraRole, String> SUFFIXES = Map.of(
            LoraRole.UP, ".lora_up.weight",
            LoraRole.DOWN, ".lora_down.weight",
            LoraRole.MID, ".lora_mid.weight",
            LoraRole.ALPHA, ".alpha");

    public LoraConversion {
        names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
        alphas = Map.copyOf(alphas);
    }

    /** Whether every module of the diffusion model is loaded whole under the new names. */
    public boolean complete() {
        return after.denoiser().stream().allMatch(LoadedModule::whole);
    }

    /** Whether a loader takes every module of the diffusion model under the new names. */
    boolean completeFor(LoraLoader loader, Map<String, List<Long>> lora, String family, BaseModules base) {
        return complete()
                && (loader == LoraLoaders.COMFYUI
                        || loader.load(renamed(lora, names), family, base).denoiser().stream()
                                .allMatch(LoadedModule::whole));
    }

    private static Map<String, List<Long>> renamed(Map<String, List<Long>> lora, Map<String, String> names) {
        Map<String, List<Long>> renamed = new LinkedHashMap<>();
        names.forEach((old, name) -> renamed.put(name, lora.get(old)));
        return renamed;
    }

    /** Keys that are called otherwise. */
    public long renamed() {
        return names.entrySet().stream()
                .filter(e -> !e.getKey().equals(e.getValue()))
                .count();
    }

    /**
     * The names for ComfyUI.
     *
     * @param lora shapes of all tensors of the file by name
     * @param family of the base
     * @return empty where new names help no module, or the family's names are not known
     */
    public static Optional<LoraConversion> toComfyUi(Map<String, List<Long>> lora, String family, BaseModules base) {
        Optional<List<ComfyUiSpelling>> spellings = ComfyUiLoader.spellings(family, base);
        LoaderReport before = LoraLoaders.COMFYUI.load(lora, family, base);
        if (spellings.isEmpty() || before.denoiser().stream().allMatch(LoadedModule::whole)) {
            return Optional.empty();
        }
        Map<String, String> names = new LinkedHashMap<>();
        lora.keySet().forEach(k -> names.put(k, k));
        Map<String, Double> alphas = new HashMap<>();
        boolean control = before.grammar().isControl();
        Map<BaseLayer, String> written = written(base, spellings.get());
        for (LoadedModule loaded : before.denoiser()) {
            Optional<String> name = loaded.layer().map(written::get);
            if (!loaded.whole() && name.isPresent() && !control) {
                rename(loaded.module(), name.get(), names);
                alphas.putAll(alphas(loaded.module()));
            }
        }
        Set<String> distinct = new HashSet<>(names.values());
        if (distinct.size() < names.size()) {
            return Optional.empty(); // two keys would get one name
        }
        LoraConversion conversion =
                new LoraConversion(names, alphas, LoraLoaders.COMFYUI.load(renamed(lora, names), family, base));
        return lost(conversion.after) < lost(before) ? Optional.of(conversion) : Optional.empty();
    }

    private static long lost(LoaderReport report) {
        return report.denoiser().stream().filter(m -> !m.whole()).count();
    }

    private static Map<String, Double> alphas(LoraModule module) {
        if (module.naming() != LoraNaming.KOHYA_OFT
                || !module.has(LoraRole.ALPHA)
                || !module.has(LoraRole.OFT_BLOCKS)) {
            return Map.of();
        }
        List<Long> blocks = module.shape(LoraRole.OFT_BLOCKS);
        return blocks.size() != 3 // another kind of rotation
                ? Map.of()
                : Map.of(module.keys().get(LoraRole.ALPHA), (double) (blocks.get(0) * blocks.get(1)));
    }

    private static void rename(LoraModule module, String name, Map<String, String> names) {
        module.keys().forEach((role, key) -> names.put(key, name + suffix(role, module, key)));
    }

    /** A bias is scaled by PEFT and not by ComfyUI: without an alpha that is the same. */
    private static String suffix(LoraRole role, LoraModule module, String key) {
        if (role == LoraRole.UP_BIAS && !module.has(LoraRole.ALPHA)) {
            return ".diff_b";
        }
        return SUFFIXES.getOrDefault(
                role,
                key.startsWith(module.name()) ? key.substring(module.name().length()) : key);
    }

    /** The first name that ComfyUI knows of each layer. */
    private static Map<BaseLayer, String> written(BaseModules base, List<ComfyUiSpelling> spellings) {
        Map<BaseLayer, String> written = new HashMap<>();
        spellings.stream()
                .filter(s -> s.names() != ComfyUiSpelling.Names.PROCESSORS)
                .forEach(s -> ComfyUiLoader.names(s, base).forEach((name, layer) -> written.putIfAbsent(layer, name)));
        return written;
    }
}
