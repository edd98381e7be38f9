package dev.assay.harness.model.inspect;

import dev.assay.harness.model.HeaderFiles.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** LoRA files of every kind for layers of every family, with the names that trainers write. */
public final class Adapters {
    private static final int RANK = 4;

    private Adapters() {}

    /** A layer to change; a convolution where {@code kernel} is not 0. */
    record Layer(String name, long out, long in, int kernel) {
        Layer(String name, long out, long in) {
            this(name, out, in, 0);
        }
    }

    static final List<String> KINDS =
            List.of("lora", "locon", "loha", "lokr", "glora", "oft", "boft", "ia3", "dora", "full-diff");

    private static final List<Layer> UNET_CONVOLUTION =
            List.of(new Layer("down_blocks.0.resnets.0.conv1", 320, 320, 3));

    /** Layers by family and naming: {@code diffusers} or {@code native}. */
    static List<Layer> layers(String family, String naming) {
        boolean diffusers = naming.equals("diffusers");
        return switch (family) {
            case "sd15" -> unet(768, 0);
            case "sd2" -> unet(1024, 0);
            case "sdxl" -> diffusers ? unet(2048, 1) : sgm();
            case "sd3" ->
                diffusers
                        ? List.of(
                                new Layer("transformer_blocks.0.attn.to_q", 2432, 2432),
                                new Layer("transformer_blocks.0.attn.add_q_proj", 2432, 2432),
                                new Layer("transformer_blocks.37.ff.net.0.proj", 9728, 2432))
                        : List.of(
                                new Layer("joint_blocks.0.x_block.attn.qkv", 7296, 2432),
                                new Layer("joint_blocks.0.context_block.attn.qkv", 7296, 2432));
            case "flux1" ->
                diffusers
                        ? List.of(
                                new Layer("transformer_blocks.0.attn.to_q", 3072, 3072),
                                new Layer("transformer_blocks.0.attn.add_q_proj", 3072, 3072),
                                new Layer("transformer_blocks.18.ff.net.0.proj", 12_288, 3072),
                                new Layer("single_transformer_blocks.37.attn.to_q", 3072, 3072),
                                new Layer("single_transformer_blocks.0.proj_mlp", 12_288, 3072))
                        : List.of(
                                new Layer("double_blocks.0.img_attn.qkv", 9216, 3072),
                                new Layer("double_blocks.18.txt_mlp.0", 12_288, 3072),
                                new Layer("double_blocks.0.img_mod.lin", 18_432, 3072),
                                new Layer("single_blocks.37.linear1", 21_504, 3072));
            case "chroma" ->
                diffusers
                        ? List.of(
                                new Layer("transformer_blocks.0.attn.add_q_proj", 3072, 3072),
                                new Layer("single_transformer_blocks.0.attn.to_q", 3072, 3072),
                                new Layer("distilled_guidance_layer.in_proj", 5120, 64))
                        : List.of(
                                new Layer("double_blocks.0.img_attn.qkv", 9216, 3072),
                                new Layer("single_blocks.37.linear1", 21_504, 3072),
                                new Layer("distilled_guidance_layer.layers.0.in_layer", 5120, 5120));
            case "flux2" ->
                diffusers
                        ? List.of(
                                new Layer("transformer_blocks.0.attn.add_q_proj", 6144, 6144),
                                new Layer("single_transformer_blocks.0.attn.to_qkv_mlp_proj", 55_296, 6144))
                        : List.of(
                                new Layer("double_blocks.0.img_attn.qkv", 18_432, 6144),
                                new Layer("single_blocks.0.linear1", 55_296, 6144),
                                new Layer("single_stream_modulation.lin", 18_432, 6144));
            case "qwen-image" ->
                List.of(
                        new Layer("transformer_blocks.0.attn.to_q", 3072, 3072),
                        new Layer("transformer_blocks.59.attn.add_q_proj", 3072, 3072),
                        new Layer("transformer_blocks.0.img_mlp.net.0.proj", 12_288, 3072),
                        new Layer("transformer_blocks.0.txt_mod.1", 18_432, 3072));
            case "qwen-image-2-1" ->
                List.of(
                        new Layer("transformer_blocks.0.attn.to_q", 4096, 4096),
                        new Layer("transformer_blocks.31.img_mlp.gate_layer", 12_288, 4096));
            case "hidream-i1" ->
                List.of(
                        new Layer("double_stream_blocks.0.block.attn1.to_q_t", 2560, 2560),
                        new Layer("single_stream_blocks.31.block.ff_i.shared_experts.w1", 3584, 2560));
            case "z-image" ->
                diffusers
                        ? List.of(
                                new Layer("layers.0.attention.to_q", 3840, 3840),
                                new Layer("layers.29.feed_forward.w1", 10_240, 3840))
                        : List.of(
                                new Layer("layers.0.attention.out", 3840, 3840),
                                new Layer("noise_refiner.0.feed_forward.w1", 10_240, 3840));
            case "krea2" ->
                diffusers
                        ? List.of(
                                new Layer("transformer_blocks.0.attn.to_gate", 6144, 6144),
                                new Layer("transformer_blocks.27.attn.to_k", 1536, 6144))
                        : List.of(
                                new Layer("blocks.0.attn.wq", 6144, 6144), new Layer("blocks.27.mlp.up", 16_384, 6144));
            case "anima" ->
                diffusers
                        ? List.of(
                                new Layer("transformer_blocks.0.attn1.to_q", 2048, 2048),
                                new Layer("transformer_blocks.27.attn2.to_k", 2048, 1024))
                        : List.of(
                                new Layer("blocks.0.self_attn.q_proj", 2048, 2048),
                                new Layer("blocks.27.cross_attn.k_proj", 2048, 1024));
            case "lumina2" ->
                List.of(
                        new Layer("layers.0.attention.out", 2304, 2304),
                        new Layer("layers.25.feed_forward.w1", 9216, 2304));
            case "wan" ->
                List.of(
                        new Layer("blocks.0.self_attn.q", 5120, 5120),
                        new Layer("blocks.39.cross_attn.k", 5120, 5120),
                        new Layer("blocks.0.ffn.0", 13_824, 5120));
            case "hunyuan-video" ->
                List.of(
                        new Layer("double_blocks.0.img_attn_qkv", 9216, 3072),
                        new Layer("double_blocks.0.img_mlp.fc1", 12_288, 3072),
                        new Layer("txt_in.individual_token_refiner.blocks.0.self_attn_qkv", 9216, 3072));
            default -> throw new IllegalArgumentException(family);
        };
    }

