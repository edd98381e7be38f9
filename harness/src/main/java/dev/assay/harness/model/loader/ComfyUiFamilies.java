package dev.assay.harness.model.loader;

import static dev.assay.harness.model.loader.ComfyUiSpelling.Names.DIFFUSERS;
import static dev.assay.harness.model.loader.ComfyUiSpelling.Names.HUNYUAN;
import static dev.assay.harness.model.loader.ComfyUiSpelling.Names.ORIGINAL;
import static dev.assay.harness.model.loader.ComfyUiSpelling.Names.PROCESSORS;
import static dev.assay.harness.model.loader.ComfyUiSpelling.dotted;
import static dev.assay.harness.model.loader.ComfyUiSpelling.flat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How ComfyUI 0.33.0 lets LoRAs name the modules of each family's diffusion model ({@code model_lora_keys_unet}). Of two that
 * fit, the first is what a converted file gets.
 */
final class ComfyUiFamilies {
    /** What every family has. */
    private static final List<ComfyUiSpelling> ALL =
            List.of(dotted("diffusion_model.", ORIGINAL), flat("lora_unet_", ORIGINAL));

    private static final List<ComfyUiSpelling> UNET = List.of(
            flat("lora_unet_", DIFFUSERS),
            flat("lora_unet_", ORIGINAL),
            dotted("diffusion_model.", ORIGINAL),
            flat("lycoris_", DIFFUSERS),
            dotted("", PROCESSORS),
            dotted("unet.", PROCESSORS));

    /** Chroma's replacement of the modulations has only its authors' names. */
    private static final String FLUX_NAMES = "^(?!distilled_guidance_layer)";

    private static final List<ComfyUiSpelling> FLUX = with(
            dotted("transformer.", DIFFUSERS).only(FLUX_NAMES),
            flat("lycoris_", DIFFUSERS).only(FLUX_NAMES),
            flat("lora_transformer_", DIFFUSERS).only(FLUX_NAMES),
            dotted("", DIFFUSERS).only(FLUX_NAMES));

    private static final String SD3_SHARED = "^context_embedder$";
    private static final List<ComfyUiSpelling> SD3 = with(
            dotted("transformer.", DIFFUSERS),
            dotted("base_model.model.", DIFFUSERS),
            flat("lora_transformer_", DIFFUSERS),
            flat("lycoris_", DIFFUSERS),
            dotted("transformer.", ORIGINAL).only(SD3_SHARED),
            dotted("base_model.model.", ORIGINAL).only(SD3_SHARED),
            flat("lora_transformer_", ORIGINAL).only(SD3_SHARED),
            flat("lycoris_", ORIGINAL).only(SD3_SHARED));

    private static final String LUMINA_NAMES = "^(layers|noise_refiner|context_refiner)\\.\\d+\\.attention\\.|^all_";
    private static final String LUMINA_SHARED = "^(layers|noise_refiner|context_refiner)\\.\\d+\\."
            + "(attention_norm[12]|ffn_norm[12]|feed_forward\\.w[123]|adaLN_modulation\\.0)$"
            + "|^(cap_embedder\\.[01]|t_embedder\\.mlp\\.[02])$";
    private static final List<ComfyUiSpelling> LUMINA = with(
            dotted("diffusion_model.", DIFFUSERS).only(LUMINA_NAMES),
            dotted("transformer.", DIFFUSERS).only(LUMINA_NAMES),
            flat("lycoris_", DIFFUSERS).only(LUMINA_NAMES),
            dotted("", DIFFUSERS).only(LUMINA_NAMES),
            dotted("transformer.", ORIGINAL).only(LUMINA_SHARED),
            flat("lycoris_", ORIGINAL).only(LUMINA_SHARED),
            dotted("", ORIGINAL).only(LUMINA_SHARED));

    private static final Map<String, List<ComfyUiSpelling>> FAMILIES = Map.ofEntries(
            Map.entry("sd15", UNET),
            Map.entry("sd2", UNET),
            Map.entry("sdxl", UNET),
            Map.entry("sd3", SD3),
            Map.entry("flux1", FLUX),
            Map.entry("flux1-schnell", FLUX),
            Map.entry("flux2", FLUX),
            Map.entry("chroma", FLUX),
            Map.entry(
                    "qwen-image",
                    with(dotted("", ORIGINAL), dotted("transformer.", ORIGINAL), flat("lycoris_", ORIGINAL))),
            Map.entry("hidream-i1", with(flat("lycoris_", ORIGINAL), dotted("transformer.", ORIGINAL))),
            Map.entry("z-image", LUMINA),
            Map.entry("lumina2", LUMINA),
            Map.entry("wan", ALL),
            Map.entry("hunyuan-video", with(dotted("transformer.", HUNYUAN), dotted("diffusion_model.", HUNYUAN))));

    private ComfyUiFamilies() {}

    private static List<ComfyUiSpelling> with(ComfyUiSpelling... more) {
        return Stream.concat(ALL.stream(), Stream.of(more)).toList();
    }

    /** Empty for a family whose rules are not known. */
    static Optional<List<ComfyUiSpelling>> of(String family) {
        return Optional.ofNullable(FAMILIES.get(family));
    }

    /** The rules of every UNet of Stable Diffusion's kind, whatever its size. */
    static List<ComfyUiSpelling> unet() {
        return UNET;
    }
}
