package dev.assay.harness.model.loader;

import static dev.assay.harness.model.loader.DiffusersTensor.all;
import static dev.assay.harness.model.loader.DiffusersTensor.any;
import static dev.assay.harness.model.loader.DiffusersTensor.only;
import static dev.assay.harness.model.loader.DiffusersTensor.required;

import dev.assay.harness.model.loader.DiffusersTensor.Refusal;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What diffusers makes of the names of LoRAs for Stable Diffusion 1, 2 and XL ({@code StableDiffusionLoraLoaderMixin}). */
final class DiffusersUnet {
    private static final List<String> KOHYA = List.of("lora_te_", "lora_unet_", "lora_te1_", "lora_te2_");
    private static final String UP = ".lora_up.weight";

    /** Replacements in a kohya name whose underscores are dots by now, one after the other. */
    private static final List<List<String>> UNET = List.of(
            List.of("input.blocks.0.0", "conv_in"),
            List.of("out.2", "conv_out"),
            List.of("input.blocks", "down_blocks"),
            List.of("down.blocks", "down_blocks"),
            List.of("middle.block", "mid_block"),
            List.of("mid.block", "mid_block"),
            List.of("output.blocks", "up_blocks"),
            List.of("up.blocks", "up_blocks"),
            List.of("transformer.blocks", "transformer_blocks"),
            List.of("to.q.lora", "to_q_lora"),
            List.of("to.k.lora", "to_k_lora"),
            List.of("to.v.lora", "to_v_lora"),
            List.of("to.out.0.lora", "to_out_lora"),
            List.of("proj.in", "proj_in"),
            List.of("proj.out", "proj_out"),
            List.of("emb.layers", "time_emb_proj"),
            List.of("conv.in", "conv_in"),
            List.of("conv.out", "conv_out"),
            List.of("time.embed.0", "time_embedding.linear_1"),
            List.of("time.embed.2", "time_embedding.linear_2"),
            List.of("label.emb.0.0", "add_embedding.linear_1"),
            List.of("label.emb.0.2", "add_embedding.linear_2"),
            List.of("time.embedding.linear.1", "time_embedding.linear_1"),
            List.of("time.embedding.linear.2", "time_embedding.linear_2"));

    private static final List<List<String>> TEXT = List.of(
            List.of("text.model", "text_model"),
            List.of("self.attn", "self_attn"),
            List.of("q.proj.lora", "to_q_lora"),
            List.of("k.proj.lora", "to_k_lora"),
            List.of("v.proj.lora", "to_v_lora"),
            List.of("out.proj.lora", "to_out_lora"),
            List.of("text.projection", "text_projection"));

    private static final List<String> SGM = List.of("input_blocks", "middle_block", "output_blocks");
    private static final List<String> NOT_SGM = List.of("down_blocks", "mid_block", "up_blocks");
    private static final List<String> INNER = List.of("resnets", "attentions", "upsamplers");
    private static final int LAYERS = 3; // a block's residual layers and the one that changes the size, in SDXL
    private static final int BLOCK = 4; // lora_unet_input_blocks_4_1: where the numbers are
    private static final int INSIDE = 5;

    private DiffusersUnet() {}

    /** @param xl whether names of the original layout are numbered anew, which is done for SDXL alone */
    static Map<String, DiffusersTensor> convert(Map<String, DiffusersTensor> file, boolean xl) {
        Map<String, DiffusersTensor> state = only(file, k -> !k.contains("dora_scale"));
        if (!all(state, k -> KOHYA.stream().anyMatch(k::startsWith))) {
            return state;
        }
        return kohya(xl ? renumbered(state) : state);
    }

    private static Map<String, DiffusersTensor> kohya(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = new LinkedHashMap<>(file);
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        for (String key : List.copyOf(state.keySet())) {
            if (!key.endsWith("lora_down.weight")) {
                continue;
            }
            String module = key.substring(0, key.indexOf('.'));
            String name = module.startsWith("lora_unet_")
                    ? "unet." + unetName(key)
                    : (module.startsWith("lora_te2_") ? "text_encoder_2." : "text_encoder.") + textName(key);
            DiffusersTensor down = required(state, key);
            DiffusersTensor up = required(state, module + UP);
            converted.put(name, down.scaled(state.remove(module + ".alpha")));
            converted.put(name.replace(".down.", ".up."), up);
        }
        if (!state.isEmpty()) {
            throw new Refusal("it cannot rename " + Shortened.of(List.copyOf(state.keySet()), 3));
        }
        return converted;
    }