    private static List<Layer> unet(int text, int firstLevel) {
        List<Layer> layers = new ArrayList<>();
        String block = "down_blocks." + firstLevel + ".attentions.0";
        long width = firstLevel == 0 ? 320 : 640;
        layers.add(new Layer(block + ".transformer_blocks.0.attn1.to_q", width, width));
        layers.add(new Layer(block + ".transformer_blocks.0.attn2.to_k", width, text));
        layers.add(new Layer(block + ".transformer_blocks.0.ff.net.0.proj", 8 * width, width));
        if (text == 2048) {
            layers.add(new Layer("down_blocks.2.attentions.0.transformer_blocks.9.attn2.to_v", 1280, text));
        }
        layers.add(new Layer("mid_block.attentions.0.transformer_blocks.0.attn2.to_k", 1280, text));
        return layers;
    }

    private static List<Layer> sgm() {
        return List.of(
                new Layer("input_blocks.4.1.transformer_blocks.0.attn2.to_k", 640, 2048),
                new Layer("input_blocks.8.1.transformer_blocks.9.attn1.to_q", 1280, 1280),
                new Layer("middle_block.1.transformer_blocks.9.attn2.to_v", 1280, 2048));
    }

    /** How trainers begin names, and which naming follows; flat ones turn dots into underscores. */
    record Style(String prefix, boolean flat, String naming) {}

    static List<Style> styles(String family) {
        Style kohya = new Style("lora_unet_", true, family.equals("sdxl") ? "native" : "diffusers");
        return switch (family) {
            case "sd15", "sd2" ->
                List.of(
                        kohya,
                        new Style("unet.", false, "diffusers"),
                        new Style("base_model.model.", false, "diffusers"),
                        new Style("lycoris_", true, "diffusers"));
            case "sdxl" ->
                List.of(
                        kohya,
                        new Style("lora_unet_", true, "diffusers"),
                        new Style("unet.", false, "diffusers"),
                        new Style("base_model.model.", false, "diffusers"),
                        new Style("diffusion_model.", false, "native"),
                        new Style("lycoris_", true, "diffusers"));
            case "wan", "hunyuan-video", "lumina2" ->
                List.of(
                        new Style("lora_unet_", true, "native"),
                        new Style("diffusion_model.", false, "native"),
                        new Style("", false, "native"));
            default ->
                List.of(
                        new Style("lora_unet_", true, "native"),
                        new Style("lora_transformer_", true, "diffusers"),
                        new Style("lycoris_", true, "diffusers"),
                        new Style("transformer.", false, "diffusers"),
                        new Style("diffusion_model.", false, "native"),
                        new Style("base_model.model.", false, "diffusers"),
                        new Style("", false, "diffusers"),
                        new Style("", false, "native"));
        };
    }

