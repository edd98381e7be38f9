package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ComfyUiSpelling.Names.DIFFUSERS;
import static dev.assay.harness.model.family.ComfyUiSpelling.Names.SHORT_OUT;
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

/** Krea 2, raw and turbo: 28 single blocks, 6144 wide, and a small network that joins the layers of its text encoder. */
public final class Krea2 {
    private static final String ID = "krea2";
    private static final String TITLE = "Krea 2";
    private static final String AUTHORS_MARK = "txtfusion.projector";
    private static final String DIFFUSERS_MARK = "text_fusion.projector";
    private static final Pattern NAMES = Pattern.compile("^blocks_N_attn_w[qkvo]$|^txtfusion_|^text_fusion_");

    /** Krea's names and those of diffusers, of the layers that LoRAs change. */
    public static final ModuleRules RULES = ModuleRules.of(rules());

    /** Some tools leave out the number of the output's layer. */
    private static final String OUT = "\\.to_out\\.0$";

    private static final List<ComfyUiSpelling> COMFYUI_NAMES = ComfyUi.with(
            dotted("transformer.", DIFFUSERS),
            dotted("diffusion_model.", DIFFUSERS),
            flat("lycoris_", DIFFUSERS),
            dotted("", DIFFUSERS),
            dotted("transformer.", SHORT_OUT).only(OUT),
            dotted("diffusion_model.", SHORT_OUT).only(OUT),
            flat("lycoris_", SHORT_OUT).only(OUT),
            dotted("", SHORT_OUT).only(OUT));

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW, FamilyTrait.VIDEO_LATENTS),
            Signs.of(
                    Krea2::model,
                    Krea2::lora,
                    PublishedModel.of(
                            TITLE, Map.of("blocks", 28, "transformer_blocks", 28), ID, PublishedModel.authors(ID))),
            List.of("krea2", "krea-2", "krea_2"),
            LoraFacts.of(ID, "Krea 2 (raw, turbo or a finetune; a LoRA does not tell)"),
            ModuleNaming.of(Set.of(AUTHORS_MARK), Set.of(DIFFUSERS_MARK), RULES),
            TextEncoders.of(TextEncoder.QWEN3_VL_4B),
            16,
            Sites.civitai("Krea 2"),
            ComfyUi.of(
                    COMFYUI_NAMES,
                    variant("turbo", new Defaults(1024, 8, 1, "euler", "simple", null, null), Trait.ZERO_NEGATIVE),
                    // Without a template of ComfyUI's: as the example of diffusers' pipeline has it, whose guidance of
                    // 4.5 counts from 0.
                    variant("raw", new Defaults(1024, 28, 5.5, "euler", "simple", null, null))),
            DiffusersPipeline.KREA_2);

    private Krea2() {}

    private static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>(List.of(
                rule("first", "img_in"),
                rule("tmlp.0", "time_embed.linear_1"),
                rule("tmlp.2", "time_embed.linear_2"),
                rule("tproj.1", "time_mod_proj"),
                rule("txtmlp.1", "txt_in.linear_1"),
                rule("txtmlp.3", "txt_in.linear_2"),
                rule(AUTHORS_MARK, DIFFUSERS_MARK),
                rule("last.linear", "final_layer.linear")));
        Map<String, String> blocks = Map.of(
                "blocks.#.", "transformer_blocks.$1.",
                "txtfusion.layerwise_blocks.#.", "text_fusion.layerwise_blocks.$1.",
                "txtfusion.refiner_blocks.#.", "text_fusion.refiner_blocks.$1.");
        blocks.forEach((o, d) -> rules.addAll(List.of(
                rule(o + "attn.wq", d + "attn.to_q"),
                rule(o + "attn.wk", d + "attn.to_k"),
                rule(o + "attn.wv", d + "attn.to_v"),
                rule(o + "attn.gate", d + "attn.to_gate"),
                rule(o + "attn.wo", d + "attn.to_out.0"),
                rule(o + "mlp.gate", d + "ff.gate"),
                rule(o + "mlp.up", d + "ff.up"),
                rule(o + "mlp.down", d + "ff.down"))));
        return rules;
    }

    private static ComfyVariant variant(String name, Defaults defaults, Trait... traits) {
        return new ComfyVariant(
                ID + "-" + name,
                ID,
                TITLE + " " + name,
                Optional.of(Pattern.compile("(?<![a-z])" + name + "(?![a-z])")),
                defaults,
                "",
                new TextEncoderFiles(
                        List.of(List.of("qwen3vl_4b_fp8_scaled.safetensors", "qwen3vl_4b_bf16.safetensors")),
                        Map.of(1, ID)),
                List.of("qwen_image_vae.safetensors"),
                GraphNodes.of(Latent.ADAPTED, Shift.FLUX, traits));
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        return layers.has(AUTHORS_MARK + ".weight") || layers.has(DIFFUSERS_MARK + ".weight")
                ? Optional.of(FamilyMatch.of(ID, "Krea 2 (raw, turbo or a finetune; the file does not tell)"))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(NAMES) ? Optional.of(FamilyMatch.of(ID, TITLE)) : Optional.empty();
    }
}
