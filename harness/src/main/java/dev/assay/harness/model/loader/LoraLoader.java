package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.BaseModules;
import dev.assay.harness.model.lora.LoraWeights;
import java.util.List;
import java.util.Map;

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
}
