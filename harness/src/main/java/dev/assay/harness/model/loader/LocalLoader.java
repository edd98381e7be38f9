package dev.assay.harness.model.loader;

import dev.assay.harness.model.loader.LoadedModule.Loss;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.ChangeShape;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraPart;
import dev.assay.harness.model.lora.LoraRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Assay's own renderer, for models of the Stable Diffusion 1.5 class. It merges all of a LoRA or refuses it: nothing of one is ever
 * left out.
 */
final class LocalLoader implements LoraLoader {
    private static final Set<LoraRole> MERGED = Set.of(
            LoraRole.UP,
            LoraRole.DOWN,
            LoraRole.MID,
            LoraRole.UP_BIAS,
            LoraRole.DIFF,
            LoraRole.DIFF_BIAS,
            LoraRole.NORM,
            LoraRole.NORM_BIAS,
            LoraRole.ALPHA);

    @Override
    public String word() {
        return "local";
    }

    @Override
    public String title() {
        return "Assay's own renderer";
    }

    @Override
    public String version() {
        return "";
    }

    @Override
    public boolean readsAlphaFromMetadata() {
        return true;
    }

    @Override
    public LoaderReport load(Map<String, List<Long>> lora, String family, BaseModules base) {
        LoraGrammar grammar = LoraGrammar.parse(lora);
        return new LoaderReport(
                title(),
                version(),
                true,
                grammar,
                grammar.modules().stream().map(m -> judge(m, base)).toList(),
                grammar.unknown());
    }

    private static LoadedModule judge(LoraModule module, BaseModules base) {
        Optional<BaseLayer> layer = base.find(module);
        String prefix = LocalNames.prefix(module);
        if (module.part() != LoraPart.DENOISER && module.part() != LoraPart.TEXT_ENCODER_1) {
            return LoadedModule.lost(module, layer, Loss.LAYER, "");
        }
        if (!LocalNames.prefixes(module.part().isTextEncoder(), module.flat()).contains(prefix)) {
            return LoadedModule.lost(module, layer, Loss.PREFIX, "");
        }
        if (layer.isEmpty() && base.answersFor(module)) {
            return LoadedModule.lost(module, layer, Loss.LAYER, "");
        }
        if (!MERGED.containsAll(module.keys().keySet())) {
            return LoadedModule.lost(module, layer, Loss.SUFFIX, "");
        }
        Optional<String> misfit = layer.filter(l -> !l.packed()).flatMap(l -> ChangeShape.misfit(module, l));
        return misfit.isPresent()
                ? LoadedModule.lost(module, layer, Loss.SHAPE, misfit.get())
                : new LoadedModule(module, layer, Loss.NONE, Set.of(), "");
    }
}
