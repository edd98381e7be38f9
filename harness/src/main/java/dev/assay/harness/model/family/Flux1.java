package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.DIFFUSERS;
import static dev.assay.harness.model.family.ComfyUiSpelling.dotted;
import static dev.assay.harness.model.family.ComfyUiSpelling.flat;
import static dev.assay.harness.model.family.ModuleRules.rule;
import static dev.assay.harness.model.family.ModuleRules.swapped;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import dev.assay.harness.model.family.LoraFacts.Twin;
import dev.assay.harness.model.family.LoraFacts.Wider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Flux.1 with a guidance input: dev, Krea dev and their finetunes, whose files have the same layers and shapes. */
public final class Flux1 {
    static final String ID = "flux1";
    private static final String TITLE = "Flux.1";
    private static final String ANY = "Flux.1 (dev, Krea, schnell or a finetune; a LoRA does not tell)";
    private static final String OR_CHROMA =
            "Flux.1 (dev, Krea, schnell, a finetune, or Chroma; this LoRA does not tell)";
    private static final String DEV = "Flux.1 dev";
    private static final String DEV_OR_FINETUNE = DEV + " or a finetune of it";
    private static final String FILL = "Fill (inpainting)"; // no other family has so many channels
    static final int HIDDEN = 3072;
    static final Pattern NATIVE =
            Pattern.compile("^(double_blocks_N_(img|txt)_(attn|mlp|mod)|single_blocks_N_(linear|modulation))");
    static final Pattern SINGLE = Pattern.compile("^single_transformer_blocks_N_(attn|proj|norm)");
    /** XLabs' names. */
    private static final Pattern XLABS = Pattern.compile("^(double|single)_blocks_N_processor_");

    private static final Pattern INPUT = Pattern.compile("^(img_in|x_embedder)$");
    private static final String T = "transformer_blocks.$1.";
    private static final String S = "single_transformer_blocks.$1.";
    private static final String TIME = "time_text_embed.";

    /** Black Forest Labs' names and those of diffusers. */
    public static final ModuleRules RULES = ModuleRules.of(
            rule("img_in", "x_embedder"),
            rule("txt_in", "context_embedder"),
            rule("time_in.in_layer", TIME + "timestep_embedder.linear_1"),
            rule("time_in.out_layer", TIME + "timestep_embedder.linear_2"),
            rule("vector_in.in_layer", TIME + "text_embedder.linear_1"),
            rule("vector_in.out_layer", TIME + "text_embedder.linear_2"),
            rule("guidance_in.in_layer", TIME + "guidance_embedder.linear_1"),
            rule("guidance_in.out_layer", TIME + "guidance_embedder.linear_2"),
            rule("double_blocks.#.img_attn.qkv", T + "attn.to_q", T + "attn.to_k", T + "attn.to_v"),
            rule("double_blocks.#.txt_attn.qkv", T + "attn.add_q_proj", T + "attn.add_k_proj", T + "attn.add_v_proj"),
            rule("double_blocks.#.img_attn.proj", T + "attn.to_out.0"),
            rule("double_blocks.#.txt_attn.proj", T + "attn.to_add_out"),
            rule("double_blocks.#.img_attn.norm.query_norm", T + "attn.norm_q"),
            rule("double_blocks.#.img_attn.norm.key_norm", T + "attn.norm_k"),
            rule("double_blocks.#.txt_attn.norm.query_norm", T + "attn.norm_added_q"),
            rule("double_blocks.#.txt_attn.norm.key_norm", T + "attn.norm_added_k"),
            rule("double_blocks.#.img_mlp.0", T + "ff.net.0.proj"),
            rule("double_blocks.#.img_mlp.2", T + "ff.net.2"),
            rule("double_blocks.#.txt_mlp.0", T + "ff_context.net.0.proj"),
            rule("double_blocks.#.txt_mlp.2", T + "ff_context.net.2"),
            rule("double_blocks.#.img_mod.lin", T + "norm1.linear"),
            rule("double_blocks.#.txt_mod.lin", T + "norm1_context.linear"),
            rule("single_blocks.#.linear1", S + "attn.to_q", S + "attn.to_k", S + "attn.to_v", S + "proj_mlp"),
            rule("single_blocks.#.linear2", S + "proj_out"),
            rule("single_blocks.#.modulation.lin", S + "norm.linear"),
            rule("single_blocks.#.norm.query_norm", S + "attn.norm_q"),
            rule("single_blocks.#.norm.key_norm", S + "attn.norm_k"),
            rule("final_layer.linear", "proj_out"),
            swapped("final_layer.adaLN_modulation.1", "norm_out.linear"));

