package dev.assay.harness.model.family;

import java.util.Optional;

/**
 * What other programs call a family.
 *
 * @param civitai the base model of a LoRA on Civitai and in ComfyUI LoRA Manager; empty where each size has a name of its own
 * @param webUi the {@code sd version} of AUTOMATIC1111's web UI, which knows few
 */
public record Sites(Optional<String> civitai, String webUi) {
    static final Sites EACH_SIZE_OTHERWISE = new Sites(Optional.empty(), "Unknown");

    static Sites civitai(String name) {
        return new Sites(Optional.of(name), "Unknown");
    }

    Sites webUi(String name) {
        return new Sites(civitai, name);
    }
}
