package dev.assay.harness.model.loader;

import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.ChangeShape;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * ComfyUI's loader, by the rules of 0.33.0: which keys it takes is proved against its own functions. An older server knows fewer
 * names; its log, which a run hears, tells.
 */
final class ComfyUiLoader implements LoraLoader {
    @Override
    public String word() {
        return "comfyui";
    }

    @Override
    public String title() {
        return "ComfyUI";
    }

    @Override
    public String version() {
        return "0.33.0";
    }

    @Override
    public boolean readsAlphaFromMetadata() {
        return false;
    }

    @Override
    public LoaderReport load(Map<String, List<Long>> lora, String family, BaseModules base) {
        LoraGrammar grammar = LoraGrammar.parse(lora);
        Optional<List<ComfyUiSpelling>> spellings = spellings(family, base);
        if (spellings.isEmpty()) {
            return unknown(grammar, base);
        }
        ComfyUiKeys keys = ComfyUiKeys.of(lora);
        Set<String> taken = keys.taken(targets(spellings.get(), family, base));
        boolean control = grammar.isControl();
        List<Spelled> spelled = spellings.get().stream()
                .map(s -> new Spelled(s, s.of(base).keySet()))
                .toList();
        List<LoadedModule> modules = new ArrayList<>();
        for (LoraModule module : grammar.modules()) {
            modules.add(judge(module, taken, base, spelled, control));
        }
        List<String> stray =
                grammar.unknown().stream().filter(k -> !taken.contains(k)).toList();
        return new LoaderReport(title(), version(), true, grammar, modules, stray);
    }

    private LoaderReport unknown(LoraGrammar grammar, BaseModules base) {
        List<LoadedModule> modules = grammar.modules().stream()
                .map(m -> {
                    Optional<BaseLayer> layer = base.find(m);
                    return layer.isEmpty() && base.answersFor(m)
                            ? LoadedModule.lost(m, layer, Loss.LAYER, "")
                            : new LoadedModule(m, layer, Loss.NONE, Set.of(), "");
                })
                .toList();
        return new LoaderReport(title(), version(), false, grammar, modules, grammar.unknown());
    }

    static Optional<List<ComfyUiSpelling>> spellings(String family, BaseModules base) {
        Optional<List<ComfyUiSpelling>> known = ComfyUiFamilies.of(family);
        return known.isEmpty() && base.isStableDiffusionUnet() ? Optional.of(ComfyUiFamilies.unet()) : known;
    }

    /** Every name that ComfyUI maps for this base. */
    static Map<String, ComfyUiKeys.Target> targets(List<ComfyUiSpelling> spellings, String family, BaseModules file) {
        BaseModules base = file.inOriginalLayout(); // which ComfyUI turns every model into
        Map<String, ComfyUiKeys.Target> targets = new LinkedHashMap<>();
        ComfyUiTextEncoders.of(family).forEach((n, bias) -> targets.put(n, new ComfyUiKeys.Target(true, bias)));
        for (String tensor : base.tensors()) {
            if (!tensor.endsWith(".weight")) {
                targets.put("diffusion_model." + tensor, new ComfyUiKeys.Target(true, false));
            }
        }
        for (ComfyUiSpelling spelling : spellings) {
            boolean own = spelling.names() == ComfyUiSpelling.Names.ORIGINAL;
            spelling.of(base)
                    .forEach((name, layer) -> targets.put(
                            name, new ComfyUiKeys.Target(true, layer.bias() > 0 && (own || isWhole(layer)))));
        }
        base.original().forEach((name, layer) -> {
            if (name.endsWith(".linear1")) { // rows of query, key and value alone: XLabs'
                targets.put("diffusion_model." + name + "_qkv", new ComfyUiKeys.Target(true, false));
            }
        });
        return targets;
    }

    /** Whether a name stands for a whole tensor, whose bias then has a name too. */
    private static boolean isWhole(BaseLayer layer) {
        BaseLayer.Slice first = layer.slices().get(0);
        return layer.slices().size() == 1 && first.rows() == first.shape().get(0);
    }

    private static LoadedModule judge(
            LoraModule module, Set<String> taken, BaseModules base, List<Spelled> spellings, boolean control) {
        Optional<BaseLayer> layer = base.find(module);
        Set<String> dropped = new HashSet<>(module.keys().values());
        dropped.removeAll(taken);
        boolean changes =
                module.keys().entrySet().stream().anyMatch(e -> taken.contains(e.getValue()) && changes(e.getKey()));
        if (!changes) {
            return LoadedModule.lost(module, layer, loss(module, layer, base, spellings), "");
        }
        Optional<String> misfit = layer.filter(l -> !l.packed())
                .filter(l -> !(control && module.layer().equals("img_in")))
                .flatMap(l -> ChangeShape.misfit(module, l));
        if (misfit.isPresent()) {
            return LoadedModule.lost(module, layer, Loss.SHAPE, misfit.get());
        }
        return new LoadedModule(module, layer, dropped.isEmpty() ? Loss.NONE : Loss.PART, dropped, "");
    }

    private static boolean changes(LoraRole role) {
        return role != LoraRole.ALPHA && role != LoraRole.DORA_SCALE && role != LoraRole.OFT_RESCALE;
    }

    private static Loss loss(LoraModule module, Optional<BaseLayer> layer, BaseModules base, List<Spelled> spellings) {
        if (layer.isEmpty() && (module.part().isTextEncoder() ? base.has(module.part()) : base.answersFor(module))) {
            return Loss.LAYER;
        }
        if (spellings.stream().anyMatch(s -> s.names.contains(module.name()))) {
            return Loss.SUFFIX;
        }
        String prefix = LocalNames.prefix(module);
        return spellings.stream().anyMatch(s -> s.spelling.prefix().equals(prefix)) ? Loss.BODY : Loss.PREFIX;
    }

    private record Spelled(ComfyUiSpelling spelling, Set<String> names) {}
}
