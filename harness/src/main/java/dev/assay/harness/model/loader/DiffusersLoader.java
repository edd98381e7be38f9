package dev.assay.harness.model.loader;

import dev.assay.harness.model.loader.DiffusersFamilies.Family;
import dev.assay.harness.model.loader.DiffusersTensor.Refusal;
import dev.assay.harness.model.loader.DiffusersText.Encoder;
import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraKind;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import dev.assay.harness.model.lora.LoraWeights;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code load_lora_weights} of diffusers' pipelines, by the rules of 0.42.1 with PEFT 0.21.2: which keys it takes is proved against
 * itself. An error that it raises over any key loses the whole file. LoKr, which it takes for some families, is not known here.
 */
final class DiffusersLoader implements LoraLoader {
    private static final List<String> NORMS = List.of("norm_q", "norm_k", "norm_added_q", "norm_added_k");

    @Override
    public String word() {
        return "diffusers";
    }

    @Override
    public String title() {
        return "diffusers";
    }

    @Override
    public String version() {
        return "0.42.1";
    }

    @Override
    public boolean readsAlphaFromMetadata() {
        return true;
    }

    @Override
    public LoaderReport load(Map<String, List<Long>> lora, String family, BaseModules base) {
        LoraGrammar grammar = LoraGrammar.parse(lora);
        Optional<Family> rules = DiffusersFamilies.of(family)
                .filter(f -> lora.keySet().stream().noneMatch(k -> k.contains(".lokr_")) || !f.lokr());
        if (rules.isEmpty()) {
            return unknown(grammar, base);
        }
        Set<String> taken;
        try {
            taken = taken(lora, rules.get(), base);
        } catch (Refusal refusal) {
            return new LoaderReport(
                    title(),
                    version(),
                    true,
                    grammar,
                    grammar.modules().stream()
                            .map(m -> LoadedModule.lost(m, base.find(m), Loss.STOP, refusal.getMessage()))
                            .toList(),
                    grammar.unknown());
        }
        return new LoaderReport(
                title(),
                version(),
                true,
                grammar,
                grammar.modules().stream()
                        .map(m -> judge(m, taken, base, rules.get()))
                        .toList(),
                grammar.unknown().stream().filter(k -> !taken.contains(k)).toList());
    }

    @Override
    public LoaderReport with(LoaderReport report, LoraWeights numbers) {
        boolean unet = report.known()
                && report.denoiser().stream().anyMatch(m -> m.module().name().startsWith("lora_unet_"));
        Map<String, Double> scales = new HashMap<>();
        numbers.modules().forEach(m -> scales.put(m.name(), m.scale()));
        return unet ? DiffusersAlphas.applied(report, scales) : report;
    }

    /**
     * The file's keys that are used.
     *
     * @throws Refusal where diffusers raises an error, or leaves a layer that fails at the first step
     */
    static Set<String> taken(Map<String, List<Long>> lora, Family family, BaseModules base) {
        Map<String, DiffusersTensor> state = family.convert().apply(DiffusersTensor.of(lora));
        boolean lora1 = DiffusersTensor.any(state, k -> k.contains("lora"));
        boolean form = family.flux()
                ? lora1 || DiffusersTensor.any(state, DiffusersLoader::isNorm)
                : DiffusersTensor.all(state, k -> k.contains("lora"));
        if (!form) {
            throw new Refusal("it has keys without \"lora\" in their names");
        }
        Map<String, BaseLayer> layers = family.layers().apply(base);
        Map<String, DiffusersTensor> denoiser = new LinkedHashMap<>(DiffusersPeft.of(state, family.part()));
        Set<String> taken = new HashSet<>();
        if (family.flux()) {
            Map<String, DiffusersTensor> norms = DiffusersTensor.only(denoiser, DiffusersLoader::isNorm);
            denoiser.keySet().removeAll(norms.keySet());
            layers.forEach((name, layer) -> {
                DiffusersTensor norm = norms.get(name + ".weight");
                if (norm != null) {
                    taken.add(norm.key());
                }
            });
        }
        taken.addAll(DiffusersPeft.taken(denoiser, layers, family.flux()));
        for (Encoder encoder : family.encoders()) {
            taken.addAll(DiffusersText.taken(DiffusersPeft.of(state, encoder.part()), encoder));
        }
        return taken;
    }

    private static boolean isNorm(String key) {
        return NORMS.stream().anyMatch(key::contains);
    }

    private static LoadedModule judge(LoraModule module, Set<String> taken, BaseModules base, Family family) {
        Optional<BaseLayer> layer = base.find(module);
        Set<String> dropped = new HashSet<>(module.keys().values());
        dropped.removeAll(taken);
        boolean changes = module.keys().entrySet().stream()
                .anyMatch(e -> taken.contains(e.getValue())
                        && (e.getKey() == LoraRole.UP || e.getKey() == LoraRole.SET_WEIGHT));
        return changes
                ? new LoadedModule(module, layer, dropped.isEmpty() ? Loss.NONE : Loss.PART, dropped, "")
                : LoadedModule.lost(module, layer, loss(module, layer, base, family), "");
    }

    private static Loss loss(LoraModule module, Optional<BaseLayer> layer, BaseModules base, Family family) {
        if (layer.isEmpty() && base.answersFor(module) && !module.part().isTextEncoder()) {
            return Loss.LAYER;
        }
        if (module.kind() != LoraKind.LORA && module.kind() != LoraKind.LOCON) {
            return Loss.SUFFIX;
        }
        String prefix = module.prefix();
        boolean known = family.prefixes().contains(prefix)
                || family.encoders().stream().anyMatch(e -> e.prefixes().contains(prefix));
        return known ? Loss.BODY : Loss.PREFIX;
    }
}
