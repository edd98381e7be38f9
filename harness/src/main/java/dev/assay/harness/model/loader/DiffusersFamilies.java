package dev.assay.harness.model.loader;

import dev.assay.harness.model.family.Flux2;
import dev.assay.harness.model.family.ModuleNaming.Pair;
import dev.assay.harness.model.loader.DiffusersText.Encoder;
import dev.assay.harness.model.lora.BaseLayer;
import dev.assay.harness.model.lora.BaseModules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** How diffusers 0.42.1 lets LoRAs name the modules of each family: one mixin of a pipeline each. */
final class DiffusersFamilies {
    /**
     * A family's rules.
     *
     * @param part which of the pipeline's models is the diffusion model: what its keys begin with once they are converted
     * @param convert what the mixin makes of a file's names
     * @param layers of the diffusion model by diffusers' names
     * @param encoders that a LoRA may change
     * @param prefixes what names in a file may begin with, for people
     * @param flux whether the rules of Flux.1 for norms and other widths hold
     */
    record Family(
            String part,
            UnaryOperator<Map<String, DiffusersTensor>> convert,
            Function<BaseModules, Map<String, BaseLayer>> layers,
            List<Encoder> encoders,
            List<String> prefixes,
            boolean flux) {}

    private static final Encoder CLIP_L = new Encoder("text_encoder.", 768, 12, false);
    private static final Encoder CLIP_G = new Encoder("text_encoder_2.", 1280, 32, true);

    private static final List<String> UNET = List.of("unet.", "lora_unet_");

    private static final Pattern Z_IMAGE_SHARED = Pattern.compile("^(layers|noise_refiner|context_refiner)\\.\\d+\\."
            + "(attention_norm[12]|ffn_norm[12]|feed_forward\\.w[123]|adaLN_modulation\\.0)$"
            + "|^(cap_embedder\\.[01]|t_embedder\\.mlp\\.[02])$");

    private static final Family FLUX = new Family(
            "transformer.",
            DiffusersFlux::convert,
            BaseModules::diffusers,
            List.of(CLIP_L),
            List.of("transformer.", "diffusion_model.", "lora_unet_", "lora_transformer_"),
            true);

    private static final Map<String, Family> FAMILIES = Map.ofEntries(
            Map.entry(
                    "sd15",
                    new Family(
                            "unet.",
                            f -> DiffusersUnet.convert(f, false),
                            BaseModules::diffusers,
                            List.of(CLIP_L),
                            UNET,
                            false)),
            Map.entry(
                    "sdxl",
                    new Family(
                            "unet.",
                            f -> DiffusersUnet.convert(f, true),
                            BaseModules::diffusers,
                            List.of(CLIP_L, CLIP_G),
                            UNET,
                            false)),
            Map.entry(
                    "sd3",
                    new Family(
                            "transformer.",
                            DiffusersTransformers::sd3,
                            b -> with(b, Pattern.compile("^context_embedder$")),
                            List.of(
                                    new Encoder("text_encoder.", 768, 12, true),
                                    new Encoder("text_encoder_2.", 1280, 32, true)),
                            List.of("transformer."),
                            false)),
            Map.entry("flux1", FLUX),
            Map.entry("flux1-schnell", FLUX),
            Map.entry(
                    "chroma",
                    new Family(FLUX.part, FLUX.convert, DiffusersFamilies::chroma, List.of(), FLUX.prefixes, true)),
            Map.entry(
                    "flux2",
                    new Family(
                            "transformer.",
                            DiffusersTransformers::flux2,
                            DiffusersFamilies::flux2,
                            List.of(),
                            List.of("transformer.", "diffusion_model.", "base_model.model.", "lora_unet_"),
                            false)),
            Map.entry(
                    "qwen-image",
                    new Family(
                            "transformer.",
                            DiffusersTransformers::qwen,
                            BaseModules::original,
                            List.of(),
                            List.of("transformer.", "diffusion_model.", "lora_unet_"),
                            false)),
            Map.entry(
                    "hidream-i1",
                    new Family(
                            "transformer.",
                            DiffusersTransformers::hiDream,
                            DiffusersFamilies::hiDream,
                            List.of(),
                            List.of("transformer.", "diffusion_model."),
                            false)),
            Map.entry(
                    "z-image",
                    new Family(
                            "transformer.",
                            DiffusersTransformers::zImage,
                            b -> with(b, Z_IMAGE_SHARED),
                            List.of(),
                            List.of("transformer.", "diffusion_model.", "lora_unet_"),
                            false)));

    private DiffusersFamilies() {}

    /** Empty for a family whose rules are not known. */
    static Optional<Family> of(String family) {
        return Optional.ofNullable(FAMILIES.get(family));
    }

    /** Names of diffusers and those that authors and diffusers share. */
    private static Map<String, BaseLayer> with(BaseModules base, Pattern shared) {
        Map<String, BaseLayer> layers = new LinkedHashMap<>(base.diffusers());
        base.original().forEach((name, layer) -> {
            if (shared.matcher(name).find()) {
                layers.putIfAbsent(name, layer);
            }
        });
        return layers;
    }

    /** Flux.1's names, and those of the part that makes all modulations. */
    private static Map<String, BaseLayer> chroma(BaseModules base) {
        Map<String, BaseLayer> layers = new LinkedHashMap<>(base.diffusers());
        base.original().forEach((name, layer) -> {
            if (name.startsWith("distilled_guidance_layer.")) {
                layers.putIfAbsent(name.replace(".in_layer", ".linear_1").replace(".out_layer", ".linear_2"), layer);
            }
        });
        return layers;
    }

    /** The gates that choose experts have a matrix and are no linear layer: to PEFT they are like norms, which take no LoRA. */
    private static Map<String, BaseLayer> hiDream(BaseModules base) {
        Map<String, BaseLayer> layers = new LinkedHashMap<>(base.original());
        layers.replaceAll((name, layer) -> name.endsWith(".ff_i.gate")
                ? new BaseLayer(
                        List.of(new BaseLayer.Slice(name, List.of(layer.rows()), 0, layer.rows())),
                        layer.bias(),
                        layer.packed())
                : layer);
        return layers;
    }

    /** Black Forest Labs' names, which the file has, by those of diffusers; a file in the layout of diffusers has these. */
    private static Map<String, BaseLayer> flux2(BaseModules base) {
        Map<String, BaseLayer> layers = new LinkedHashMap<>();
        base.original().forEach((name, layer) -> {
            List<Pair> pairs = Flux2.DIFFUSERS_RULES.ofOriginal(List.of(name));
            if (pairs.isEmpty()) {
                layers.put(name, layer);
            } else if (pairs.get(0).diffusers().size() == 1) {
                layers.put(pairs.get(0).diffusers().get(0), layer);
            } else {
                pairs.get(0)
                        .diffusers()
                        .forEach(n -> layers.put(n, base.diffusers().get(n)));
            }
        });
        layers.values().removeIf(l -> l == null);
        return layers;
    }
}
