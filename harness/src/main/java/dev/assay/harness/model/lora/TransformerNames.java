package dev.assay.harness.model.lora;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two names of a diffusion transformer's modules where its authors and diffusers disagree, and which of diffusers' modules
 * make up the rows of one fused module of the authors'. Rules hold for any number of blocks.
 */
public final class TransformerNames {
    /**
     * One module of the authors' and the modules of diffusers whose rows, in this order, are its rows.
     *
     * @param swapped whether diffusers has the two halves of the rows the other way round (scale, shift for shift, scale)
     */
    public record Pair(String original, List<String> diffusers, boolean swapped) {}

    private record Rule(Pattern original, List<String> diffusers, boolean swapped) {
        static Rule of(String original, String... diffusers) {
            return new Rule(compiled(original), List.of(diffusers), false);
        }

        private static Pattern compiled(String original) {
            return Pattern.compile(original.replace(".", "\\.").replace("#", "(\\d+)"));
        }
    }

    private static final String T = "transformer_blocks.$1.";
    private static final String S = "single_transformer_blocks.$1.";
    private static final String TIME = "time_text_embed.";

    /** Flux.1 and Chroma (Black Forest Labs / diffusers). */
    public static final TransformerNames FLUX = new TransformerNames(List.of(
            Rule.of("img_in", "x_embedder"),
            Rule.of("txt_in", "context_embedder"),
            Rule.of("time_in.in_layer", TIME + "timestep_embedder.linear_1"),
            Rule.of("time_in.out_layer", TIME + "timestep_embedder.linear_2"),
            Rule.of("vector_in.in_layer", TIME + "text_embedder.linear_1"),
            Rule.of("vector_in.out_layer", TIME + "text_embedder.linear_2"),
            Rule.of("guidance_in.in_layer", TIME + "guidance_embedder.linear_1"),
            Rule.of("guidance_in.out_layer", TIME + "guidance_embedder.linear_2"),
            Rule.of("double_blocks.#.img_attn.qkv", T + "attn.to_q", T + "attn.to_k", T + "attn.to_v"),
            Rule.of(
                    "double_blocks.#.txt_attn.qkv",
                    T + "attn.add_q_proj",
                    T + "attn.add_k_proj",
                    T + "attn.add_v_proj"),
            Rule.of("double_blocks.#.img_attn.proj", T + "attn.to_out.0"),
            Rule.of("double_blocks.#.txt_attn.proj", T + "attn.to_add_out"),
            Rule.of("double_blocks.#.img_attn.norm.query_norm", T + "attn.norm_q"),
            Rule.of("double_blocks.#.img_attn.norm.key_norm", T + "attn.norm_k"),
            Rule.of("double_blocks.#.txt_attn.norm.query_norm", T + "attn.norm_added_q"),
            Rule.of("double_blocks.#.txt_attn.norm.key_norm", T + "attn.norm_added_k"),
            Rule.of("double_blocks.#.img_mlp.0", T + "ff.net.0.proj"),
            Rule.of("double_blocks.#.img_mlp.2", T + "ff.net.2"),
            Rule.of("double_blocks.#.txt_mlp.0", T + "ff_context.net.0.proj"),
            Rule.of("double_blocks.#.txt_mlp.2", T + "ff_context.net.2"),
            Rule.of("double_blocks.#.img_mod.lin", T + "norm1.linear"),
            Rule.of("double_blocks.#.txt_mod.lin", T + "norm1_context.linear"),
            Rule.of("single_blocks.#.linear1", S + "attn.to_q", S + "attn.to_k", S + "attn.to_v", S + "proj_mlp"),
            Rule.of("single_blocks.#.linear2", S + "proj_out"),
            Rule.of("single_blocks.#.modulation.lin", S + "norm.linear"),
            Rule.of("single_blocks.#.norm.query_norm", S + "attn.norm_q"),
            Rule.of("single_blocks.#.norm.key_norm", S + "attn.norm_k"),
            Rule.of("final_layer.linear", "proj_out"),
            new Rule(Rule.compiled("final_layer.adaLN_modulation.1"), List.of("norm_out.linear"), true)));