    /** XLabs names attention processors: 1 for the image stream and 2 for the text stream. */
    private static final ModuleRules PROCESSORS = ModuleRules.of(
            rule("double_blocks.#.processor.qkv_lora1", "double_blocks.$1.img_attn.qkv"),
            rule("double_blocks.#.processor.qkv_lora2", "double_blocks.$1.txt_attn.qkv"),
            rule("double_blocks.#.processor.proj_lora1", "double_blocks.$1.img_attn.proj"),
            rule("double_blocks.#.processor.proj_lora2", "double_blocks.$1.txt_attn.proj"),
            rule("single_blocks.#.processor.qkv", S + "attn.to_q", S + "attn.to_k", S + "attn.to_v"),
            rule("single_blocks.#.processor.proj", "single_blocks.$1.linear2"));

    static final Set<String> AUTHORS = Set.of("double_blocks.0.img_attn.qkv");
    static final Set<String> OF_DIFFUSERS = Set.of("single_transformer_blocks.0.attn.to_q");
    /** T5 is the second text encoder for diffusers and OneTrainer, the third for kohya. */
    static final ModuleNaming NAMING = new ModuleNaming(AUTHORS, OF_DIFFUSERS, RULES, PROCESSORS, true);

    /** Chroma's replacement of the modulations has only its authors' names. */
    private static final String NAMED = "^(?!distilled_guidance_layer)";

    static final List<ComfyUiSpelling> COMFYUI_NAMES = ComfyUi.with(
            dotted("transformer.", DIFFUSERS).only(NAMED),
            flat("lycoris_", DIFFUSERS).only(NAMED),
            flat("lora_transformer_", DIFFUSERS).only(NAMED),
            dotted("", DIFFUSERS).only(NAMED));

    /** A lone CLIP-L feeds both of the model's text inputs if those have its width, as in models made for tests. */
    static final TextEncoderFiles TEXT_ENCODER_FILES = new TextEncoderFiles(
            List.of(TextEncoderFiles.CLIP_L, TextEncoderFiles.T5_LARGE), Map.of(1, "stable_diffusion", 2, "flux"));

