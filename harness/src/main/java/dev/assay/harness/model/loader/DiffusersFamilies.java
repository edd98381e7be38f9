package dev.assay.harness.model.loader;

import dev.assay.harness.model.family.DiffusersPipeline;
import dev.assay.harness.model.family.Flux2;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.family.ModuleNaming.Pair;
import dev.assay.harness.model.family.StableDiffusion3;
import dev.assay.harness.model.family.TextEncoder;
import dev.assay.harness.model.family.ZImage;
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
     * @param lokr whether it takes LoKr too
     */
    record Family(
            String part,
            UnaryOperator<Map<String, DiffusersTensor>> convert,
            Function<BaseModules, Map<String, BaseLayer>> layers,
            List<Encoder> encoders,
            List<String> prefixes,
            boolean flux,
            boolean lokr) {
        Family encoders(Encoder... some) {
            return new Family(part, convert, layers, List.of(some), prefixes, flux, lokr);
        }
    }

    private static final Encoder CLIP_L = new Encoder("text_encoder.", TextEncoder.CLIP_L, false);
    private static final Encoder CLIP_G = new Encoder("text_encoder_2.", TextEncoder.CLIP_G, true);

    private static final List<String> UNET = List.of("unet.", "lora_unet_");
    private static final String[] PREFIXES = {"transformer.", "diffusion_model.", "lora_unet_"};
    private static final String[] FLUX_2_PREFIXES = {
        "transformer.", "diffusion_model.", "base_model.model.", "lora_unet_"
    };

    private static final Family FLUX = new Family(
            "transformer.",
            DiffusersFlux::convert,
            BaseModules::diffusers,
            List.of(CLIP_L),
            List.of("transformer.", "diffusion_model.", "lora_unet_", "lora_transformer_"),
            true,
            false);

    private DiffusersFamilies() {}

    /** Empty for a family whose rules are not known. */
    static Optional<Family> of(String family) {
        return ModelFamilies.of(family)
                .map(ModelFamily::diffusers)
                .filter(p -> p != DiffusersPipeline.NOT_KNOWN)
                .map(DiffusersFamilies::rules);
    }

    private static Family rules(DiffusersPipeline pipeline) {
        return switch (pipeline) {
            case STABLE_DIFFUSION -> unet(f -> DiffusersUnet.convert(f, false), CLIP_L);
            case STABLE_DIFFUSION_XL -> unet(f -> DiffusersUnet.convert(f, true), CLIP_L, CLIP_G);
            case STABLE_DIFFUSION_3 ->
                transformer(DiffusersTransformers::sd3, b -> with(b, StableDiffusion3.SAME), false, "transformer.")
                        .encoders(CLIP_L.asWrapped(), CLIP_G);
            case FLUX -> FLUX;
            case CHROMA ->
                new Family(FLUX.part, FLUX.convert, DiffusersFamilies::chroma, List.of(), FLUX.prefixes, true, false);
            case FLUX_2 -> transformer(DiffusersTransformers::flux2, DiffusersFamilies::flux2, true, FLUX_2_PREFIXES);
            case QWEN_IMAGE -> transformer(DiffusersTransformers::qwen, BaseModules::original, false, PREFIXES);
            case HIDREAM_IMAGE ->
                transformer(
                        DiffusersTransformers::hiDream,
                        DiffusersFamilies::hiDream,
                        false,
                        "transformer.",
                        "diffusion_model.");
            case Z_IMAGE -> transformer(DiffusersTransformers::zImage, b -> with(b, ZImage.SAME), true, PREFIXES);
            case KREA_2 ->
                transformer(
                        DiffusersTransformers::krea2,
                        BaseModules::diffusers,
                        false,
                        "transformer.",
                        "diffusion_model.",
                        "base_model.model.");
            case NOT_KNOWN -> throw new IllegalArgumentException("no rules");
        };
    }

    private static Family unet(UnaryOperator<Map<String, DiffusersTensor>> convert, Encoder... encoders) {
        return new Family("unet.", convert, BaseModules::diffusers, List.of(encoders), UNET, false, false);
    }

    private static Family transformer(
            UnaryOperator<Map<String, DiffusersTensor>> convert,
            Function<BaseModules, Map<String, BaseLayer>> layers,
            boolean lokr,
            String... prefixes) {
        return new Family("transformer.", convert, layers, List.of(), List.of(prefixes), false, lokr);
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
