package dev.assay.harness.model.inspect;

import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.family.PublishedModel;
import java.util.ArrayList;
import java.util.List;

/** Names and shapes of diffusion models in the layout of their authors, as ComfyUI's model folders hold them. */
public final class Models {
    private final List<Entry> entries = new ArrayList<>();

    private Models() {}

    private Models add(String name, long... shape) {
        entries.add(Entry.of(name, "F16", shape));
        return this;
    }

    private Models linear(String name, long out, long in) {
        return add(name + ".weight", out, in).add(name + ".bias", out);
    }

    /** Of every family, with the word that it must be given. */
    public static List<Entry> of(String model) {
        return switch (model) {
            case "sd15" -> unet(768, 4, false, 0, new int[] {1, 1, 1, 0}, 2);
            case "sd15-inpaint" -> unet(768, 9, false, 0, new int[] {1, 1, 1, 0}, 2);
            case "sd2" -> unet(1024, 4, true, 0, new int[] {1, 1, 1, 0}, 2);
            case "sdxl" -> unet(2048, 4, true, 2816, new int[] {0, 2, 10}, 2);
            case "ssd-1b" -> unet(2048, 4, true, 2816, new int[] {0, 2, 4}, 2);
            case "vega" -> unet(2048, 4, true, 2816, new int[] {0, 1, 2}, 2);
            case "koala" -> unet(2048, 4, true, 2816, new int[] {0, 2, 5}, 1);
            case "sdxl-refiner" -> unet(1280, 4, true, 2560, new int[] {0, 4, 4, 0}, 2);
            case "sd3-medium" -> sd3(24, false, false);
            case "sd35-medium" -> sd3(24, true, true);
            case "sd35-large" -> sd3(38, true, false);
            case "flux-dev" -> flux(3072, 19, 38, true, true, 64);
            case "flux-schnell" -> flux(3072, 19, 38, false, true, 64);
            case "flux-control" -> flux(3072, 19, 38, true, true, 128);
            case "flux-fill" -> flux(3072, 19, 38, true, true, 384);
            case "flux-lite" -> flux(3072, 8, 38, true, true, 64);
            case "flux-tiny" -> flux(128, 1, 1, true, true, 64);
            case "flux2" -> flux2(6144, 8, 48);
            case "chroma" -> chroma(false);
            case "chroma-radiance" -> chroma(true);
            case "qwen-image" -> qwen();
            case "hidream-i1" -> hidream();
            case "hidream-o1" ->
                new Models()
                        .linear("t_embedder1.mlp.0", 4096, 256)
                        .linear("x_embedder.proj1", 1024, 3072)
                        .linear("model.layers.0.self_attn.q_proj", 4096, 4096)
                        .entries;
            case "z-image" -> lumina(3840, 30);
            case "lumina2" -> lumina(2304, 26);
            case "wan" -> wan();
            case "hunyuan-video" -> hunyuan(5);
            case "hunyuan-image" -> hunyuan(4);
            case "cascade" -> new Models().linear("clf.1", 64, 2048).entries;
            case "auraflow" -> new Models().add("double_layers.0.attn.w1q.weight", 3072, 3072).entries;
            case "hunyuan-dit" -> new Models().linear("mlp_t5.0", 8192, 2048).entries;
            case "pixart" ->
                new Models().linear("t_block.1", 6912, 1152).linear("blocks.0.cross_attn.q_linear", 1152, 1152).entries;
            case "ideogram4" -> new Models().add("embed_image_indicator.weight", 2, 3072).entries;
            case "krea2", "anima" -> published(model + ".authors");
            case "qwen-image-2-1", "qwen-image-2-1-fused" -> published(model);
            case "cosmos" -> new Models().add("blocks.0.mlp.layer1.weight", 8192, 2048).entries;
            case "ovis" ->
                new Models()
                        .add("double_blocks.0.img_attn.norm.key_norm.scale", 128)
                        .add("double_blocks.0.img_mlp.gate_proj.weight", 8192, 3072)
                        .linear("img_in", 3072, 64)
                        .entries;
            default -> throw new IllegalArgumentException(model);
        };
    }

    private static List<Entry> published(String file) {
        Models m = new Models();
        PublishedModel.shapes(file).forEach((name, shape) -> m.entries.add(new Entry(name, "F16", shape)));
        return m.entries;
    }

