package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.DIFFUSERS;
import static dev.assay.harness.model.family.ComfyUiSpelling.Names.ORIGINAL;
import static dev.assay.harness.model.family.ComfyUiSpelling.dotted;
import static dev.assay.harness.model.family.ComfyUiSpelling.flat;
import static dev.assay.harness.model.family.ModuleRules.rule;
import static dev.assay.harness.model.family.ModuleRules.swapped;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Stable Diffusion 3 and 3.5: a transformer of joint blocks, as wide as 64 times its depth. */
public final class StableDiffusion3 {
    private static final String ID = "sd3";
    private static final String TITLE = "Stable Diffusion 3 or 3.5";
    private static final Pattern JOINT = Pattern.compile("^joint_blocks_N_(x_block|context_block)");
    private static final Pattern ADDED = Pattern.compile("^transformer_blocks_N_attn_add_[qkv]_proj$");
    private static final Pattern SINGLE = Pattern.compile("single_");

    private static final String X = "joint_blocks.#.x_block.";
    private static final String C = "joint_blocks.#.context_block.";
    private static final String T = "transformer_blocks.$1.";
    private static final String TIME = "time_text_embed.";

    /** Stability AI's names and those of diffusers. */
    private static final ModuleRules RULES = ModuleRules.of(
            rule("x_embedder.proj", "pos_embed.proj"),
            rule("t_embedder.mlp.0", TIME + "timestep_embedder.linear_1"),
            rule("t_embedder.mlp.2", TIME + "timestep_embedder.linear_2"),
            rule("y_embedder.mlp.0", TIME + "text_embedder.linear_1"),
            rule("y_embedder.mlp.2", TIME + "text_embedder.linear_2"),
            rule(X + "attn.qkv", T + "attn.to_q", T + "attn.to_k", T + "attn.to_v"),
            rule(C + "attn.qkv", T + "attn.add_q_proj", T + "attn.add_k_proj", T + "attn.add_v_proj"),
            rule(X + "attn.proj", T + "attn.to_out.0"),
            rule(C + "attn.proj", T + "attn.to_add_out"),
            rule(X + "attn.ln_q", T + "attn.norm_q"),
            rule(X + "attn.ln_k", T + "attn.norm_k"),
            rule(C + "attn.ln_q", T + "attn.norm_added_q"),
            rule(C + "attn.ln_k", T + "attn.norm_added_k"),
            rule(X + "attn2.qkv", T + "attn2.to_q", T + "attn2.to_k", T + "attn2.to_v"),
            rule(X + "attn2.proj", T + "attn2.to_out.0"),
            rule(X + "attn2.ln_q", T + "attn2.norm_q"),
            rule(X + "attn2.ln_k", T + "attn2.norm_k"),
            rule(X + "mlp.fc1", T + "ff.net.0.proj"),
            rule(X + "mlp.fc2", T + "ff.net.2"),
            rule(C + "mlp.fc1", T + "ff_context.net.0.proj"),
            rule(C + "mlp.fc2", T + "ff_context.net.2"),
            rule(X + "adaLN_modulation.1", T + "norm1.linear"),
            rule(C + "adaLN_modulation.1", T + "norm1_context.linear"),
            rule("final_layer.linear", "proj_out"),
            swapped("final_layer.adaLN_modulation.1", "norm_out.linear"));

    private static final String SHARED = "^context_embedder$";
    /** The module that authors and diffusers call the same. */
    public static final Pattern SAME = Pattern.compile(SHARED);

    private static final List<ComfyUiSpelling> COMFYUI_NAMES = ComfyUi.with(
            dotted("transformer.", DIFFUSERS),
            dotted("base_model.model.", DIFFUSERS),
            flat("lora_transformer_", DIFFUSERS),
            flat("lycoris_", DIFFUSERS),
            dotted("transformer.", ORIGINAL).only(SHARED),
            dotted("base_model.model.", ORIGINAL).only(SHARED),
            flat("lora_transformer_", ORIGINAL).only(SHARED),
            flat("lycoris_", ORIGINAL).only(SHARED));

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW),
            Signs.of(
                    StableDiffusion3::model,
                    StableDiffusion3::lora,
                    size("medium", 24, "sd3-medium"),
                    size("medium", 24, "sd35-medium"),
                    size("large", 38, "sd35-large")),
            List.of("stable-diffusion-3", "sd3"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.of(
                    Set.of("joint_blocks.0.x_block.attn.qkv"),
                    Set.of("pos_embed.proj", "transformer_blocks.0.attn.add_q_proj"),
                    RULES),
            TextEncoders.of(TextEncoder.CLIP_L, TextEncoder.CLIP_G, TextEncoder.T5_XXL),
            16,
            Sites.civitai("SD 3.5"),
            ComfyUi.of(
                    COMFYUI_NAMES,
                    ComfyVariant.only(
                            ID,
                            "SD 3.5",
                            new Defaults(1024, 20, 4.01, "euler", "sgm_uniform", null, null),
                            "",
                            new TextEncoderFiles(
                                    List.of(
                                            TextEncoderFiles.CLIP_L,
                                            TextEncoderFiles.CLIP_G,
                                            TextEncoderFiles.T5_LARGE),
                                    Map.of(1, "sd3", 2, "sd3", 3, TextEncoderFiles.NO_TYPE)),
                            List.of("sd3.5_vae.safetensors", "sd3_vae.safetensors"),
                            GraphNodes.of(Latent.CHANNELS_16, Shift.SD3, Trait.LORA_ON_TEXT))),
            DiffusersPipeline.STABLE_DIFFUSION_3);

    private StableDiffusion3() {}

    private static PublishedModel size(String detail, int blocks, String file) {
        return new PublishedModel(
                TITLE, detail, Map.of("joint_blocks", blocks, "transformer_blocks", blocks), List.of(file));
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        if (layers.has("joint_blocks.0.context_block.attn.qkv.weight")) {
            long depth = layers.dimension("x_embedder.proj.weight", 0) / 64;
            return match(
                    depth,
                    layers.has("joint_blocks.0.x_block.attn.ln_q.weight"),
                    layers.has("joint_blocks.0.x_block.attn2.qkv.weight"));
        }
        if (layers.has("pos_embed.proj.weight")
                && layers.has("context_embedder.weight")
                && layers.has("transformer_blocks.0.attn.add_k_proj.weight")) {
            return match(
                    layers.dimension("pos_embed.proj.weight", 0) / 64,
                    layers.has("transformer_blocks.0.attn.norm_q.weight"),
                    layers.has("transformer_blocks.0.attn2.to_q.weight"));
        }
        return Optional.empty();
    }

    private static Optional<FamilyMatch> match(long depth, boolean normalised, boolean dual) {
        FamilyMatch match = FamilyMatch.of(ID, normalised ? "Stable Diffusion 3.5" : "Stable Diffusion 3");
        if (dual || (depth == 24 && !normalised)) {
            return Optional.of(match.detail("medium"));
        }
        return Optional.of(match.detail(depth == 38 ? "large" : depth + " blocks"));
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        if (layers.any(JOINT)) {
            return Optional.of(sized(layers));
        }
        boolean width = layers.hasDimension(1536) || layers.hasDimension(2432);
        return layers.any(ADDED) && !layers.any(SINGLE) && width ? Optional.of(sized(layers)) : Optional.empty();
    }

    private static FamilyMatch sized(AdapterLayers layers) {
        return FamilyMatch.of(ID, TITLE)
                .detail(layers.hasDimension(2432) ? "large" : layers.hasDimension(1536) ? "medium" : "");
    }
}
