package dev.assay.harness.model.loader;

import static dev.assay.harness.model.loader.DiffusersTensor.all;
import static dev.assay.harness.model.loader.DiffusersTensor.any;
import static dev.assay.harness.model.loader.DiffusersTensor.only;
import static dev.assay.harness.model.loader.DiffusersTensor.renamed;
import static dev.assay.harness.model.loader.DiffusersTensor.required;

import dev.assay.harness.model.family.Flux2;
import dev.assay.harness.model.family.Krea2;
import dev.assay.harness.model.family.ModuleNaming.Pair;
import dev.assay.harness.model.loader.DiffusersTensor.Refusal;
import dev.assay.harness.text.Shortened;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What diffusers makes of the names of LoRAs for the transformers after Flux.1. */
final class DiffusersTransformers {
    private static final String KOHYA = "lora_unet_";
    private static final String COMFY = "diffusion_model.";
    private static final String BARE_PEFT = "base_model.model.";
    private static final String TRANSFORMER = "transformer.";
    private static final String DOWN = ".lora_down.weight";
    private static final String UP = ".lora_up.weight";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String ALPHA = ".alpha";

    /** Words of a flat name that stay together; the longer first. */
    private static final List<String> QWEN_WORDS = List.of(
            "add_q_proj",
            "add_k_proj",
            "add_v_proj",
            "to_add_out",
            "to_q",
            "to_k",
            "to_v",
            "to_out",
            "add_q",
            "add_k",
            "add_v",
            "txt_mlp",
            "img_mlp",
            "txt_mod",
            "img_mod");

    private static final List<String> Z_IMAGE_WORDS = List.of("to_q", "to_k", "to_v", "to_out", "feed_forward");

    private static final List<String> QWEN_ENDS = List.of(
            "img_in",
            "txt_in",
            "proj_out",
            "norm_out.linear",
            "time_text_embed.timestep_embedder.linear_1",
            "time_text_embed.timestep_embedder.linear_2");

    /** Names of Z-Image that its words were cut out of. */
    private static final List<String> Z_IMAGE_MODULES = List.of(
            "context_refiner.",
            "noise_refiner.",
            "adaLN_modulation.",
            "all_final_layer.",
            "all_x_embedder.",
            "cap_embedder.",
            "t_embedder.");

    private static final Pattern Z_IMAGE_OUT =
            Pattern.compile("\\.out(?=\\.(?:lora_down|lora_up)\\.weight$|\\.alpha$)");

    private static final List<String> FLUX2_KOHYA_ENDS =
            List.of("img_in", "txt_in", "time_in.in_layer", "time_in.out_layer", "final_layer.linear");
    private static final List<String> FLUX2_ENDS = List.of(
            "img_in",
            "txt_in",
            "time_in.in_layer",
            "time_in.out_layer",
            "guidance_in.in_layer",
            "guidance_in.out_layer",
            "final_layer.linear",
            "final_layer.adaLN_modulation.1",
            "single_stream_modulation.lin",
            "double_stream_modulation_img.lin",
            "double_stream_modulation_txt.lin");
    private static final List<String> FLUX2_DOUBLE = List.of(
            "img_attn.qkv",
            "txt_attn.qkv",
            "img_attn.proj",
            "txt_attn.proj",
            "img_mlp.0",
            "img_mlp.2",
            "txt_mlp.0",
            "txt_mlp.2");
    private static final List<String> FLUX2_SINGLE = List.of("linear1", "linear2");
    private static final int MAX_BLOCKS = 1000;

    private DiffusersTransformers() {}

    private static Map<String, DiffusersTensor> withoutDora(Map<String, DiffusersTensor> file) {
        return only(file, k -> !k.contains("dora_scale"));
    }

    /** Stable Diffusion 3 ({@code SD3LoraLoaderMixin}): no name but that of diffusers. */
    static Map<String, DiffusersTensor> sd3(Map<String, DiffusersTensor> file) {
        return withoutDora(file);
    }