    /** UNet in the LDM layout; {@code depths} are transformer blocks per attention of each level. */
    private static List<Entry> unet(int text, int channels, boolean linear, int addition, int[] depths, int blocks) {
        Models m = new Models();
        long base = addition == 2560 ? 384 : 320;
        int[] multiples = depths.length == 3 ? new int[] {1, 2, 4} : new int[] {1, 2, 4, 4};
        m.linear("time_embed.0", 4 * base, base).linear("time_embed.2", 4 * base, 4 * base);
        if (addition > 0) {
            m.linear("label_emb.0.0", 4 * base, addition).linear("label_emb.0.2", 4 * base, 4 * base);
        }
        m.add("input_blocks.0.0.weight", base, channels, 3, 3).add("input_blocks.0.0.bias", base);
        int index = 1;
        for (int level = 0; level < multiples.length; level++) {
            long width = base * multiples[level];
            for (int block = 0; block < blocks; block++, index++) {
                m.resnet("input_blocks." + index + ".0", width, base);
                m.transformer("input_blocks." + index + ".1", width, text, depths[level], linear);
            }
            if (level < multiples.length - 1) {
                m.add("input_blocks." + index + ".0.op.weight", width, width, 3, 3);
                index++;
            }
        }
        long deepest = base * multiples[multiples.length - 1];
        m.resnet("middle_block.0", deepest, base)
                .transformer("middle_block.1", deepest, text, Math.max(1, depths[depths.length - 1]), linear)
                .resnet("middle_block.2", deepest, base);
        index = 0;
        for (int level = multiples.length - 1; level >= 0; level--) {
            for (int block = 0; block <= blocks; block++, index++) {
                m.resnet("output_blocks." + index + ".0", base * multiples[level], base);
                m.transformer("output_blocks." + index + ".1", base * multiples[level], text, depths[level], linear);
            }
        }
        return m.linear("out.0", base, 1).add("out.2.weight", 4, base, 3, 3).entries;
    }

    private Models resnet(String name, long width, long base) {
        return add(name + ".in_layers.0.weight", width)
                .add(name + ".in_layers.2.weight", width, width, 3, 3)
                .linear(name + ".emb_layers.1", width, 4 * base)
                .add(name + ".out_layers.3.weight", width, width, 3, 3);
    }

    private Models transformer(String name, long width, int text, int depth, boolean linear) {
        if (depth == 0) {
            return this;
        }
        if (linear) {
            linear(name + ".proj_in", width, width);
        } else {
            add(name + ".proj_in.weight", width, width, 1, 1);
        }
        for (int i = 0; i < depth; i++) {
            String block = name + ".transformer_blocks." + i;
            add(block + ".attn1.to_q.weight", width, width)
                    .add(block + ".attn1.to_k.weight", width, width)
                    .add(block + ".attn2.to_q.weight", width, width)
                    .add(block + ".attn2.to_k.weight", width, text)
                    .add(block + ".attn2.to_v.weight", width, text)
                    .linear(block + ".ff.net.0.proj", 8 * width, width)
                    .linear(block + ".ff.net.2", width, 4L * width)
                    .add(block + ".norm1.weight", width);
        }
        return this;
    }

    private static List<Entry> sd3(int depth, boolean normalised, boolean dual) {
        int width = 64 * depth;
        Models m = new Models()
                .add("x_embedder.proj.weight", width, 16, 2, 2)
                .linear("context_embedder", width, 4096)
                .linear("y_embedder.mlp.0", width, 2048)
                .add("pos_embed", 1, 147_456, width);
        for (int i = 0; i < depth; i++) {
            for (String stream : List.of("context_block", "x_block")) {
                String block = "joint_blocks." + i + "." + stream;
                m.linear(block + ".attn.qkv", 3L * width, width).linear(block + ".mlp.fc1", 4L * width, width);
                if (normalised) {
                    m.add(block + ".attn.ln_q.weight", 64).add(block + ".attn.ln_k.weight", 64);
                }
            }
            if (dual && i < 13) {
                m.linear("joint_blocks." + i + ".x_block.attn2.qkv", 3L * width, width);
            }
        }
        return m.entries;
    }

