package dev.assay.harness.model.loader;

import static dev.assay.harness.model.loader.DiffusersTensor.any;
import static dev.assay.harness.model.loader.DiffusersTensor.only;
import static dev.assay.harness.model.loader.DiffusersTensor.renamed;
import static dev.assay.harness.model.loader.DiffusersTensor.required;

import dev.assay.harness.model.family.Flux1;
import dev.assay.harness.model.loader.DiffusersTensor.Refusal;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What diffusers makes of the names of LoRAs for Flux.1 and Chroma ({@code FluxLoraLoaderMixin}). */
final class DiffusersFlux {
    private static final String DOWN = ".lora_down.weight";
    private static final String UP = ".lora_up.weight";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final Pattern DOWNS =
            Pattern.compile("(\\.lora_A|\\.lora\\.down|_lora\\.down|\\.lora_linear_layer\\.down)\\.weight$");
    private static final int DOUBLE = 19;
    private static final int SINGLE = 38;
    private static final long WIDTH = 3072;

    private static final List<String> STREAM = List.of("attn.qkv", "attn.proj", "mlp.0", "mlp.2", "mod.lin");
    private static final List<String> SINGLES = List.of("linear1", "linear2", "modulation.lin");
    private static final List<String> ENDS = List.of(
            "img_in",
            "txt_in",
            "time_in.in_layer",
            "time_in.out_layer",
            "vector_in.in_layer",
            "vector_in.out_layer",
            "guidance_in.in_layer",
            "guidance_in.out_layer",
            "final_layer.linear",
            "final_layer.adaLN_modulation.1");

    /** OneTrainer's names that are known: others of a block lose their end. */
    private static final Pattern MIXED = Pattern.compile("lora_transformer_((single_)?transformer_blocks)_(\\d+)_(.*)");

    private static final List<String> MIXED_ENDS = List.of(
            "context_embedder",
            "norm_out.linear",
            "proj_out",
            "x_embedder",
            "time_text_embed.guidance_embedder.linear_1",
            "time_text_embed.guidance_embedder.linear_2",
            "time_text_embed.text_embedder.linear_1",
            "time_text_embed.text_embedder.linear_2",
            "time_text_embed.timestep_embedder.linear_1",
            "time_text_embed.timestep_embedder.linear_2");

    private static final Pattern XLABS =
            Pattern.compile("(?:diffusion_model\\.)?(double_blocks|single_blocks)\\.(\\d+)\\.(.*)");

    private DiffusersFlux() {}

    static Map<String, DiffusersTensor> convert(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = only(file, k -> !k.contains("dora_scale"));
        if (any(state, k -> k.contains(DOWN))) {
            return kohya(state);
        }
        if (any(state, k -> k.contains("processor"))) {
            return xlabs(state);
        }
        if (any(state, k -> k.contains("query_norm.scale"))) {
            return complete(state, "", control(state), true);
        }
        if (any(state, k -> k.contains("base_model"))) {
            List<String> modules = new ArrayList<>(blocks());
            modules.add("final_layer.linear");
            return complete(state, "base_model.model.", modules, false);
        }
        return withAlphas(state);
    }

    private static List<String> blocks() {
        List<String> modules = new ArrayList<>();
        for (int n = 0; n < DOUBLE; n++) {
            for (String stream : List.of("img_", "txt_")) {
                for (String module : STREAM) {
                    modules.add("double_blocks." + n + "." + stream + module);
                }
            }
        }
        for (int n = 0; n < SINGLE; n++) {
            for (String module : SINGLES) {
                modules.add("single_blocks." + n + "." + module);
            }
        }
        return modules;
    }

    private static List<String> diffusers(String module) {
        return Flux1.RULES.ofOriginal(List.of(module)).get(0).diffusers();
    }

    /** Alphas go to PEFT beside the tensors. */
    private static Map<String, DiffusersTensor> withAlphas(Map<String, DiffusersTensor> state) {
        Map<String, DiffusersTensor> scaled = new LinkedHashMap<>();
        only(state, k -> !k.contains("alpha"))
                .forEach((key, tensor) -> scaled.put(
                        key, tensor.scaled(state.get(DOWNS.matcher(key).replaceFirst(".alpha")))));
        return scaled;
    }

    private static Map<String, DiffusersTensor> kohya(Map<String, DiffusersTensor> state) {
        if (any(state, k -> k.startsWith("transformer."))) {
            return renamed(
                    only(state, k -> k.startsWith("transformer.")),
                    k -> k.replace("lora_down.weight", "lora_A.weight").replace("lora_up.weight", "lora_B.weight"));
        }
        boolean mixed = any(
                state,
                k -> k.startsWith("lora_transformer_")
                        && (k.contains("lora_down") || k.contains("lora_up") || k.contains("alpha")));
        return mixed ? mixed(state) : scripts(cleaned(state));
    }