    /** {@code HiDreamImageLoraLoaderMixin}. */
    static Map<String, DiffusersTensor> hiDream(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = withoutDora(file);
        if (!any(state, k -> k.contains("diffusion_model"))) {
            return state;
        }
        if (!all(state, k -> k.startsWith("diffusion_model"))) {
            throw new Refusal("some of its names begin with " + COMFY + " and some do not");
        }
        return renamed(state, k -> TRANSFORMER + without(COMFY, k));
    }

    /** {@code Krea2LoraLoaderMixin}: of Krea's own names it takes PEFT's pairs alone. */
    static Map<String, DiffusersTensor> krea2(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = withoutDora(file);
        if (!any(state, k -> k.startsWith(COMFY) || k.startsWith(BARE_PEFT))) {
            return state;
        }
        state = renamed(state, k -> without(COMFY, without(BARE_PEFT, k)));
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        for (String key : List.copyOf(state.keySet())) {
            String pair = key.endsWith(A) ? A : key.endsWith(B) ? B : "";
            List<Pair> known = pair.isEmpty()
                    ? List.of()
                    : Krea2.RULES.ofOriginal(List.of(key.substring(0, key.length() - pair.length())));
            if (!known.isEmpty()) {
                converted.put(known.get(0).diffusers().get(0) + pair, state.remove(key));
            }
        }
        return finished(state, converted);
    }

    private static String without(String prefix, String key) {
        return key.startsWith(prefix) ? key.substring(prefix.length()) : key;
    }

    private static boolean isForeign(Map<String, DiffusersTensor> state) {
        return any(
                state, k -> k.endsWith(ALPHA) || k.startsWith(KOHYA) || k.startsWith(COMFY) || k.contains("default."));
    }

    /** {@code QwenImageLoraLoaderMixin}. */
    static Map<String, DiffusersTensor> qwen(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = withoutDora(file);
        if (!isForeign(state)) {
            return state;
        }
        state = renamed(state, k -> without(COMFY, k));
        if (any(state, k -> k.startsWith(KOHYA))) {
            state = renamed(state, k -> qwenName(without(KOHYA, k)));
        }
        state = renamed(state, k -> k.replace("default.", ""));
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        pairs(state, converted, true);
        state.keySet().removeIf(k -> k.contains(ALPHA));
        return finished(state, converted);
    }

    private static Map<String, DiffusersTensor> finished(
            Map<String, DiffusersTensor> rest, Map<String, DiffusersTensor> converted) {
        if (!rest.isEmpty()) {
            throw new Refusal("it does not know " + Shortened.of(List.copyOf(rest.keySet()), 3));
        }
        return renamed(converted, k -> TRANSFORMER + k);
    }

    /** Pairs become PEFT's, scaled by their alpha; kohya's where there are any, else PEFT's own. */
    private static void pairs(
            Map<String, DiffusersTensor> state, Map<String, DiffusersTensor> converted, boolean strict) {
        boolean kohya = any(state, k -> k.contains(DOWN) || k.contains(UP));
        String down = kohya ? DOWN : A;
        String up = kohya ? UP : B;
        for (String key : List.copyOf(state.keySet())) {
            if (key.endsWith(down)) {
                String module = key.substring(0, key.length() - down.length());
                DiffusersTensor first = required(state, key);
                converted.put(module + B, required(state, module + up));
                converted.put(module + A, first.scaled(state.remove(module + ALPHA)));
            }
        }
        if (strict && !kohya && any(state, k -> k.endsWith(B))) {
            throw new Refusal("it lacks the other half of " + Shortened.of(List.copyOf(state.keySet()), 1));
        }
    }

