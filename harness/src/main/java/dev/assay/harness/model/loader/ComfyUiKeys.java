package dev.assay.harness.model.loader;

import dev.assay.harness.model.lora.LoraGrammar;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which tensors of a LoRA ComfyUI 0.33.0 uses ({@code convert_lora}, {@code load_lora}, the weight adapters' {@code load} and
 * {@code add_patches}), given the names of modules that it maps.
 */
final class ComfyUiKeys {
    /** What a name of a module leads to: whether the model has its weight, and whether a change of its bias finds one. */
    record Target(boolean weight, boolean bias) {}

    /** Pairs of a low-rank change with a core tensor where that is looked for; the first whose first is there is taken. */
    private static final List<List<String>> PAIRS = LoraGrammar.PAIRS;

    private static final List<String> LOHA =
            List.of(".hada_w1_a", ".hada_w1_b", ".hada_w2_a", ".hada_w2_b", ".hada_t1", ".hada_t2");
    private static final List<String> LOKR =
            List.of(".lokr_w1", ".lokr_w2", ".lokr_w1_a", ".lokr_w1_b", ".lokr_w2_a", ".lokr_w2_b", ".lokr_t2");
    private static final List<String> GLORA = List.of(".a1.weight", ".a2.weight", ".b1.weight", ".b2.weight");

    private final Map<String, List<Long>> shapes; // by converted name
    private final Map<String, String> original; // file's key by converted name

    private ComfyUiKeys(Map<String, List<Long>> shapes, Map<String, String> original) {
        this.shapes = shapes;
        this.original = original;
    }