    /** ComfyUI's names become those of kohya's scripts; what is not known to them is left out. */
    private static Map<String, DiffusersTensor> cleaned(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = renamed(
                file,
                k -> k.replace("diffusion_model.", "lora_unet_")
                        .replace("text_encoders.clip_l.transformer.", "lora_te_"));
        state = only(
                state, k -> !k.contains("position_embedding") && !k.startsWith("text_encoders.t5xxl.transformer."));
        if (any(state, k -> k.contains("diff_b") && isKohya(k))) {
            state = only(state, k -> !k.contains(".diff_b"));
        }
        if (any(state, k -> k.contains(".norm") && k.contains(".diff"))) {
            state = only(state, k -> !k.contains(".norm") && !k.contains(".diff"));
        }
        Pattern end =
                Pattern.compile(any(state, k -> k.contains("alpha")) ? "lora_down|lora_up|alpha" : "lora_down|lora_up");
        state = renamed(only(state, DiffusersFlux::isKohya), k -> flattened(k, end));
        return only(state, k -> !k.contains("text_projection"));
    }

    private static boolean isKohya(String key) {
        return key.startsWith("lora_unet_") || key.startsWith("lora_te_") || key.startsWith("lora_te1_");
    }

    private static String flattened(String key, Pattern end) {
        Matcher matcher = end.matcher(key);
        if (!matcher.find()) {
            return key.replace('.', '_');
        }
        int start = matcher.start();
        int cut = start > 0 && key.charAt(start - 1) == '.' ? start - 1 : start;
        return key.substring(0, cut).replace('.', '_') + key.substring(cut);
    }

    private static Map<String, DiffusersTensor> scripts(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = new LinkedHashMap<>(file);
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        for (String module : blocks()) {
            pair(state, "lora_unet_" + flat(module), diffusers(module), "transformer.", converted);
        }
        for (String module : ENDS) { // which get no prefix, and so are not loaded
            if (module.startsWith("final_layer")) {
                for (List<String> end : List.of(List.of(DOWN, A), List.of(UP, B))) {
                    DiffusersTensor tensor = state.remove("lora_unet_" + flat(module) + end.get(0));
                    if (tensor != null) {
                        converted.put(diffusers(module).get(0) + end.get(1), tensor);
                    }
                }
            } else {
                pair(state, "lora_unet_" + flat(module), diffusers(module), "", converted);
            }
        }
        if (any(file, k -> k.contains("final_layer"))) {
            state.keySet().removeIf(k -> k.contains("final_layer") && k.endsWith(".alpha"));
        }
        List<String> rest = List.copyOf(state.keySet());
        if (!rest.stream().allMatch(k -> k.startsWith("lora_te"))) {
            throw new Refusal("it does not know " + Shortened.of(rest, 3));
        }
        for (String key : rest) {
            String module = key.contains(".") ? key.substring(0, key.indexOf('.')) : key;
            if (key.endsWith("lora_down.weight") && (module.startsWith("lora_te_") || module.startsWith("lora_te1_"))) {
                String name = "text_encoder." + DiffusersUnet.textName(key);
                DiffusersTensor up = required(state, module + UP);
                converted.put(name, required(state, key).scaled(state.remove(module + ".alpha")));
                converted.put(name.replace(".down.", ".up."), up);
            }
        }
        return converted;
    }

    private static String flat(String module) {
        return module.replace('.', '_');
    }

    /** A pair of kohya's becomes a pair of PEFT's for each part of a fused module. */
    private static void pair(
            Map<String, DiffusersTensor> state,
            String module,
            List<String> names,
            String prefix,
            Map<String, DiffusersTensor> converted) {
        DiffusersTensor down = state.remove(module + DOWN);
        if (down != null) {
            DiffusersTensor up = required(state, module + UP);
            parts(down.scaled(state.remove(module + ".alpha")), up, names, prefix, converted);
        }
    }

    static void parts(
            DiffusersTensor down,
            DiffusersTensor up,
            List<String> names,
            String prefix,
            Map<String, DiffusersTensor> converted) {
        for (int i = 0; i < names.size(); i++) {
            converted.put(prefix + names.get(i) + A, down);
            converted.put(prefix + names.get(i) + B, names.size() == 1 ? up : up.rows(rows(up, names.size(), i)));
        }
    }

    private static long rows(DiffusersTensor up, int parts, int part) {
        long all = up.firstDimension();
        if (parts == 4) {
            if (all != 7 * WIDTH) {
                throw new Refusal(up.key() + " has " + all + " outputs, not " + 7 * WIDTH);
            }
            return part == 3 ? 4 * WIDTH : WIDTH;
        }
        return all / parts;
    }