    /** Cuts a flat name at its underscores, but for the words that have one. */
    private static String cut(String name, List<String> words) {
        List<String> parts = List.of(name.split("_", -1));
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < parts.size(); ) {
            int at = i;
            String word = words.stream()
                    .filter(w -> {
                        List<String> own = List.of(w.split("_", -1));
                        return at + own.size() <= parts.size()
                                && parts.subList(at, at + own.size()).equals(own);
                    })
                    .findFirst()
                    .orElse(parts.get(at));
            merged.add(word);
            i += word.equals(parts.get(at)) ? 1 : word.split("_", -1).length;
        }
        return String.join(".", merged);
    }

    private static String qwenName(String key) {
        for (String module : QWEN_ENDS) {
            String flat = module.replace('.', '_');
            if (key.equals(flat) || key.startsWith(flat + ".")) {
                return module + key.substring(flat.length());
            }
        }
        int last = key.lastIndexOf('.');
        String base = last < 0 ? key : key.substring(0, last);
        String suffix = last < 0 ? "" : key.substring(last);
        int start = Math.min("transformer_blocks_".length(), base.length()); // cut off whatever it is
        String rest = base.substring(start);
        int dot = rest.indexOf('.');
        String head = dot < 0 ? rest : rest.substring(0, dot);
        return "transformer_blocks." + cut(head, QWEN_WORDS) + rest.substring(head.length()) + suffix;
    }

    /** {@code ZImageLoraLoaderMixin}. */
    static Map<String, DiffusersTensor> zImage(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = withoutDora(file);
        if (!isForeign(state)) {
            return state;
        }
        state = renamed(state, k -> without(COMFY, k));
        if (any(state, k -> k.startsWith(KOHYA))) {
            state = renamed(state, k -> zImageName(without(KOHYA, k)));
        }
        state = renamed(
                state, k -> k.contains(".to_out") ? k : Z_IMAGE_OUT.matcher(k).replaceAll(".to_out.0"));
        state = renamed(state, k -> k.replace("default.", ""));
        for (String module : Z_IMAGE_MODULES) {
            String cut = module.replace('_', '.');
            state = renamed(state, k -> k.replace(cut, module));
        }
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        pairs(state, converted, false);
        old(state, converted);
        return finished(state, converted);
    }

    private static String zImageName(String key) {
        int last = key.lastIndexOf('.');
        return last < 0 ? cut(key, Z_IMAGE_WORDS) : cut(key.substring(0, last), Z_IMAGE_WORDS) + key.substring(last);
    }

    /** {@code .lora.down.weight}, which kohya's {@code .lora_down.weight} is by now: its underscore became a dot. */
    private static void old(Map<String, DiffusersTensor> state, Map<String, DiffusersTensor> converted) {
        String down = ".lora.down.weight";
        String up = ".lora.up.weight";
        Set<String> keys = Set.copyOf(state.keySet());
        for (String key : List.copyOf(state.keySet())) {
            if (!key.contains(down)) {
                continue;
            }
            String module = key.substring(0, Math.max(key.length() - down.length(), 0));
            String upKey = key.replace(down, up);
            if (module.endsWith(".qkv")) {
                String block = module.substring(0, module.length() - ".qkv".length());
                DiffusersTensor first = required(state, key);
                DiffusersTensor second = state.remove(upKey);
                DiffusersTensor alpha = state.remove(module + ALPHA);
                boolean twice = Stream.of("q", "k", "v")
                        .anyMatch(p ->
                                keys.contains(block + ".to." + p + down) || keys.contains(block + ".to_" + p + down));
                if (!twice && second != null) {
                    List<String> names = Stream.of("q", "k", "v")
                            .map(p -> block + ".to_" + p)
                            .toList();
                    DiffusersFlux.parts(first.scaled(alpha), second, names, "", converted);
                }
            } else if (module.endsWith(".out")) {
                String name = module.substring(0, module.length() - ".out".length()) + ".to_out.0";
                DiffusersTensor first = required(state, key);
                DiffusersTensor second = state.remove(upKey);
                if (!keys.contains(name + down) && second != null) {
                    DiffusersFlux.parts(first.scaled(state.remove(name + ALPHA)), second, List.of(name), "", converted);
                }
            } else {
                String name = module.replaceFirst("\\.to\\.([qkv])$", ".to_$1");
                DiffusersTensor first = required(state, key);
                DiffusersTensor second = required(state, upKey);
                DiffusersFlux.parts(first.scaled(state.remove(name + ALPHA)), second, List.of(name), "", converted);
            }
        }
    }

    /** {@code Flux2LoraLoaderMixin}. */
    static Map<String, DiffusersTensor> flux2(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = withoutDora(file);
        if (any(state, k -> k.contains(DOWN))) {
            return flux2Kohya(state);
        }
        state = renamed(state, k -> k.replace("base_model.model.", COMFY));
        return any(state, k -> k.startsWith(COMFY)) ? flux2Toolkit(state) : state;
    }

    private static List<String> diffusers(String module) {
        return Flux2.DIFFUSERS_RULES.ofOriginal(List.of(module)).get(0).diffusers();
    }

    private static List<String> flux2Modules(Set<Integer> doubles, Set<Integer> singles) {
        List<String> modules = new ArrayList<>();
        doubles.forEach(n -> FLUX2_DOUBLE.forEach(m -> modules.add("double_blocks." + n + "." + m)));
        singles.forEach(n -> FLUX2_SINGLE.forEach(m -> modules.add("single_blocks." + n + "." + m)));
        return modules;
    }

    private static Set<Integer> numbers(Set<String> keys, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return keys.stream()
                .map(compiled::matcher)
                .filter(Matcher::lookingAt)
                .map(m -> Integer.parseInt(m.group(1)))
                .filter(n -> n < MAX_BLOCKS)
                .collect(Collectors.toSet());
    }

    private static Map<String, DiffusersTensor> flux2Kohya(Map<String, DiffusersTensor> file) {
        Map<String, DiffusersTensor> state = new LinkedHashMap<>(file);
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        List<String> modules = flux2Modules(
                numbers(file.keySet(), "lora_unet_double_blocks_(\\d{1,4})_"),
                numbers(file.keySet(), "lora_unet_single_blocks_(\\d{1,4})_"));
        for (String module :
                Stream.concat(modules.stream(), FLUX2_KOHYA_ENDS.stream()).toList()) {
            String name = KOHYA + module.replace('.', '_');
            DiffusersTensor down = state.remove(name + DOWN);
            if (down != null) {
                DiffusersTensor up = required(state, name + UP);
                DiffusersFlux.parts(
                        down.scaled(state.remove(name + ALPHA)), up, diffusers(module), TRANSFORMER, converted);
            }
        }
        return converted; // the rest is left out with a word
    }

    private static Map<String, DiffusersTensor> flux2Toolkit(Map<String, DiffusersTensor> file) {
        int prefix = COMFY.length(); // cut off whatever it is
        Map<String, DiffusersTensor> state = renamed(
                file,
                k -> k.substring(Math.min(prefix, k.length()))
                        .replace("lora_down", "lora_A")
                        .replace("lora_up", "lora_B"));
        Map<String, DiffusersTensor> converted = new LinkedHashMap<>();
        for (String key : List.copyOf(state.keySet())) {
            if (key.startsWith("single_transformer_blocks.") || key.startsWith("transformer_blocks.")) {
                converted.put(key, required(state, key));
            } else if (key.startsWith("sformer_blocks.")) {
                converted.put("tran" + key, required(state, key));
            }
        }
        List<String> modules = flux2Modules(
                numbers(state.keySet(), "double_blocks\\.(\\d{1,4})\\."),
                numbers(state.keySet(), "single_blocks\\.(\\d{1,4})\\."));
        for (String module :
                Stream.concat(modules.stream(), FLUX2_ENDS.stream()).toList()) {
            List<String> names = diffusers(module);
            DiffusersTensor down = state.remove(module + A);
            DiffusersTensor up = state.remove(module + B);
            for (String name : names) {
                if (down != null) {
                    converted.put(name + A, down);
                }
                if (up != null) {
                    converted.put(name + B, names.size() == 1 ? up : up.rows(up.firstDimension() / names.size()));
                }
            }
        }
        return finished(state, converted);
    }
}