    /** What Chroma has in place of Flux's modulations (lodestone-rock / diffusers). */
    static final TransformerNames CHROMA = new TransformerNames(List.of(
            Rule.of("distilled_guidance_layer.layers.#.in_layer", "distilled_guidance_layer.layers.$1.linear_1"),
            Rule.of("distilled_guidance_layer.layers.#.out_layer", "distilled_guidance_layer.layers.$1.linear_2")));

    /** What Flux.2 calls otherwise in diffusers, and LyCORIS with it: fused modules and the feed-forward layers. */
    static final TransformerNames FLUX_2 = new TransformerNames(List.of(
            Rule.of("double_blocks.#.img_mlp.0", T + "ff.linear_in"),
            Rule.of("double_blocks.#.img_mlp.2", T + "ff.linear_out"),
            Rule.of("double_blocks.#.txt_mlp.0", T + "ff_context.linear_in"),
            Rule.of("double_blocks.#.txt_mlp.2", T + "ff_context.linear_out"),
            Rule.of("single_blocks.#.linear1", S + "attn.to_qkv_mlp_proj"),
            Rule.of("single_blocks.#.linear2", S + "attn.to_out")));

    private static final String GUIDANCE = "time_guidance_embed.";

    /** Flux.2 as diffusers names all of it (Black Forest Labs / diffusers). */
    public static final TransformerNames FLUX_2_DIFFUSERS = new TransformerNames(flux2());

    private static List<Rule> flux2() {
        List<Rule> rules = new ArrayList<>(FLUX_2.rules);
        rules.add(Rule.of("time_in.in_layer", GUIDANCE + "timestep_embedder.linear_1"));
        rules.add(Rule.of("time_in.out_layer", GUIDANCE + "timestep_embedder.linear_2"));
        rules.add(Rule.of("guidance_in.in_layer", GUIDANCE + "guidance_embedder.linear_1"));
        rules.add(Rule.of("guidance_in.out_layer", GUIDANCE + "guidance_embedder.linear_2"));
        for (String kind : List.of("single_stream_", "double_stream_")) {
            for (String stream : List.of("modulation", "modulation_img", "modulation_txt")) {
                rules.add(Rule.of(kind + stream + ".lin", kind + stream + ".linear"));
            }
        }
        rules.addAll(FLUX.rules); // the rest is called as in Flux.1
        return List.copyOf(rules);
    }

    private static final String X = "joint_blocks.#.x_block.";
    private static final String C = "joint_blocks.#.context_block.";

    /** Stable Diffusion 3 and 3.5 (Stability AI / diffusers). */
    static final TransformerNames SD3 = new TransformerNames(List.of(
            Rule.of("x_embedder.proj", "pos_embed.proj"),
            Rule.of("t_embedder.mlp.0", TIME + "timestep_embedder.linear_1"),
            Rule.of("t_embedder.mlp.2", TIME + "timestep_embedder.linear_2"),
            Rule.of("y_embedder.mlp.0", TIME + "text_embedder.linear_1"),
            Rule.of("y_embedder.mlp.2", TIME + "text_embedder.linear_2"),
            Rule.of(X + "attn.qkv", T + "attn.to_q", T + "attn.to_k", T + "attn.to_v"),
            Rule.of(C + "attn.qkv", T + "attn.add_q_proj", T + "attn.add_k_proj", T + "attn.add_v_proj"),
            Rule.of(X + "attn.proj", T + "attn.to_out.0"),
            Rule.of(C + "attn.proj", T + "attn.to_add_out"),
            Rule.of(X + "attn.ln_q", T + "attn.norm_q"),
            Rule.of(X + "attn.ln_k", T + "attn.norm_k"),
            Rule.of(C + "attn.ln_q", T + "attn.norm_added_q"),
            Rule.of(C + "attn.ln_k", T + "attn.norm_added_k"),
            Rule.of(X + "attn2.qkv", T + "attn2.to_q", T + "attn2.to_k", T + "attn2.to_v"),
            Rule.of(X + "attn2.proj", T + "attn2.to_out.0"),
            Rule.of(X + "attn2.ln_q", T + "attn2.norm_q"),
            Rule.of(X + "attn2.ln_k", T + "attn2.norm_k"),
            Rule.of(X + "mlp.fc1", T + "ff.net.0.proj"),
            Rule.of(X + "mlp.fc2", T + "ff.net.2"),
            Rule.of(C + "mlp.fc1", T + "ff_context.net.0.proj"),
            Rule.of(C + "mlp.fc2", T + "ff_context.net.2"),
            Rule.of(X + "adaLN_modulation.1", T + "norm1.linear"),
            Rule.of(C + "adaLN_modulation.1", T + "norm1_context.linear"),
            Rule.of("final_layer.linear", "proj_out"),
            new Rule(Rule.compiled("final_layer.adaLN_modulation.1"), List.of("norm_out.linear"), true)));

