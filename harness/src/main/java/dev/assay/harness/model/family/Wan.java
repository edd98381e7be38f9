package dev.assay.harness.model.family;

import static dev.assay.harness.model.family.ModuleRules.rule;

import dev.assay.harness.model.family.ModuleRules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Wan 2.x: a video model. */
final class Wan {
    private static final String ID = "wan";
    private static final Pattern BLOCKS = Pattern.compile(
            "^blocks_N_(self_attn_[qkvo]|cross_attn_([qkvo]|k_img|v_img))$|^blocks_N_attn[12]_(to_[qkv]|to_out|add_k_proj)");

    static final ModelFamily FAMILY = new ModelFamily(
            ID,
            "Wan",
            Set.of(FamilyTrait.FLOW, FamilyTrait.VIDEO_LATENTS, FamilyTrait.VIDEO),
            Signs.of(Wan::model, Wan::lora),
            List.of("wan"),
            LoraFacts.of(ID, "Wan (video)"),
            ModuleNaming.of(
                    Set.of("blocks.0.cross_attn.q"),
                    Set.of("blocks.0.attn1.to_q", "condition_embedder.time_proj"),
                    ModuleRules.of(rules())),
            TextEncoders.of(),
            16,
            Sites.civitai("Wan Video"),
            ComfyUi.noneYet(OtherFamily.VIDEO, ComfyUi.EVERY),
            DiffusersPipeline.NOT_KNOWN);

    private Wan() {}

    /** Alibaba's names and those of diffusers. */
    private static List<Rule> rules() {
        String embedder = "condition_embedder.";
        List<Rule> rules = new ArrayList<>(List.of(
                rule("time_embedding.0", embedder + "time_embedder.linear_1"),
                rule("time_embedding.2", embedder + "time_embedder.linear_2"),
                rule("text_embedding.0", embedder + "text_embedder.linear_1"),
                rule("text_embedding.2", embedder + "text_embedder.linear_2"),
                rule("time_projection.1", embedder + "time_proj"),
                rule("img_emb.proj.0", embedder + "image_embedder.norm1"),
                rule("img_emb.proj.1", embedder + "image_embedder.ff.net.0.proj"),
                rule("img_emb.proj.3", embedder + "image_embedder.ff.net.2"),
                rule("img_emb.proj.4", embedder + "image_embedder.norm2"),
                rule("blocks.#.cross_attn.k_img", "blocks.$1.attn2.add_k_proj"),
                rule("blocks.#.cross_attn.v_img", "blocks.$1.attn2.add_v_proj"),
                rule("blocks.#.cross_attn.norm_k_img", "blocks.$1.attn2.norm_added_k"),
                rule("blocks.#.ffn.0", "blocks.$1.ffn.net.0.proj"),
                rule("blocks.#.ffn.2", "blocks.$1.ffn.net.2"),
                rule("blocks.#.norm3", "blocks.$1.norm2"),
                rule("head.head", "proj_out")));
        for (String attention : List.of("self_attn.", "cross_attn.")) {
            String o = "blocks.#." + attention;
            String d = "blocks.$1." + (attention.startsWith("self") ? "attn1." : "attn2.");
            rules.add(rule(o + "q", d + "to_q"));
            rules.add(rule(o + "k", d + "to_k"));
            rules.add(rule(o + "v", d + "to_v"));
            rules.add(rule(o + "o", d + "to_out.0"));
            rules.add(rule(o + "norm_q", d + "norm_q"));
            rules.add(rule(o + "norm_k", d + "norm_k"));
        }
        return rules;
    }

    private static Optional<FamilyMatch> model(Layers layers) {
        boolean diffusers =
                layers.has("condition_embedder.text_embedder.linear_1.weight") && layers.hasUnder("blocks.0.attn1.");
        return layers.has("head.modulation") || diffusers ? Optional.of(match()) : Optional.empty();
    }

    private static Optional<FamilyMatch> lora(AdapterLayers layers) {
        return layers.any(BLOCKS) ? Optional.of(match()) : Optional.empty();
    }

    private static FamilyMatch match() {
        return FAMILY.match(FAMILY.loras().title());
    }
}