    private static List<Entry> flux(
            int hidden, int doubles, int singles, boolean guided, boolean modulated, int channels) {
        Models m = new Models().linear("img_in", hidden, channels).linear("txt_in", hidden, 4096);
        if (modulated) {
            m.linear("vector_in.in_layer", hidden, 768).linear("time_in.in_layer", hidden, 256);
        }
        if (guided) {
            m.linear("guidance_in.in_layer", hidden, 256).linear("guidance_in.out_layer", hidden, hidden);
        }
        for (int i = 0; i < doubles; i++) {
            for (String stream : List.of("img", "txt")) {
                String block = "double_blocks." + i + "." + stream;
                m.linear(block + "_attn.qkv", 3L * hidden, hidden)
                        .linear(block + "_attn.proj", hidden, hidden)
                        .add(block + "_attn.norm.key_norm.scale", 128)
                        .add(block + "_attn.norm.query_norm.scale", 128)
                        .linear(block + "_mlp.0", 4L * hidden, hidden)
                        .linear(block + "_mlp.2", hidden, 4L * hidden);
                if (modulated) {
                    m.linear(block + "_mod.lin", 6L * hidden, hidden);
                }
            }
        }
        for (int i = 0; i < singles; i++) {
            String block = "single_blocks." + i;
            m.linear(block + ".linear1", 7L * hidden, hidden)
                    .linear(block + ".linear2", hidden, 5L * hidden)
                    .add(block + ".norm.key_norm.scale", 128);
            if (modulated) {
                m.linear(block + ".modulation.lin", 3L * hidden, hidden);
            }
        }
        return m.linear("final_layer.linear", 64, hidden).entries;
    }

    private static List<Entry> chroma(boolean radiance) {
        Models m = new Models();
        m.entries.addAll(flux(3072, 19, 38, false, false, 64));
        m.linear("distilled_guidance_layer.in_proj", 5120, 64).linear("distilled_guidance_layer.out_proj", 3072, 5120);
        for (int i = 0; i < 5; i++) {
            m.linear("distilled_guidance_layer.layers." + i + ".in_layer", 5120, 5120)
                    .add("distilled_guidance_layer.norms." + i + ".scale", 5120);
        }
        return radiance ? m.linear("nerf_blocks.0.param_generator", 49_152, 3072).entries : m.entries;
    }

    private static List<Entry> flux2(int hidden, int doubles, int singles) {
        Models m = new Models()
                .add("img_in.weight", hidden, 128)
                .add("txt_in.weight", hidden, 15_360)
                .add("guidance_in.in_layer.weight", hidden, 256)
                .add("double_stream_modulation_img.lin.weight", 6L * hidden, hidden)
                .add("double_stream_modulation_txt.lin.weight", 6L * hidden, hidden)
                .add("single_stream_modulation.lin.weight", 3L * hidden, hidden);
        for (int i = 0; i < doubles; i++) {
            for (String stream : List.of("img", "txt")) {
                String block = "double_blocks." + i + "." + stream;
                m.add(block + "_attn.qkv.weight", 3L * hidden, hidden)
                        .add(block + "_attn.norm.key_norm.scale", 128)
                        .add(block + "_mlp.0.weight", 6L * hidden, hidden)
                        .add(block + "_mlp.2.weight", hidden, 3L * hidden);
            }
        }
        for (int i = 0; i < singles; i++) {
            m.add("single_blocks." + i + ".linear1.weight", 9L * hidden, hidden)
                    .add("single_blocks." + i + ".linear2.weight", hidden, 4L * hidden);
        }
        return m.entries;
    }

    private static List<Entry> qwen() {
        return GoldenKeys.of("qwen", "F16");
    }

    private static List<Entry> hidream() {
        Models m = new Models()
                .linear("x_embedder.proj", 2560, 64)
                .linear("t_embedder.timestep_embedder.linear_1", 2560, 256)
                .linear("p_embedder.pooled_embedder.linear_1", 2560, 2048);
        for (int i = 0; i < 49; i++) {
            m.add("caption_projection." + i + ".linear.weight", 2560, 4096);
        }
        for (int i = 0; i < 16; i++) {
            String block = "double_stream_blocks." + i + ".block";
            m.linear(block + ".attn1.to_q", 2560, 2560)
                    .linear(block + ".attn1.to_q_t", 2560, 2560)
                    .add(block + ".ff_i.shared_experts.w1.weight", 3584, 2560)
                    .add(block + ".ff_i.experts.0.w1.weight", 6912, 2560)
                    .add(block + ".ff_i.gate.weight", 4, 2560);
        }
        for (int i = 0; i < 32; i++) {
            String block = "single_stream_blocks." + i + ".block";
            m.linear(block + ".attn1.to_q", 2560, 2560).add(block + ".ff_i.experts.0.w1.weight", 6912, 2560);
        }
        return m.entries;
    }

