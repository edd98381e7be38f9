package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraWeights;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The part of a renderer that reads LoRAs. */
public interface LoraLoader {
    /** For settings and machines: {@code comfyui}. */
    String word();

    /** For people: {@code ComfyUI}. */
    String title();

    /** The version whose rules these are; empty for Assay's own. */
    String version();

    /** Whether a module without a tensor {@code alpha} takes it from the file's metadata; if not, its scale is 1. */
    boolean readsAlphaFromMetadata();

    /**
     * What becomes of each tensor of a LoRA, by names and shapes.
     *
     * @param lora shapes of all its tensors by name
     * @param family of the base: {@code sdxl}, {@code flux1}
     */
    LoaderReport load(Map<String, List<Long>> lora, String family, BaseModules base);

    /**
     * What becomes of a LoRA whose numbers are known too, where they matter.
     *
     * @param report of the same file by names and shapes
     */
    default LoaderReport with(LoaderReport report, LoraWeights numbers) {
        return report;
    }

    /** Where its rules for the file are not known: all of it that the base has is taken as loaded. */
    default LoaderReport unknown(LoraGrammar grammar, BaseModules base) {
        List<LoadedModule> modules = grammar.modules().stream()
                .map(m -> {
                    Optional<BaseLayer> layer = base.find(m);
                    return layer.isEmpty() && base.answersFor(m)
                            ? LoadedModule.lost(m, layer, LoadedModule.Loss.LAYER, "")
                            : new LoadedModule(m, layer, LoadedModule.Loss.NONE, Set.of(), "");
                })
                .toList();
        return new LoaderReport(title(), version(), false, grammar, modules, grammar.unknown());
    }
}
