package dev.assay.harness.nn.vision;

import dev.assay.harness.nn.weights.StateDict;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of image encoders in the layouts that people have, brought to transformers' names of CLIP: those of transformers with and without
 * {@code vision_model.}, of open_clip ({@code visual.}), of DINOv2 in transformers and in its own repository.
 */
public final class VisionLayouts {
    private record Rule(Pattern from, String to) {
        Rule(String from, String to) {
            this(Pattern.compile(from), to);
        }
    }

    /** Applied in this order, each to what the one before left. */
    private static final List<Rule> RULES = List.of(
            new Rule("^vision_model\\.", ""),
            new Rule("^visual\\.", ""),
            // open_clip
            new Rule("^conv1\\.weight$", "embeddings.patch_embedding.weight"),
            new Rule("^class_embedding$", "embeddings.class_embedding"),
            new Rule("^positional_embedding$", "embeddings.position_embedding.weight"),
            new Rule("^ln_pre\\.", "pre_layrnorm."),
            new Rule("^ln_post\\.", "post_layernorm."),
            new Rule("^transformer\\.resblocks\\.", "encoder.layers."),
            new Rule("\\.ln_([12])\\.", ".layer_norm$1."),
            new Rule("\\.attn\\.in_proj_(weight|bias)$", ".self_attn.in_proj.$1"),
            new Rule("\\.attn\\.out_proj\\.", ".self_attn.out_proj."),
            new Rule("\\.mlp\\.c_fc\\.", ".mlp.fc1."),
            new Rule("\\.mlp\\.c_proj\\.", ".mlp.fc2."),
            // SigLIP's pooling head
            new Rule("^head\\.attention\\.in_proj_(weight|bias)$", "head.attention.in_proj.$1"),
            // CLIP under DINO's names, as DreamSim has it
            new Rule("^pos_drop\\.", "pre_layrnorm."),
            // DINO and DINOv2 in their own repositories
            new Rule("^cls_token$", "embeddings.class_embedding"),
            new Rule("^pos_embed$", "embeddings.position_embedding.weight"),
            new Rule("^register_tokens$", "embeddings.register_tokens"),
            new Rule("^patch_embed\\.proj\\.", "embeddings.patch_embedding."),
            new Rule("^blocks\\.", "encoder.layers."),
            new Rule("\\.attn\\.qkv\\.", ".self_attn.in_proj."),
            new Rule("\\.attn\\.proj\\.", ".self_attn.out_proj."),
            new Rule("\\.ls([12])\\.gamma$", ".layer_scale$1.lambda1"),
            new Rule("^norm\\.", "post_layernorm."),
            // DINOv2 in transformers, saved by either of its versions
            new Rule("^embeddings\\.cls_token$", "embeddings.class_embedding"),
            new Rule("^embeddings\\.position_embeddings$", "embeddings.position_embedding.weight"),
            new Rule("^embeddings\\.patch_embeddings\\.projection\\.", "embeddings.patch_embedding."),
            new Rule("^encoder\\.layer\\.", "encoder.layers."),
            new Rule("\\.attention\\.attention\\.(q|k|v)(uery|ey|alue)\\.", ".self_attn.$1_proj."),
            new Rule("\\.attention\\.output\\.dense\\.", ".self_attn.out_proj."),
            new Rule("\\.attention\\.(q|k|v)_proj\\.", ".self_attn.$1_proj."),
            new Rule("\\.attention\\.o_proj\\.", ".self_attn.out_proj."),
            new Rule("\\.norm([12])\\.", ".layer_norm$1."),
            new Rule("^layernorm\\.", "post_layernorm."));

    private VisionLayouts() {}

    /** The encoder's weights under CLIP's names; what belongs to training alone ({@code mask_token}) is left out. */
    public static StateDict names(StateDict weights) {
        return weights.rename(VisionLayouts::name);
    }

    /** The name of a tensor of one layer of open_clip, {@code N.ln_1.weight}, in an encoder of transformers; null for what belongs to training alone. */
    public static @Nullable String layer(String found) {
        return name("transformer.resblocks." + found);
    }

    static @Nullable String name(String found) {
        if (found.endsWith("mask_token")) {
            return null;
        }
        String name = found;
        for (Rule rule : RULES) {
            Matcher m = rule.from.matcher(name);
            name = m.find() ? m.replaceAll(rule.to) : name;
        }
        return name;
    }
}
