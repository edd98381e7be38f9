package dev.assay.harness.model.lora;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Names and shapes of published models, in diffusers' layout, and the same in their authors' layout. */
final class PublishedKeys {
    private PublishedKeys() {}

    /** {@code sd15}, {@code sdxl}, {@code flux_dev}, {@code qwen}, {@code clip_l}, {@code clip_g}, {@code t5xxl}, ... */
    static Map<String, List<Long>> of(String model) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        String resource = "/keys/keys_" + model + ".txt.gz";
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(PublishedKeys.class.getResourceAsStream(resource)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                String shape = line.substring(space + 2, line.length() - 1);
                shapes.put(
                        line.substring(0, space),
                        Arrays.stream(shape.split(",", -1))
                                .map(String::strip)
                                .filter(s -> !s.isEmpty())
                                .map(Long::valueOf)
                                .toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shapes;
    }

    static Map<String, List<Long>> prefixed(String prefix, Map<String, List<Long>> shapes) {
        return shapes.entrySet().stream()
                .collect(Collectors.toMap(
                        e -> prefix + e.getKey(), Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }

    /** A UNet with two layers per block by the rules for converting single files, which count and do not look. */
    static Map<String, List<Long>> originalUnet(Map<String, List<Long>> diffusers) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        diffusers.forEach((name, shape) -> shapes.put(original(name, diffusers), shape));
        return shapes;
    }

    private static String original(String name, Map<String, List<Long>> all) {
        String[] p = name.split("\\.", -1);
        String rest4 = p.length > 4 ? String.join(".", Arrays.copyOfRange(p, 4, p.length)) : "";
        if (p[0].equals("down_blocks") || p[0].equals("up_blocks")) {
            int b = Integer.parseInt(p[1]);
            int j = Integer.parseInt(p[3]);
            boolean down = p[0].equals("down_blocks");
            String blocks = down ? "input_blocks." : "output_blocks.";
            int at = 3 * b + (down ? 1 : 0) + (p[2].endsWith("samplers") ? 2 : j);
            return switch (p[2]) {
                case "resnets" -> blocks + at + ".0." + resnet(rest4);
                case "attentions" -> blocks + at + ".1." + rest4;
                case "downsamplers" -> blocks + at + ".0." + rest4.replace("conv.", "op.");
                default -> {
                    boolean attention = all.containsKey("up_blocks." + b + ".attentions.0.norm.weight");
                    yield blocks + at + (attention ? ".2." : ".1.") + rest4;
                }
            };
        }
        if (p[0].equals("mid_block")) {
            String rest3 = String.join(".", Arrays.copyOfRange(p, 3, p.length));
            return p[1].equals("attentions")
                    ? "middle_block.1." + rest3
                    : "middle_block." + (p[2].equals("0") ? "0." : "2.") + resnet(rest3);
        }
        return name.replace("time_embedding.linear_1", "time_embed.0")
                .replace("time_embedding.linear_2", "time_embed.2")
                .replace("add_embedding.linear_1", "label_emb.0.0")
                .replace("add_embedding.linear_2", "label_emb.0.2")
                .replace("conv_in", "input_blocks.0.0")
                .replace("conv_norm_out", "out.0")
                .replace("conv_out", "out.2");
    }

    private static String resnet(String inner) {
        return inner.replace("norm1.", "in_layers.0.")
                .replace("conv1.", "in_layers.2.")
                .replace("time_emb_proj.", "emb_layers.1.")
                .replace("norm2.", "out_layers.0.")
                .replace("conv2.", "out_layers.3.")
                .replace("conv_shortcut.", "skip_connection.");
    }

    /** Flux.1 dev as Black Forest Labs published it: 19 double and 38 single blocks of width 3072. */
    static Map<String, List<Long>> originalFlux() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        long h = 3072;
        linear(shapes, "img_in", h, 64);
        linear(shapes, "txt_in", h, 4096);
        for (String in : List.of("time_in", "guidance_in", "vector_in")) {
            linear(shapes, in + ".in_layer", h, in.equals("vector_in") ? 768 : 256);
            linear(shapes, in + ".out_layer", h, h);
        }
        for (int n = 0; n < 19; n++) {
            for (String stream : List.of("img", "txt")) {
                String block = "double_blocks." + n + "." + stream;
                linear(shapes, block + "_mod.lin", 6 * h, h);
                linear(shapes, block + "_attn.qkv", 3 * h, h);
                linear(shapes, block + "_attn.proj", h, h);
                linear(shapes, block + "_mlp.0", 4 * h, h);
                linear(shapes, block + "_mlp.2", h, 4 * h);
                shapes.put(block + "_attn.norm.query_norm.scale", List.of(128L));
                shapes.put(block + "_attn.norm.key_norm.scale", List.of(128L));
            }
        }
        for (int n = 0; n < 38; n++) {
            String block = "single_blocks." + n;
            linear(shapes, block + ".linear1", 7 * h, h);
            linear(shapes, block + ".linear2", h, 5 * h);
            linear(shapes, block + ".modulation.lin", 3 * h, h);
            shapes.put(block + ".norm.query_norm.scale", List.of(128L));
            shapes.put(block + ".norm.key_norm.scale", List.of(128L));
        }
        linear(shapes, "final_layer.linear", 64, h);
        linear(shapes, "final_layer.adaLN_modulation.1", 2 * h, h);
        return shapes;
    }

    static void linear(Map<String, List<Long>> shapes, String module, long out, long in) {
        shapes.put(module + ".weight", List.of(out, in));
        shapes.put(module + ".bias", List.of(out));
    }

    /** CLIP in OpenCLIP's layout, with the given number of layers. */
    static Map<String, List<Long>> openClip(int layers, long width) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (int n = 0; n < layers; n++) {
            String layer = "transformer.resblocks." + n;
            shapes.put(layer + ".attn.in_proj_weight", List.of(3 * width, width));
            shapes.put(layer + ".attn.in_proj_bias", List.of(3 * width));
            linear(shapes, layer + ".attn.out_proj", width, width);
            linear(shapes, layer + ".mlp.c_fc", 4 * width, width);
            linear(shapes, layer + ".mlp.c_proj", width, 4 * width);
        }
        return shapes;
    }

    /** A LoRA of rank 4 on every matrix and convolution of a model. */
    static Map<String, List<Long>> lora(
            Map<String, List<Long>> model, String prefix, boolean flat, String up, String down) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        model.forEach((name, shape) -> {
            if (name.endsWith(".weight") && shape.size() >= 2 && !name.contains("embed_tokens")) {
                String module = name.substring(0, name.length() - ".weight".length());
                String base = prefix + (flat ? module.replace('.', '_') : module);
                boolean conv = shape.size() > 2;
                shapes.put(base + up, conv ? List.of(shape.get(0), 4L, 1L, 1L) : List.of(shape.get(0), 4L));
                List<Long> in = new java.util.ArrayList<>(shape);
                in.set(0, 4L);
                shapes.put(base + down, in);
                if (flat) {
                    shapes.put(base + ".alpha", List.of());
                }
            }
        });
        return shapes;
    }
}
