package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.DIFFUSERS;
import static dev.assay.harness.model.family.ComfyUiSpelling.Names.ORIGINAL;
import static dev.assay.harness.model.family.ComfyUiSpelling.dotted;
import static dev.assay.harness.model.family.ComfyUiSpelling.flat;
import static dev.assay.harness.model.family.ModuleRules.rule;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import dev.assay.harness.model.family.ModuleRules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Z-Image, base and turbo: the layers of Lumina 2, 3840 wide. */
public final class ZImage {
    private static final String ID = "z-image";
    private static final String TITLE = "Z-Image";
    static final List<String> STACKS = List.of("layers", "noise_refiner", "context_refiner");
    static final Pattern BLOCKS = Pattern.compile(
            "^(layers|noise_refiner|context_refiner)_N_(attention_(qkv|out|to_[qkv]|to_out)|feed_forward_w|adaLN_modulation)"
                    + "|^(layers|noise_refiner|context_refiner)_N_(attn_to_|feed_forward_linear|norm1_linear)");
    private static final long WIDTH = 3840;

    /** Alibaba's names and those of diffusers. */
    private static final ModuleRules RULES = ModuleRules.of(stacks())
            .and(
                    rule("x_embedder", "all_x_embedder.2-1"),
                    rule("final_layer.linear", "all_final_layer.2-1.linear"),
                    rule("final_layer.adaLN_modulation.1", "all_final_layer.2-1.adaLN_modulation.1"));

    /** Lumina 2's too. */
    static final Set<String> AUTHORS = Set.of("layers.0.attention.qkv");

    private static final String NAMED = "^(layers|noise_refiner|context_refiner)\\.\\d+\\.attention\\.|^all_";
    private static final String SHARED = "^(layers|noise_refiner|context_refiner)\\.\\d+\\."
            + "(attention_norm[12]|ffn_norm[12]|feed_forward\\.w[123]|adaLN_modulation\\.0)$"
            + "|^(cap_embedder\\.[01]|t_embedder\\.mlp\\.[02])$";
    /** Modules that authors and diffusers call the same. */
    public static final Pattern SAME = Pattern.compile(SHARED);

    static final List<ComfyUiSpelling> COMFYUI_NAMES = ComfyUi.with(
            dotted("diffusion_model.", DIFFUSERS).only(NAMED),
            dotted("transformer.", DIFFUSERS).only(NAMED),
            flat("lycoris_", DIFFUSERS).only(NAMED),
            dotted("", DIFFUSERS).only(NAMED),
            dotted("transformer.", ORIGINAL).only(SHARED),
            flat("lycoris_", ORIGINAL).only(SHARED),
            dotted("", ORIGINAL).only(SHARED));

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW),
            Signs.of(ZImage::model, ZImage::lora, PublishedModel.of(TITLE, blocks(30), ID))
                    .packed("ZImage"),
            List.of("z-image", "zimage"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.of(AUTHORS, Set.of("layers.0.attention.to_q"), RULES),
            TextEncoders.of(TextEncoder.QWEN3_4B),
            16,
            Sites.civitai("ZImageTurbo"), // what nearly all are for; a LoRA does not tell
            ComfyUi.of(
                    COMFYUI_NAMES,
                    variant(
                            "z-image-turbo",
                            "Z-Image turbo",
                            "turbo",
                            new Defaults(1024, 8, 1, "res_multistep", "simple", null, 3.0),
                            Trait.ZERO_NEGATIVE),
                    // The official file says so by what it does not say: z_image_bf16.
                    variant(
                            ID,
                            TITLE,
                            "(?<![a-z])base(?![a-z])|^z[-_]?image[-_](bf16|fp16|fp8|q[0-9])",
                            new Defaults(1024, 25, 4, "res_multistep", "simple", null, 3.0))),
            DiffusersPipeline.Z_IMAGE);

    private ZImage() {}

    private static List<Rule> stacks() {
        List<Rule> rules = new ArrayList<>();
        for (String stack : STACKS) {
            String o = stack + ".#.attention.";
            String d = stack + ".$1.attention.";
            rules.add(rule(o + "qkv", d + "to_q", d + "to_k", d + "to_v"));
            rules.add(rule(o + "out", d + "to_out.0"));
            rules.add(rule(o + "q_norm", d + "norm_q"));
            rules.add(rule(o + "k_norm", d + "norm_k"));
        }
        return rules;
    }

    /** Blocks of each stack. */
    static Map<String, Integer> blocks(int layers) {
        return Map.of("layers", layers, "noise_refiner", 2, "context_refiner", 2);
    }

    private static ComfyVariant variant(String name, String title, String hint, Defaults defaults, Trait... traits) {
        return new ComfyVariant(
                name,
                ID,
                title,
                Optional.of(Pattern.compile(hint)),
                defaults,
                "",
                new TextEncoderFiles(List.of(List.of("qwen_3_4b.safetensors")), Map.of(1, "lumina2")),
                Flux1.VAE_FILES,
                GraphNodes.of(Latent.CHANNELS_16, Shift.AURA, traits));
    }

    /** Width of the caption embedding of the Lumina 2 kind; -1 for other models. */
    static long width(Layers layers) {
        boolean lumina = layers.has("noise_refiner.0.attention.k_norm.weight")
                || layers.has("noise_refiner.0.attention.norm_k.weight")
                || layers.has("noise_refiner.0.attn.norm_k.weight");
        return lumina
                ? Math.max(
                        layers.dimension("cap_embedder.1.weight", 0),
                        layers.dimension("time_caption_embed.caption_embedder.1.weight", 0))
                : -1;
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        return width(layers) == WIDTH
                ? Optional.of(FamilyMatch.of(ID, "Z-Image (base, turbo or a finetune; the file does not tell)"))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(BLOCKS) && layers.hasDimension(WIDTH)
                ? Optional.of(FamilyMatch.of(ID, TITLE))
                : Optional.empty();
    }
}