    /** Layers of the text encoders that trainers of this family change too. */
    private static List<String> text(String family, Style style) {
        List<String> names = new ArrayList<>();
        Map<String, Integer> encoders = switch (family) {
            case "sd15" -> Map.of(style.flat() ? "lora_te_" : "text_encoder.", 12);
            case "sd2" -> Map.of(style.flat() ? "lora_te_" : "text_encoder.", 23);
            case "sdxl" ->
                style.flat()
                        ? Map.of("lora_te1_", 12, "lora_te2_", 32)
                        : Map.of("text_encoder.", 12, "text_encoder_2.", 32);
            default -> Map.of();
        };
        encoders.forEach((prefix, count) -> {
            String name = "text_model.encoder.layers." + (count - 1) + ".self_attn.q_proj";
            names.add(prefix + (style.flat() ? name.replace('.', '_') : name));
        });
        return names;
    }

    static List<Entry> of(String family, Style style, String kind) {
        List<Entry> entries = new ArrayList<>();
        List<Layer> layers = new ArrayList<>(layers(family, style.naming()));
        if (kind.equals("locon") && family.startsWith("sd") && !family.equals("sd3")) {
            layers.addAll(UNET_CONVOLUTION);
        }
        for (Layer layer : layers) {
            String name = style.prefix() + (style.flat() ? layer.name().replace('.', '_') : layer.name());
            entries.addAll(change(name, layer, kind, style.flat()));
        }
        if (!kind.equals("oft") && !kind.equals("boft")) { // kohya's OFT leaves text encoders alone
            for (String name : text(family, style)) {
                entries.addAll(change(name, new Layer(name, 768, 768), kind, style.flat()));
            }
        }
        return entries;
    }

    private static List<Entry> change(String name, Layer layer, String kind, boolean kohya) {
        long out = layer.out();
        long in = layer.in();
        List<Entry> entries = new ArrayList<>();
        switch (kind) {
            case "lora", "dora" -> {
                entries.add(entry(name + (kohya ? ".lora_up.weight" : ".lora_B.weight"), out, RANK));
                entries.add(entry(name + (kohya ? ".lora_down.weight" : ".lora_A.weight"), RANK, in));
                if (kind.equals("dora")) {
                    entries.add(entry(name + ".dora_scale", out, 1));
                }
            }
            case "locon" -> {
                if (layer.kernel() > 0) {
                    entries.add(entry(name + ".lora_up.weight", out, RANK, 1, 1));
                    entries.add(entry(name + ".lora_down.weight", RANK, in, layer.kernel(), layer.kernel()));
                } else {
                    entries.add(entry(name + ".lora_up.weight", out, RANK));
                    entries.add(entry(name + ".lora_down.weight", RANK, in));
                    entries.add(entry(name + ".lora_mid.weight", RANK, RANK));
                }
            }
            case "loha" -> {
                for (String w : List.of("w1", "w2")) {
                    entries.add(entry(name + ".hada_" + w + "_a", out, RANK));
                    entries.add(entry(name + ".hada_" + w + "_b", RANK, in));
                }
            }
            case "lokr" -> {
                entries.add(entry(name + ".lokr_w1", 4, 4));
                entries.add(entry(name + ".lokr_w2_a", out / 4, RANK));
                entries.add(entry(name + ".lokr_w2_b", RANK, in / 4));
            }
            case "glora" -> {
                entries.add(entry(name + ".a1.weight", in, RANK));
                entries.add(entry(name + ".a2.weight", RANK, in));
                entries.add(entry(name + ".b1.weight", out, RANK));
                entries.add(entry(name + ".b2.weight", RANK, in));
            }
            case "oft" -> entries.add(entry(name + ".oft_blocks", out / 8, 8, 8));
            case "boft" -> entries.add(entry(name + ".oft_blocks", 2, out / 8, 8, 8));
            case "ia3" -> {
                entries.add(entry(name + ".weight", out));
                entries.add(entry(name + ".on_input"));
            }
            case "full-diff" -> {
                entries.add(entry(name + ".diff", out, in));
                entries.add(entry(name + ".diff_b", out));
            }
            default -> throw new IllegalArgumentException(kind);
        }
        if (kohya && !List.of("ia3", "full-diff").contains(kind)) {
            entries.add(entry(name + ".alpha"));
        }
        return entries;
    }

    private static Entry entry(String name, long... shape) {
        return Entry.of(name, "F16", shape);
    }
}