    static ComfyUiKeys of(Map<String, List<Long>> lora) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        Map<String, String> original = new HashMap<>();
        boolean control = isControl(lora.keySet());
        boolean fun = lora.containsKey("lora_unet__blocks_0_cross_attn_k.lora_down.weight");
        boolean xlabs = lora.containsKey("single_blocks.37.processor.qkv_lora.up.weight")
                && lora.containsKey("double_blocks.18.processor.qkv_lora2.up.weight");
        lora.forEach((key, shape) -> {
            String name = control ? control(key) : fun ? fun(key) : xlabs ? xlabs(key) : key;
            shapes.put(name, shape);
            original.put(name, key);
        });
        if (control && lora.containsKey("img_in.lora_B.weight")) {
            shapes.put("diffusion_model.img_in.reshape_weight", List.of(2L)); // made by ComfyUI itself
        }
        return new ComfyUiKeys(shapes, original);
    }

    /** By the keys that ComfyUI asks for. */
    private static boolean isControl(Set<String> keys) {
        return keys.contains("img_in.lora_A.weight") && keys.contains("single_blocks.0.norm.key_norm.scale");
    }

    private static String control(String key) {
        return "diffusion_model." + key.replace(".lora_B.bias", ".diff_b").replace("_norm.scale", "_norm.set_weight");
    }

    /** VideoX-Fun's. */
    private static String fun(String key) {
        return key.startsWith("lora_unet__") ? "lora_unet_" + key.substring("lora_unet__".length()) : key;
    }

    /** XLabs', where all blocks of Flux.1 are trained. */
    private static String xlabs(String key) {
        return "diffusion_model."
                + key.replace(".down.weight", ".lora_down.weight")
                        .replace(".up.weight", ".lora_up.weight")
                        .replace(".qkv_lora2.", ".txt_attn.qkv.")
                        .replace(".qkv_lora1.", ".img_attn.qkv.")
                        .replace(".proj_lora1.", ".img_attn.proj.")
                        .replace(".proj_lora2.", ".txt_attn.proj.")
                        .replace(".qkv_lora.", ".linear1_qkv.")
                        .replace(".proj_lora.", ".linear2.")
                        .replace(".processor.", ".");
    }

    /** A key less a suffix that the loader asks for, for every way to cut it. */
    private static final List<String> SUFFIXES = suffixes();

    static List<String> suffixes() {
        Set<String> all = new HashSet<>();
        PAIRS.forEach(all::addAll);
        all.addAll(LOHA);
        all.addAll(LOKR);
        all.addAll(GLORA);
        all.addAll(List.of(
                ".alpha",
                ".dora_scale",
                ".reshape_weight",
                ".oft_blocks",
                ".rescale",
                ".w_norm",
                ".b_norm",
                ".diff",
                ".diff_b",
                ".set_weight"));
        return all.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** Names of modules that the file may mean, as the file's own keys spell them after conversion. */
    private Set<String> modules() {
        Set<String> modules = new HashSet<>();
        shapes.keySet()
                .forEach(key -> SUFFIXES.stream()
                        .filter(key::endsWith)
                        .forEach(s -> modules.add(key.substring(0, key.length() - s.length()))));
        return modules;
    }

    /** The file's keys that are used. */
    Set<String> taken(Map<String, Target> names) {
        Set<String> taken = new HashSet<>();
        for (String module : modules()) {
            Target target = names.get(module);
            if (target != null) {
                taken(module, target).forEach(suffix -> taken.add(module + suffix));
            }
        }
        Set<String> keys = new HashSet<>();
        taken.forEach(name -> {
            if (original.containsKey(name)) {
                keys.add(original.get(name));
            }
        });
        return keys;
    }

    /** The key whose lack ends ComfyUI with an error, beside the one that asks for it; empty where it ends well. */
    Optional<String> stop(Set<String> names) {
        return modules().stream()
                .filter(names::contains)
                .sorted()
                .flatMap(m -> stop(m).stream())
                .findFirst();
    }

    private Optional<String> stop(String module) {
        List<Long> alpha = shapes.getOrDefault(module + ".alpha", List.of());
        if (alpha.stream().anyMatch(n -> n != 1)) {
            return Optional.of(module + ".alpha has shape " + alpha + ", where one number is expected");
        }
        for (List<String> pair : PAIRS) {
            if (has(module, pair.get(0))) {
                Optional<String> lack = lack(module, pair.subList(0, 2));
                if (lack.isPresent()) {
                    return lack;
                }
                break;
            }
        }
        return lack(module, LOHA.subList(0, 4))
                .or(() -> lack(module, LOHA.subList(4, 6)))
                .or(() -> lack(module, GLORA))
                .or(() -> kronecker(module));
    }

    /** Where the first is there, the first of the others that is not. */
    private Optional<String> lack(String module, List<String> suffixes) {
        return suffixes.stream()
                .filter(s -> has(module, suffixes.get(0)) && !has(module, s))
                .findFirst()
                .map(s -> words(module, suffixes.get(0), s));
    }

    /** Each of the two factors is one matrix or two. */
    private Optional<String> kronecker(String module) {
        Optional<String> any = Stream.of(".lokr_w1", ".lokr_w2", ".lokr_w1_a", ".lokr_w2_a")
                .filter(s -> has(module, s))
                .findFirst();
        return any.flatMap(here -> Stream.of(".lokr_w1", ".lokr_w2")
                .filter(f -> !has(module, f) && !(has(module, f + "_a") && has(module, f + "_b")))
                .findFirst()
                .map(f -> words(module, here, f)));
    }

    private static String words(String module, String here, String lack) {
        return module + here + " has no " + lack.substring(1) + " beside it";
    }

    private Set<String> taken(String module, Target target) {
        Set<String> weight = new HashSet<>(); // what goes into the weight's change
        Set<String> bias = new HashSet<>();
        take(module, weight, ".alpha", ".dora_scale");
        for (List<String> pair : PAIRS) {
            if (has(module, pair.get(0))) {
                take(module, weight, pair.toArray(String[]::new));
                take(module, weight, ".reshape_weight");
                break;
            }
        }
        if (has(module, LOHA.get(0))) {
            take(module, weight, LOHA.toArray(String[]::new));
        }
        take(module, weight, LOKR.toArray(String[]::new));
        if (has(module, GLORA.get(0))) {
            take(module, weight, GLORA.toArray(String[]::new));
        }
        int dimensions = shapes.getOrDefault(module + ".oft_blocks", List.of()).size();
        if (dimensions == 3 || dimensions == 4) {
            take(module, weight, ".oft_blocks", ".rescale");
        }
        take(module, weight, ".w_norm", ".diff", ".set_weight");
        if (has(module, ".w_norm")) {
            take(module, bias, ".b_norm");
        }
        take(module, bias, ".diff_b");
        Set<String> taken = new HashSet<>();
        if (target.weight) {
            taken.addAll(weight);
        }
        if (target.bias) {
            taken.addAll(bias);
        }
        return taken;
    }

    private boolean has(String module, String suffix) {
        return shapes.containsKey(module + suffix);
    }

    private void take(String module, Set<String> into, String... suffixes) {
        for (String suffix : suffixes) {
            if (has(module, suffix)) {
                into.add(suffix);
            }
        }
    }
}
