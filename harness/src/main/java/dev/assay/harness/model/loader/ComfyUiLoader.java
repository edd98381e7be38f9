package dev.assay.harness.model.loader;

import dev.assay.harness.model.family.ComfyUiSpelling;
import dev.assay.harness.model.family.FamilyTrait;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.TextEncoder;
import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraRole;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
        Map<String, ComfyUiKeys.Target> targets = targets(spellings.get(), family, base);
        Set<String> taken = keys.taken(targets);
        List<Spelled> spelled = spellings.get().stream()
                .map(s -> new Spelled(s, names(s, base)))
                .toList();
        Optional<String> stop = keys.stop(targets.keySet()).or(() -> stop(grammar, taken, base));
        Set<String> covered = covered(grammar, taken, spelled);
        List<LoadedModule> modules = new ArrayList<>();
        for (LoraModule module : grammar.modules()) {
            Optional<BaseLayer> layer = base.find(module);
            modules.add(
                    stop.isPresent()
                            ? LoadedModule.lost(module, layer, Loss.STOP, stop.get())
                            : covered.contains(module.name())
                                    ? LoadedModule.lost(module, layer, Loss.TWICE, "")
                                    : judge(module, layer, taken, base, spelled, grammar.isControl()));
        }
        List<String> stray =
                grammar.unknown().stream().filter(k -> !taken.contains(k)).toList();
        return new LoaderReport(title(), version(), true, grammar, modules, stray);
    }

    /** What ends ComfyUI with an error when it computes the first of such changes. */
    private static Optional<String> stop(LoraGrammar grammar, Set<String> taken, BaseModules base) {
        return grammar.modules().stream()
                .flatMap(m -> {
                    Optional<BaseLayer> layer = base.find(m);
                    return (grammar.isControl() && m.name().equals("img_in")
                                    ? layer.flatMap(l -> narrow(m, l))
                                    : layer.filter(l -> isChanged(m, taken))
                                            .flatMap(l -> grouped(m, l))
                                            .or(() -> change(m, layer, taken).stop()))
                            .stream();
                })
                .findFirst();
    }

    private static ComfyUiChange change(LoraModule module, Optional<BaseLayer> layer, Set<String> taken) {
        return new ComfyUiChange(
                module.only(r -> taken.contains(module.keys().get(r))), layer.filter(l -> !l.packed()));
    }

    /** ComfyUI pads the input of the picture for control, and ends with an error where the base's is larger: Fill's, for one. */
    private static Optional<String> narrow(LoraModule input, BaseLayer layer) {
        if (!input.has(LoraRole.DOWN)
                || !input.has(LoraRole.UP)
                || input.shape(LoraRole.DOWN).size() != 2
                || layer.rest().size() != 1) {
            return Optional.empty();
        }
        List<Long> theirs = List.of(
                input.shape(LoraRole.UP).get(0), input.shape(LoraRole.DOWN).get(1));
        List<Long> own = List.of(layer.rows(), layer.rest().get(0));
        return own.get(0) > theirs.get(0) || own.get(1) > theirs.get(1)
                ? Optional.of("the picture for control makes an input of shape " + theirs + ", and the base's has "
                        + own + "; it is for the base model, and not for one with a picture of its own")
                : Optional.empty();
    }

    /**
     * ComfyUI takes as many rows for keys and for values as for queries, and ends with an error where the fused weight has fewer: that
     * of Lumina 2.
     */
    private static Optional<String> grouped(LoraModule module, BaseLayer layer) {
        BaseLayer.Slice part = layer.slices().get(0);
        boolean few = layer.slices().size() == 1
                && layer.rest().size() == 1
                && part.firstRow() > 0
                && part.rows() < layer.rest().get(0)
                && part.firstRow() + layer.rest().get(0) > part.shape().get(0);
        return few
                ? Optional.of(module.name() + " changes " + part.rows() + " rows of " + part.tensor()
                        + ", and ComfyUI takes " + layer.rest().get(0) + ", which are not there")
                : Optional.empty();
    }

    /** Modules whose layer another module of the file changes too, under a name that ComfyUI maps later. */
    private static Set<String> covered(LoraGrammar grammar, Set<String> taken, List<Spelled> spelled) {
        Map<List<BaseLayer.Slice>, String> last = new HashMap<>();
        Set<String> covered = new HashSet<>();
        List<Spelled> order = spelled.stream()
                .sorted(Comparator.comparingInt(s -> s.spelling.inOrder()))
                .toList();
        Map<String, LoraModule> changing = new HashMap<>();
        grammar.modules().stream().filter(m -> isChanged(m, taken)).forEach(m -> changing.put(m.name(), m));
        Set<String> seen = new HashSet<>();
        for (Spelled s : order) {
            s.names.forEach((name, layer) -> {
                if (changing.containsKey(name) && seen.add(name)) {
                    String before = last.put(layer.slices(), name);
                    if (before != null) {
                        covered.add(before);
                    }
                }
            });
        }
        return covered;
    }

    private static boolean isChanged(LoraModule module, Set<String> taken) {
        return module.keys().entrySet().stream()
                .anyMatch(e -> taken.contains(e.getValue()) && changesWeight(e.getKey()));
    }

    private static boolean changesWeight(LoraRole role) {
        return changes(role) && !role.isBias();
    }

    static Optional<List<ComfyUiSpelling>> spellings(String family, BaseModules base) {
        return ModelFamilies.of(family)
                .or(() -> ModelFamilies.ALL.stream() // UNets of any size have the same
                        .filter(f -> f.has(FamilyTrait.UNET) && base.isStableDiffusionUnet())
                        .findFirst())
                .map(f -> f.comfyui().loraNames());
    }

    /** Every name of a base's modules in a spelling. */
    static Map<String, BaseLayer> names(ComfyUiSpelling spelling, BaseModules base) {
        Map<String, BaseLayer> names = new LinkedHashMap<>();
        (spelling.isOfAuthors() ? base.original() : base.diffusers()).forEach((name, layer) -> {
            if (spelling.has(name)) {
                names.put(spelling.written(name), layer);
            }
        });
        return names;
    }

    /** Every name that ComfyUI maps for this base. */
    static Map<String, ComfyUiKeys.Target> targets(List<ComfyUiSpelling> spellings, String family, BaseModules file) {
        BaseModules base = file.inOriginalLayout(); // which ComfyUI turns every model into
        Map<String, ComfyUiKeys.Target> targets = new LinkedHashMap<>();
        ComfyUiTextEncoders.of(textEncoders(family, base))
                .forEach((n, bias) -> targets.put(n, new ComfyUiKeys.Target(true, bias)));
        for (String tensor : base.tensors()) {
            if (!tensor.endsWith(".weight")) {
                targets.put("diffusion_model." + tensor, new ComfyUiKeys.Target(true, false));
            }
        }
        for (ComfyUiSpelling spelling : spellings) {
            boolean own = spelling.names() == ComfyUiSpelling.Names.ORIGINAL;
            names(spelling, base)
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

    /** Those of a base of this size; a UNet of no known family may have either of Stable Diffusion's, and others none that is known. */
    static List<TextEncoder> textEncoders(String family, BaseModules base) {
        BaseLayer input = base.original().get("img_in");
        return ModelFamilies.of(family)
                .map(f -> f.textEncoders().of(input == null ? -1 : input.rows()))
                .orElse(base.isStableDiffusionUnet() ? List.of(TextEncoder.CLIP_L, TextEncoder.CLIP_G) : List.of());
    }

    /** Whether a name stands for a whole tensor, whose bias then has a name too. */
    private static boolean isWhole(BaseLayer layer) {
        BaseLayer.Slice first = layer.slices().get(0);
        return layer.slices().size() == 1 && first.rows() == first.shape().get(0);
    }

    private static LoadedModule judge(
            LoraModule module,
            Optional<BaseLayer> layer,
            Set<String> taken,
            BaseModules base,
            List<Spelled> spellings,
            boolean control) {
        Set<LoraRole> idle = change(module, layer, taken).idle();
        Set<String> dropped = new HashSet<>();
        module.keys().forEach((role, key) -> {
            if (!taken.contains(key) || idle.contains(role)) {
                dropped.add(key);
            }
        });
        ComfyUiChange change = new ComfyUiChange(
                module.only(r -> !dropped.contains(module.keys().get(r))), layer.filter(l -> !l.packed()));
        if (change.module().keys().keySet().stream().noneMatch(ComfyUiLoader::changes)) {
            Optional<String> misfit = change(module, layer, taken).misfit();
            return misfit.isPresent() && !idle.isEmpty()
                    ? LoadedModule.lost(module, layer, Loss.SHAPE, misfit.get())
                    : LoadedModule.lost(module, layer, loss(module, layer, base, spellings), "");
        }
        Optional<String> unfit = change.unfit();
        if (unfit.isPresent()) {
            return LoadedModule.lost(module, layer, Loss.SUFFIX, unfit.get());
        }
        boolean padded = control && module.layer().equals("img_in");
        Optional<String> misfit = padded ? Optional.empty() : change.misfit();
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
        if (spellings.stream().anyMatch(s -> s.names.containsKey(module.name()))) {
            return Loss.SUFFIX;
        }
        String prefix = module.prefix();
        return spellings.stream().anyMatch(s -> s.spelling.prefix().equals(prefix)) ? Loss.BODY : Loss.PREFIX;
    }

    private record Spelled(ComfyUiSpelling spelling, Map<String, BaseLayer> names) {}
}