    private static String replaced(String name, List<List<String>> replacements) {
        String result = name;
        for (List<String> pair : replacements) {
            result = result.replace(pair.get(0), pair.get(1));
        }
        return result;
    }

    private static String unetName(String key) {
        String name = replaced(key.replace("lora_unet_", "").replace('_', '.'), UNET);
        if (name.contains("emb") && !name.contains("time.emb.proj")) {
            name = name.replaceFirst("\\.\\d+(?=\\D*$)", "");
        }
        if (name.contains(".in.")) {
            name = name.replace("in.layers.2", "conv1");
        }
        if (name.contains(".out.")) {
            name = name.replace("out.layers.3", "conv2");
        }
        if (name.contains("downsamplers") || name.contains("upsamplers")) {
            name = name.replace("op", "conv");
        }
        name = name.replace("skip.connection", "conv_shortcut")
                .replace("time.emb.proj", "time_emb_proj")
                .replace("conv.shortcut", "conv_shortcut");
        return name.contains("transformer_blocks")
                ? name.replace("attn1", "attn1.processor").replace("attn2", "attn2.processor")
                : name;
    }

    /** A kohya key for a CLIP text encoder. */
    static String textName(String key) {
        String prefix = KOHYA.stream()
                .filter(p -> !p.equals("lora_unet_") && key.startsWith(p))
                .findFirst()
                .orElse("");
        String name = replaced(key.replace(prefix, "").replace('_', '.'), TEXT);
        boolean plain = name.contains("self_attn") || name.contains("text_projection");
        return !plain && name.contains("mlp") ? name.replace(".lora.", ".lora_linear_layer.") : name;
    }

    private static Map<String, DiffusersTensor> renumbered(Map<String, DiffusersTensor> state) {
        boolean sgm = any(state, DiffusersUnet::isSgm);
        if (sgm && any(state, k -> !isSgm(k) && NOT_SGM.stream().anyMatch(k::contains))) {
            return only(state, k -> !isSgm(k));
        }
        if (!sgm) {
            return state;
        }
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        state.forEach((key, tensor) -> {
            boolean fixed = key.contains("text") || !isSgm(key) || key.contains("input_blocks_0_0");
            String name = fixed ? key : renumbered(key);
            if (converted.put(name, tensor) != null) {
                throw new Refusal("two of its keys become " + name);
            }
        });
        return converted;
    }

    private static boolean isSgm(String key) {
        return SGM.stream().anyMatch(key::contains);
    }

    private static String renumbered(String key) {
        List<String> words = List.of(key.split("_", -1));
        int block = number(words, BLOCK, key);
        if (key.contains("middle_block")) {
            List<String> to = List.of("resnets_0", "attentions_0", "resnets_1");
            if (block >= to.size()) {
                throw new Refusal("it knows no block for " + key);
            }
            return joined(words, List.of(to.get(block)), INSIDE);
        }
        boolean input = key.contains("input_blocks");
        int inner = number(words, INSIDE, key);
        boolean resized = input ? key.contains("op") : inner >= 2;
        if (block >= 10 || inner >= INNER.size()) { // 1 is found in 10 too, and taken twice
            throw new Refusal("it knows no block for " + key);
        }
        int layer = input ? block - 1 : block;
        return joined(
                words,
                List.of(
                        String.valueOf(Math.floorDiv(layer, LAYERS)),
                        input && resized ? "downsamplers" : INNER.get(inner),
                        resized ? "0" : String.valueOf(Math.floorMod(layer, LAYERS))),
                INSIDE + 1);
    }

    private static int number(List<String> words, int at, String key) {
        if (at >= words.size() || !words.get(at).matches("\\d{1,6}")) {
            throw new Refusal("it finds no number of a block in " + key);
        }
        return Integer.parseInt(words.get(at));
    }

    private static String joined(List<String> words, List<String> middle, int rest) {
        List<String> all = new ArrayList<>(words.subList(0, BLOCK));
        all.addAll(middle);
        all.addAll(words.subList(rest, words.size()));
        return String.join("_", all);
    }
}