    private static List<Entry> lumina(int width, int depth) {
        Models m = new Models()
                .linear("x_embedder", width, 64)
                .add("cap_embedder.0.weight", width == 3840 ? 2560 : 2304)
                .linear("cap_embedder.1", width, width == 3840 ? 2560 : 2304);
        for (String part : List.of("noise_refiner", "context_refiner")) {
            for (int i = 0; i < 2; i++) {
                m.luminaBlock(part + "." + i, width);
            }
        }
        for (int i = 0; i < depth; i++) {
            m.luminaBlock("layers." + i, width);
        }
        return m.linear("final_layer.linear", 64, width).entries;
    }

    private void luminaBlock(String block, int width) {
        add(block + ".attention.qkv.weight", 3L * width, width)
                .add(block + ".attention.out.weight", width, width)
                .add(block + ".attention.k_norm.weight", 128)
                .add(block + ".attention.q_norm.weight", 128)
                .add(block + ".feed_forward.w1.weight", 10_240, width);
    }

    private static List<Entry> wan() {
        Models m = new Models()
                .add("head.modulation", 1, 2, 5120)
                .linear("head.head", 64, 5120)
                .add("patch_embedding.weight", 5120, 16, 1, 2, 2);
        for (int i = 0; i < 40; i++) {
            m.linear("blocks." + i + ".self_attn.q", 5120, 5120)
                    .linear("blocks." + i + ".cross_attn.k", 5120, 5120)
                    .linear("blocks." + i + ".ffn.0", 13_824, 5120);
        }
        return m.entries;
    }

    private static List<Entry> hunyuan(int rank) {
        long[] patch = rank == 5 ? new long[] {3072, 16, 1, 2, 2} : new long[] {3584, 64, 1, 1};
        Models m = new Models()
                .add("img_in.proj.weight", patch)
                .add("txt_in.individual_token_refiner.blocks.0.norm1.weight", 3072)
                .linear("guidance_in.in_layer", 3072, 256);
        for (int i = 0; i < 20; i++) {
            m.linear("double_blocks." + i + ".img_attn.qkv", 9216, 3072)
                    .add("double_blocks." + i + ".img_attn.norm.key_norm.scale", 128);
        }
        return m.entries;
    }

    /** The same with a prefix. */
    public static List<Entry> under(String prefix, List<Entry> entries) {
        return entries.stream()
                .map(e -> new Entry(prefix + e.name(), e.dtype(), e.shape()))
                .toList();
    }

    /** In the element types of a GGUF: matrices that allow it quantised, the rest in halves. */
    public static List<Entry> quantised(String type, int block, List<Entry> entries) {
        return entries.stream()
                .map(e -> e.shape().size() == 2 && e.shape().get(1) % block == 0
                        ? new Entry(e.name(), type, e.shape())
                        // GGUF knows at most four dimensions: a fifth is folded, as converters do.
                        : e.shape().size() > 4
                                ? new Entry(
                                        e.name(),
                                        "F16",
                                        List.of(
                                                e.shape().get(0) * e.shape().get(1),
                                                e.shape().get(2),
                                                e.shape().get(3),
                                                e.shape().get(4)))
                                : e)
                .toList();
    }

    static List<Entry> joined(List<List<Entry>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    /** CLIP-L as SD 1.5 checkpoints hold it. */
    static List<Entry> clipL(String prefix) {
        Models m = new Models();
        for (int i = 0; i < 12; i++) {
            m.linear(prefix + "text_model.encoder.layers." + i + ".mlp.fc1", 3072, 768);
        }
        return m.entries;
    }

    static List<Entry> vae(String prefix, int channels) {
        return new Models()
                .add(prefix + "encoder.conv_in.weight", 128, 3, 3, 3)
                .add(prefix + "decoder.conv_in.weight", 512, channels, 3, 3)
                .add(prefix + "decoder.conv_out.weight", 3, 128, 3, 3)
                .entries;
    }
}
