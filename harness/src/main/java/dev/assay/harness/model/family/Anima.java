package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ModuleRules.rule;

import dev.assay.harness.model.family.ComfyVariant.Defaults;
import dev.assay.harness.model.family.GraphNodes.Latent;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.ModuleRules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Anima: Cosmos Predict 2 of two billion parameters, with a network that reads the prompt for it. */
final class Anima {
    private static final String ID = "anima";
    private static final String TITLE = "Anima";
    private static final Pattern ADAPTER = Pattern.compile("^llm_adapter_");

    private static final String NEGATIVE =
            "worst quality, low quality, score_1, score_2, score_3, blurry, jpeg artifacts, sepia";

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW, FamilyTrait.VIDEO_LATENTS),
            Signs.of(
                    Anima::model,
                    Anima::lora,
                    PublishedModel.of(
                            TITLE, Map.of("blocks", 28, "transformer_blocks", 28), ID, PublishedModel.authors(ID))),
            List.of("anima"),
            LoraFacts.of(ID, "Anima (or Cosmos Predict 2 of 2B, which has its layers)"),
            ModuleNaming.of(
                    Set.of("t_embedder.1.linear_1"), Set.of("time_embed.t_embedder.linear_1"), ModuleRules.of(rules())),
            TextEncoders.of(TextEncoder.QWEN3_06B),
            16,
            Sites.civitai("Anima"),
            ComfyUi.of(
                    ComfyUi.EVERY,
                    ComfyVariant.only(
                            ID,
                            TITLE,
                            new Defaults(1024, 30, 4, "euler", "simple", null, null),
                            NEGATIVE,
                            new TextEncoderFiles(
                                    List.of(List.of("qwen_3_06b_base.safetensors")), Map.of(1, "stable_diffusion")),
                            List.of("qwen_image_vae.safetensors"),
                            GraphNodes.of(Latent.ADAPTED_16, Shift.AURA))),
            DiffusersPipeline.NOT_KNOWN);

    private Anima() {}

    /** NVIDIA's names of Cosmos Predict 2 and those of diffusers. */
    private static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>(List.of(
                rule("x_embedder.proj.1", "patch_embed.proj"),
                rule("t_embedder.1.linear_1", "time_embed.t_embedder.linear_1"),
                rule("t_embedder.1.linear_2", "time_embed.t_embedder.linear_2"),
                rule("final_layer.adaln_modulation.1", "norm_out.linear_1"),
                rule("final_layer.adaln_modulation.2", "norm_out.linear_2"),
                rule("final_layer.linear", "proj_out"),
                rule("blocks.#.mlp.layer1", "transformer_blocks.$1.ff.net.0.proj"),
                rule("blocks.#.mlp.layer2", "transformer_blocks.$1.ff.net.2")));
        List<String> parts = List.of("self_attn", "cross_attn", "mlp");
        for (String part : parts) {
            String o = "blocks.#.";
            String d = "transformer_blocks.$1.";
            int number = parts.indexOf(part) + 1;
            rules.add(rule(o + "adaln_modulation_" + part + ".1", d + "norm" + number + ".linear_1"));
            rules.add(rule(o + "adaln_modulation_" + part + ".2", d + "norm" + number + ".linear_2"));
            if (!part.equals("mlp")) {
                rules.add(rule(o + part + ".q_proj", d + "attn" + number + ".to_q"));
                rules.add(rule(o + part + ".k_proj", d + "attn" + number + ".to_k"));
                rules.add(rule(o + part + ".v_proj", d + "attn" + number + ".to_v"));
                rules.add(rule(o + part + ".output_proj", d + "attn" + number + ".to_out.0"));
            }
        }
        return rules;
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        return layers.has("blocks.0.mlp.layer1.weight") && layers.hasUnder("llm_adapter.")
                ? Optional.of(FamilyMatch.of(ID, "Anima or a finetune of it"))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(ADAPTER) ? Optional.of(FamilyMatch.of(ID, TITLE)) : Optional.empty();
    }
}