    /** Z-Image (Alibaba / diffusers). */
    static final TransformerNames Z_IMAGE = new TransformerNames(zImage());

    private static List<Rule> zImage() {
        List<Rule> rules = new ArrayList<>();
        for (String stack : List.of("layers", "noise_refiner", "context_refiner")) {
            String o = stack + ".#.attention.";
            String d = stack + ".$1.attention.";
            rules.add(Rule.of(o + "qkv", d + "to_q", d + "to_k", d + "to_v"));
            rules.add(Rule.of(o + "out", d + "to_out.0"));
            rules.add(Rule.of(o + "q_norm", d + "norm_q"));
            rules.add(Rule.of(o + "k_norm", d + "norm_k"));
        }
        rules.add(Rule.of("x_embedder", "all_x_embedder.2-1"));
        rules.add(Rule.of("final_layer.linear", "all_final_layer.2-1.linear"));
        rules.add(Rule.of("final_layer.adaLN_modulation.1", "all_final_layer.2-1.adaLN_modulation.1"));
        return List.copyOf(rules);
    }

    /** Lumina Image 2 (Alpha-VLLM / diffusers). */
    static final TransformerNames LUMINA = new TransformerNames(lumina());

    private static List<Rule> lumina() {
        List<Rule> rules = new ArrayList<>();
        for (String stack : List.of("layers", "noise_refiner", "context_refiner")) {
            String o = stack + ".#.";
            String d = stack + ".$1.";
            rules.add(Rule.of(o + "attention.qkv", d + "attn.to_q", d + "attn.to_k", d + "attn.to_v"));
            rules.add(Rule.of(o + "attention.out", d + "attn.to_out.0"));
            rules.add(Rule.of(o + "attention.q_norm", d + "attn.norm_q"));
            rules.add(Rule.of(o + "attention.k_norm", d + "attn.norm_k"));
            rules.add(Rule.of(o + "feed_forward.w1", d + "feed_forward.linear_1"));
            rules.add(Rule.of(o + "feed_forward.w2", d + "feed_forward.linear_2"));
            rules.add(Rule.of(o + "feed_forward.w3", d + "feed_forward.linear_3"));
            rules.add(Rule.of(o + "adaLN_modulation.1", d + "norm1.linear"));
        }
        rules.add(Rule.of("t_embedder.mlp.0", "time_caption_embed.timestep_embedder.linear_1"));
        rules.add(Rule.of("t_embedder.mlp.2", "time_caption_embed.timestep_embedder.linear_2"));
        rules.add(Rule.of("cap_embedder.1", "time_caption_embed.caption_embedder.1"));
        rules.add(Rule.of("final_layer.adaLN_modulation.1", "norm_out.linear_1"));
        rules.add(Rule.of("final_layer.linear", "norm_out.linear_2"));
        return List.copyOf(rules);
    }

    /** Wan 2.1 and 2.2 (Alibaba / diffusers). */
    static final TransformerNames WAN = new TransformerNames(wan());

