package dev.assay.harness.model.family;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A family in ComfyUI.
 *
 * @param variants with a graph, the one that is taken without a hint first
 * @param noneYet why there is none; empty where there is one
 * @param others models whose files look like this family's and which need nodes that its graphs do not have, by their names
 * @param loraNames how LoRAs may name the modules of the diffusion model ({@code model_lora_keys_unet} of 0.33.0); of two that
 *     fit, the first is what a converted file gets
 */
public record ComfyUi(
        List<ComfyVariant> variants, String noneYet, Map<Pattern, String> others, List<ComfyUiSpelling> loraNames) {
    /** What every family has. */
    static final List<ComfyUiSpelling> EVERY = List.of(
            ComfyUiSpelling.dotted("diffusion_model.", ComfyUiSpelling.Names.ORIGINAL),
            ComfyUiSpelling.flat("lora_unet_", ComfyUiSpelling.Names.ORIGINAL));

    public ComfyUi {
        variants = List.copyOf(variants);
        others = Map.copyOf(others);
        loraNames = List.copyOf(loraNames);
        if (variants.isEmpty() == noneYet.isEmpty()) {
            throw new IllegalArgumentException("expected variants, or why there are none");
        }
    }

    static ComfyUi of(List<ComfyUiSpelling> loraNames, ComfyVariant... variants) {
        return new ComfyUi(List.of(variants), "", Map.of(), loraNames);
    }

    static ComfyUi noneYet(String why, List<ComfyUiSpelling> loraNames) {
        return new ComfyUi(List.of(), why, Map.of(), loraNames);
    }

    ComfyUi others(Map<Pattern, String> byName) {
        return new ComfyUi(variants, noneYet, byName, loraNames);
    }

    /** Those that every family has, and more. */
    static List<ComfyUiSpelling> with(ComfyUiSpelling... more) {
        return Stream.concat(EVERY.stream(), Stream.of(more)).toList();
    }
}
