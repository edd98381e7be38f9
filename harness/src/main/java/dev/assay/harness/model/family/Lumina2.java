package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ModuleRules.rule;

import dev.assay.harness.model.family.ModuleRules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lumina-Image 2.0, 2304 wide. */
final class Lumina2 {
    private static final String ID = "lumina2";
    private static final String TITLE = "Lumina-Image 2.0";
    private static final long WIDTH = 2304;

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            TITLE,
            Set.of(FamilyTrait.FLOW),
            Signs.of(Lumina2::model, Lumina2::lora, PublishedModel.of(TITLE, ZImage.blocks(26), ID)),
            List.of("lumina"),
            LoraFacts.of(ID, TITLE),
            ModuleNaming.of(ZImage.AUTHORS, Set.of("layers.0.attn.to_q"), ModuleRules.of(rules())),
            TextEncoders.of(TextEncoder.GEMMA2_2B),
            16,
            Sites.civitai("Lumina"),
            ComfyUi.noneYet("its template puts a text of its own before the prompt", ZImage.COMFYUI_NAMES),
            DiffusersPipeline.NOT_KNOWN);

    private Lumina2() {}

    /** Alpha-VLLM's names and those of diffusers. */
    private static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (String stack : ZImage.STACKS) {
            String o = stack + ".#.";
            String d = stack + ".$1.";
            rules.add(rule(o + "attention.qkv", d + "attn.to_q", d + "attn.to_k", d + "attn.to_v"));
            rules.add(rule(o + "attention.out", d + "attn.to_out.0"));
            rules.add(rule(o + "attention.q_norm", d + "attn.norm_q"));
            rules.add(rule(o + "attention.k_norm", d + "attn.norm_k"));
            rules.add(rule(o + "feed_forward.w1", d + "feed_forward.linear_1"));
            rules.add(rule(o + "feed_forward.w2", d + "feed_forward.linear_2"));
            rules.add(rule(o + "feed_forward.w3", d + "feed_forward.linear_3"));
            rules.add(rule(o + "adaLN_modulation.1", d + "norm1.linear"));
        }
        rules.add(rule("t_embedder.mlp.0", "time_caption_embed.timestep_embedder.linear_1"));
        rules.add(rule("t_embedder.mlp.2", "time_caption_embed.timestep_embedder.linear_2"));
        rules.add(rule("cap_embedder.1", "time_caption_embed.caption_embedder.1"));
        rules.add(rule("final_layer.adaLN_modulation.1", "norm_out.linear_1"));
        rules.add(rule("final_layer.linear", "norm_out.linear_2"));
        return rules;
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        return ZImage.width(layers) == WIDTH
                ? Optional.of(FamilyMatch.of(ID, "Lumina-Image 2.0 or a finetune of it"))
                : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(ZImage.BLOCKS) && layers.hasDimension(WIDTH)
                ? Optional.of(FamilyMatch.of(ID, TITLE))
                : Optional.empty();
    }
}