    private static Map<String, DiffusersTensor> mixed(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = only(file, k -> !k.startsWith("lora_unet_"));
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        Set<String> modules = state.keySet().stream()
                .map(k -> k.replace(DOWN, "").replace(UP, "").replace(".alpha", ""))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String module : modules) {
            if (!module.startsWith("lora_transformer_") && !module.startsWith("lora_te1_")) {
                throw new Refusal("it does not know " + module);
            }
            String name = module.startsWith("lora_te1_") ? mixedText(module) : mixedName(module);
            if (!name.isEmpty()) {
                DiffusersTensor down = required(state, module + DOWN);
                DiffusersTensor up = required(state, module + UP);
                converted.put(name + A, down.scaled(required(state, module + ".alpha")));
                converted.put(name + B, up);
            }
        }
        if (!state.isEmpty()) {
            throw new Refusal("it does not know " + Shortened.of(List.copyOf(state.keySet()), 3));
        }
        return converted;
    }

    private static String mixedName(String module) {
        Matcher block = MIXED.matcher(module);
        if (block.matches()) {
            String inner = block.group(4);
            String name = "transformer." + block.group(1) + "." + block.group(3);
            if (!inner.startsWith("attn_")) {
                return name; // the block itself, which PEFT refuses
            }
            String layer = inner.substring("attn_".length());
            return name + ".attn." + (layer.equals("to_out_0") ? "to_out.0" : layer);
        }
        return MIXED_ENDS.stream()
                .filter(n -> module.equals("lora_transformer_" + flat(n)))
                .findFirst()
                .map(n -> "transformer." + n)
                .orElseThrow(() -> new Refusal("it does not know " + module));
    }

    private static String mixedText(String module) {
        Matcher layer = Pattern.compile("lora_te1_text_model_encoder_layers_(\\d+)_(self_attn|mlp)_(\\w+)")
                .matcher(module);
        return layer.matches()
                ? "text_encoder.text_model.encoder.layers." + layer.group(1) + "." + layer.group(2) + "."
                        + layer.group(3)
                : "";
    }

    private static Map<String, DiffusersTensor> xlabs(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = new LinkedHashMap<>(file);
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        for (String key : file.keySet()) {
            Matcher block = XLABS.matcher(key);
            if (!block.matches()) {
                converted.put(key, required(state, key));
                continue;
            }
            boolean single = block.group(1).equals("single_blocks");
            String name = "transformer." + (single ? "single_" : "") + "transformer_blocks." + block.group(2) + ".";
            String inner = block.group(3);
            if (inner.contains("qkv")) {
                boolean picture = inner.contains(single ? "qkv_lora" : "processor.qkv_lora1");
                List<String> names = inner.contains("up")
                        ? List.of()
                        : picture
                                ? List.of("attn.to_q", "attn.to_k", "attn.to_v")
                                : !single && inner.contains("processor.qkv_lora2")
                                        ? List.of("attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj")
                                        : List.of();
                if (!names.isEmpty()) {
                    DiffusersTensor down = required(state, key);
                    DiffusersTensor up = required(state, key.replace(".down.weight", ".up.weight"));
                    parts(down, up, names, name, converted);
                }
                continue;
            }
            String module = single
                    ? inner.contains("proj_lora") ? "proj_out" : ""
                    : inner.contains("processor.proj_lora1")
                            ? "attn.to_out.0"
                            : inner.contains("processor.proj_lora2") ? "attn.to_add_out" : "";
            String end = inner.contains("down") ? A : inner.contains("up") ? B : "";
            converted.put(
                    module.isEmpty() ? name.substring(0, name.length() - 1) + end : name + module + end,
                    required(state, key));
        }
        if (!state.isEmpty()) {
            throw new Refusal("it does not know " + Shortened.of(List.copyOf(state.keySet()), 3));
        }
        return converted;
    }

    private static List<String> control(Map<String, DiffusersTensor> state) {
        boolean guidance = any(state, k -> k.contains("guidance"));
        return Stream.concat(ENDS.stream().filter(n -> guidance || !n.startsWith("guidance_in")), blocks().stream())
                .toList();
    }

    /** A file that must have every module, and nothing else. */
    private static Map<String, DiffusersTensor> complete(
            Map<String, DiffusersTensor> file, String prefix, List<String> modules, boolean norms) {
        Map<String, DiffusersTensor> state = new LinkedHashMap<>(file);
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        for (String module : modules) {
            List<String> names = diffusers(module);
            DiffusersTensor down = required(state, prefix + module + A);
            DiffusersTensor up = required(state, prefix + module + B);
            parts(down, up, names, "transformer.", converted);
            DiffusersTensor bias = state.remove(prefix + module + ".lora_B.bias");
            for (int i = 0; bias != null && i < names.size(); i++) {
                converted.put(
                        "transformer." + names.get(i) + ".lora_B.bias",
                        names.size() == 1 ? bias : bias.rows(rows(bias, names.size(), i)));
            }
        }
        if (norms) {
            for (int n = 0; n < DOUBLE + SINGLE; n++) {
                boolean single = n >= DOUBLE;
                String block = single ? "single_blocks." + (n - DOUBLE) : "double_blocks." + n;
                for (String attention : single ? List.of("") : List.of(".img_attn", ".txt_attn")) {
                    for (String norm : List.of(".norm.query_norm", ".norm.key_norm")) {
                        String name = block + attention + norm;
                        converted.put(
                                "transformer." + diffusers(name).get(0) + ".weight", required(state, name + ".scale"));
                    }
                }
            }
        }
        if (!state.isEmpty()) {
            throw new Refusal("it does not know " + Shortened.of(List.copyOf(state.keySet()), 3));
        }
        return converted;
    }
}