    static final List<String> VAE_FILES = List.of("ae.safetensors", "flux_vae.safetensors", "ae.sft");

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW),
            Signs.of(Flux1::model, Flux1::lora, PublishedModel.of(TITLE, PublishedModel.streams(19, 38), "flux1"))
                    .control(Flux1::control)
                    .imagePrompt(l -> l.hasUnder("double_blocks.0.processor.ip_adapter_"))
                    .packed("FluxTransformer")
                    .edits(
                            Edit.of("kontext", "Flux.1 Kontext", Edit.PICTURE),
                            Edit.of("flux.*(?<![a-z])fill(?![a-z])", "Flux.1 Fill", Edit.MASKED),
                            Edit.of(
                                    "flux.*(?<![a-z])(canny|depth)(?![a-z]|[-_ ]of)",
                                    "Flux.1 Canny or Depth",
                                    Edit.CONTROL)),
            List.of("flux-1", "flux1"),
            LoraFacts.of(ID, ANY)
                    .twin(new Twin("chroma", OR_CHROMA, true))
                    .marks(l -> l.any(XLABS))
                    .wider(Flux1::wider),
            NAMING,
            TextEncoders.of(TextEncoder.CLIP_L, TextEncoder.T5_XXL),
            16,
            Sites.civitai("Flux.1 D"),
            ComfyUi.of(
                    COMFYUI_NAMES,
                    variant("flux1-dev", DEV, "flux[-_. ]?1?[-_. ]?dev"),
                    variant("flux1-krea-dev", "Flux.1 Krea dev", "krea")),
            DiffusersPipeline.FLUX);

    private Flux1() {}

    private static ComfyVariant variant(String name, String title, String hint) {
        return new ComfyVariant(
                name,
                ID,
                title,
                Optional.of(Pattern.compile(hint)),
                new Defaults(1024, 20, 1, "euler", "simple", 3.5, null),
                "",
                TEXT_ENCODER_FILES,
                VAE_FILES,
                GraphNodes.of(Latent.CHANNELS_16, Shift.FLUX, Trait.ZERO_NEGATIVE, Trait.DISTILLED_GUIDANCE));
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        if (!is(layers) || !isGuided(layers)) {
            return Optional.empty();
        }
        return Optional.of(
                FamilyMatch.of(ID, DEV_OR_FINETUNE).detail(shape(layers)).needs(needs(inputChannels(layers))));
    }

    /** Flux.1 of either kind, dev or schnell. */
    static boolean is(Layers layers) {
        boolean own = (layers.has("double_blocks.0.img_attn.norm.key_norm.scale")
                        || layers.has("double_blocks.0.img_attn.norm.key_norm.weight"))
                && layers.has("img_in.weight")
                && layers.has("vector_in.in_layer.weight");
        boolean diffusers = layers.hasUnder("single_transformer_blocks.0.")
                && layers.has("x_embedder.weight")
                && (layers.has("transformer_blocks.0.attn.add_k_proj.weight") || isPacked(layers))
                && layers.has("time_text_embed.text_embedder.linear_1.weight");
        return own || diffusers;
    }

    /** With the fused layers of Nunchaku, in its older and its newer words. */
    private static boolean isPacked(Layers layers) {
        return layers.hasUnder("transformer_blocks.0.qkv_proj_context.")
                || layers.hasUnder("transformer_blocks.0.attn.add_qkv_proj.")
                || layers.hasUnder("transformer_blocks.0.attn.to_added_qkv.");
    }

    /** Whether there is an input for the guidance, which schnell lacks. */
    static boolean isGuided(Layers layers) {
        return layers.has("guidance_in.in_layer.weight")
                || layers.has("time_text_embed.guidance_embedder.linear_1.weight");
    }

    private static long inputChannels(Layers layers) {
        return layers.dimension(layers.has("img_in.weight") ? "img_in.weight" : "x_embedder.weight", 1);
    }

    /** By the channels of the input: 64 are those of the picture that is made. */
    private static String needs(long channels) {
        return channels == 384 ? Edit.MASKED : channels == 128 ? Edit.CONTROL : "";
    }

    /** What differs from 19 double and 38 single blocks, 3072 wide, for 64 input channels. */
    static String shape(Layers layers) {
        boolean own = layers.has("img_in.weight");
        int doubles = layers.blocks(own ? "double_blocks" : "transformer_blocks");
        int singles = layers.blocks(own ? "single_blocks" : "single_transformer_blocks");
        long hidden = layers.dimension(own ? "img_in.weight" : "x_embedder.weight", 0);
        long channels = layers.dimension(own ? "img_in.weight" : "x_embedder.weight", 1);
        StringBuilder text = new StringBuilder();
        if (doubles != 19 || singles != 38) {
            text.append(", ").append(doubles).append(" + ").append(singles).append(" blocks instead of 19 + 38");
        }
        if (hidden != HIDDEN) {
            text.append(", ").append(hidden).append(" wide instead of 3072");
        }
        if (channels == 384) {
            text.append(", ").append(FILL);
        } else if (channels == 128) {
            text.append(", control (depth or canny)");
        }
        return text.isEmpty() ? "" : text.substring(2);
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        if (!layers.any(NATIVE) && !layers.any(SINGLE) && !layers.any(XLABS)) {
            return Optional.empty();
        }
        boolean wide = !layers.hasDimensions() || layers.hasDimension(HIDDEN);
        return Optional.of(FamilyMatch.of(ID, ANY).detail(wide ? "" : "not 3072 wide"));
    }

    private static Optional<FamilyMatch> control(Layers layers) {
        return layers.dimension("x_embedder.weight", 0) == HIDDEN
                        && layers.has("time_text_embed.text_embedder.linear_1.weight")
                ? Optional.of(FamilyMatch.of(ID, DEV_OR_FINETUNE))
                : Optional.empty();
    }

    /** Variants for pictures beside the prompt have wider inputs, and so have LoRAs that make one of dev. */
    private static Optional<Wider> wider(AdapterLayers layers) {
        Set<Long> channels = layers.widths(INPUT);
        boolean control = channels.contains(128L);
        return control || channels.contains(384L)
                ? Optional.of(new Wider(
                        FamilyMatch.of(ID, DEV)
                                .detail(control ? "for a control picture (depth or canny) beside the prompt" : FILL)
                                .needs(control ? Edit.CONTROL : Edit.MASKED),
                        !control))
                : Optional.empty();
    }
}
