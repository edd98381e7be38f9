package dev.assay.harness.nn.weights;

import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.FirstFew;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What does not fit between a LoRA file and a model, in the words of an error. */
final class LoraReport {
    private static final int SHOWN = 10;

    private final LoraFile file;
    private final List<String> unmatched; // keys
    private final List<String> misfits = new ArrayList<>(); // sentences

    LoraReport(LoraFile file) {
        this.file = file;
        this.unmatched = new ArrayList<>(file.unknown());
    }

    void unmatched(LoraFile.Group group) {
        unmatched.addAll(group.keys().values());
        group.alpha().ifPresent(unmatched::add);
    }

    void misfit(LoraFile.Group group, String module, String problem) {
        misfits.add(group.base() + " (" + module + "): " + problem);
    }

    /**
     * Ends the check.
     *
     * @throws ModelFileException naming the keys that match no layer and the layers that do not fit
     */
    void throwIfAny() {
        if (unmatched.isEmpty() && misfits.isEmpty()) {
            return;
        }
        List<String> problems = new ArrayList<>();
        if (!unmatched.isEmpty()) {
            problems.add(unmatched.size() + " of " + file.size() + " keys match no layer of this model: "
                    + grouped(unmatched));
        }
        if (!misfits.isEmpty()) {
            problems.add(misfits.size() + " layers have other shapes in this model: " + some(misfits));
        }
        String family = family(file)
                .map(f -> "The keys look like " + f + "; is this a LoRA for another family?")
                .orElse("Was this LoRA trained on a model of another family or size?");
        throw new ModelFileException(file.path(), String.join("; ", problems) + ". " + family);
    }

    /** The first few of a list, and how many there are besides. */
    static String some(List<String> items) {
        return FirstFew.of(items, SHOWN);
    }

    /** Keys by what comes before their first digit: count and first key of each, the largest group first. */
    private static String grouped(Collection<String> keys) {
        Map<String, List<String>> groups =
                keys.stream().collect(Collectors.groupingBy(LoraReport::prefix, TreeMap::new, Collectors.toList()));
        int each = Math.max(1, SHOWN / groups.size());
        return some(groups.values().stream()
                .sorted((a, b) -> b.size() - a.size())
                .map(g -> g.stream().sorted().limit(each).collect(Collectors.joining(", "))
                        + (g.size() > each ? ", ... (" + g.size() + " keys)" : ""))
                .toList());
    }

    private static String prefix(String key) {
        // The digit of lora_te1_ names a component, not a layer.
        int from = key.startsWith("lora_te") ? key.indexOf('_', 5) : 0;
        for (int i = Math.max(from, 0); i < key.length(); i++) {
            if (Character.isDigit(key.charAt(i))) {
                return key.substring(0, i);
            }
        }
        return key;
    }

    /** The family that key names, or the width of the text features, point to. */
    static Optional<String> family(LoraFile file) {
        String keys = String.join("\n", file.tensors().keySet());
        if (has(keys, "double_blocks", "single_blocks", "single_transformer_blocks")) {
            return Optional.of("Flux");
        }
        if (has(keys, "transformer_blocks") && has(keys, "img_mod", "txt_mod", "img_mlp", "txt_mlp", "add_q_proj")) {
            return Optional.of("Qwen-Image");
        }
        if (has(keys, "joint_blocks")) {
            return Optional.of("Stable Diffusion 3");
        }
        if (has(
                keys,
                "lora_te2_",
                "text_encoder_2.",
                "add_embedding",
                "label_emb",
                "input_blocks_8_1_transformer_blocks_1_",
                "input_blocks.8.1.transformer_blocks.1.",
                "transformer_blocks_9_",
                "transformer_blocks.9.")) {
            return Optional.of("SDXL");
        }
        for (LoraFile.Group group : file.groups()) {
            boolean context =
                    group.base().endsWith("attn2_to_k") || group.base().endsWith("attn2.to_k");
            List<Long> down = file.shapes(group).get("down");
            if (context && down != null && down.size() >= 2) {
                return Optional.ofNullable(
                        Map.of(768L, "Stable Diffusion 1", 1024L, "Stable Diffusion 2", 2048L, "SDXL")
                                .get(down.get(1)));
            }
        }
        return Optional.empty();
    }

    private static boolean has(String keys, String... parts) {
        for (String part : parts) {
            if (keys.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