    private static List<Rule> wan() {
        String embedder = "condition_embedder.";
        List<Rule> rules = new ArrayList<>(List.of(
                Rule.of("time_embedding.0", embedder + "time_embedder.linear_1"),
                Rule.of("time_embedding.2", embedder + "time_embedder.linear_2"),
                Rule.of("text_embedding.0", embedder + "text_embedder.linear_1"),
                Rule.of("text_embedding.2", embedder + "text_embedder.linear_2"),
                Rule.of("time_projection.1", embedder + "time_proj"),
                Rule.of("img_emb.proj.0", embedder + "image_embedder.norm1"),
                Rule.of("img_emb.proj.1", embedder + "image_embedder.ff.net.0.proj"),
                Rule.of("img_emb.proj.3", embedder + "image_embedder.ff.net.2"),
                Rule.of("img_emb.proj.4", embedder + "image_embedder.norm2"),
                Rule.of("blocks.#.cross_attn.k_img", "blocks.$1.attn2.add_k_proj"),
                Rule.of("blocks.#.cross_attn.v_img", "blocks.$1.attn2.add_v_proj"),
                Rule.of("blocks.#.cross_attn.norm_k_img", "blocks.$1.attn2.norm_added_k"),
                Rule.of("blocks.#.ffn.0", "blocks.$1.ffn.net.0.proj"),
                Rule.of("blocks.#.ffn.2", "blocks.$1.ffn.net.2"),
                Rule.of("blocks.#.norm3", "blocks.$1.norm2"),
                Rule.of("head.head", "proj_out")));
        for (String attention : List.of("self_attn.", "cross_attn.")) {
            String o = "blocks.#." + attention;
            String d = "blocks.$1." + (attention.startsWith("self") ? "attn1." : "attn2.");
            rules.add(Rule.of(o + "q", d + "to_q"));
            rules.add(Rule.of(o + "k", d + "to_k"));
            rules.add(Rule.of(o + "v", d + "to_v"));
            rules.add(Rule.of(o + "o", d + "to_out.0"));
            rules.add(Rule.of(o + "norm_q", d + "norm_q"));
            rules.add(Rule.of(o + "norm_k", d + "norm_k"));
        }
        return List.copyOf(rules);
    }

    /** CLIP in OpenCLIP's layout (SD 2 and SDXL checkpoints) and in that of transformers. */
    static final TransformerNames OPEN_CLIP = new TransformerNames(List.of(
            Rule.of("token_embedding", "text_model.embeddings.token_embedding"),
            Rule.of("ln_final", "text_model.final_layer_norm"),
            Rule.of(
                    "transformer.resblocks.#.attn.in_proj",
                    "text_model.encoder.layers.$1.self_attn.q_proj",
                    "text_model.encoder.layers.$1.self_attn.k_proj",
                    "text_model.encoder.layers.$1.self_attn.v_proj"),
            Rule.of("transformer.resblocks.#.attn.out_proj", "text_model.encoder.layers.$1.self_attn.out_proj"),
            Rule.of("transformer.resblocks.#.ln_1", "text_model.encoder.layers.$1.layer_norm1"),
            Rule.of("transformer.resblocks.#.ln_2", "text_model.encoder.layers.$1.layer_norm2"),
            Rule.of("transformer.resblocks.#.mlp.c_fc", "text_model.encoder.layers.$1.mlp.fc1"),
            Rule.of("transformer.resblocks.#.mlp.c_proj", "text_model.encoder.layers.$1.mlp.fc2")));

    private final List<Rule> rules;

    private TransformerNames(List<Rule> rules) {
        this.rules = rules;
    }

    /** Pairs of the authors' modules that these are; modules without a rule are left out. */
    public List<Pair> ofOriginal(Collection<String> original) {
        List<Pair> pairs = new ArrayList<>();
        for (String module : original) {
            for (Rule rule : rules) {
                Matcher matcher = rule.original.matcher(module);
                if (matcher.matches()) {
                    List<String> diffusers = rule.diffusers.stream()
                            .map(d -> matcher.groupCount() == 0 ? d : d.replace("$1", matcher.group(1)))
                            .toList();
                    pairs.add(new Pair(module, diffusers, rule.swapped));
                    break;
                }
            }
        }
        return pairs;
    }

    /** Pairs of the authors' modules that a model of diffusers with these modules would have. */
    List<Pair> ofDiffusers(Collection<String> diffusers) {
        List<Pair> pairs = new ArrayList<>();
        for (Rule rule : rules) {
            Pattern first =
                    Pattern.compile(rule.diffusers.get(0).replace(".", "\\.").replace("$1", "(\\d+)"));
            for (String module : diffusers) {
                Matcher matcher = first.matcher(module);
                if (matcher.matches()) {
                    String number = matcher.groupCount() == 0 ? "" : matcher.group(1);
                    String original =
                            rule.original.pattern().replace("\\.", ".").replace("(\\d+)", number);
                    pairs.add(new Pair(
                            original,
                            rule.diffusers.stream()
                                    .map(d -> d.replace("$1", number))
                                    .toList(),
                            rule.swapped));
                }
            }
        }
        return pairs;
    }
}
