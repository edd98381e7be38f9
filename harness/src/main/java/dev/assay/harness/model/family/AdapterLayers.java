package dev.assay.harness.model.family;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The layers that a LoRA changes, as patterns: dots are underscores and numbers are N, so that {@code
 * lora_unet_double_blocks_3_img_attn_qkv} and {@code diffusion_model.double_blocks.0.img_attn.qkv} are both {@code
 * double_blocks_N_img_attn_qkv}.
 */
public final class AdapterLayers {
    private final Map<String, Set<Long>> widths = new TreeMap<>();
    private final Map<String, Integer> highest = new TreeMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<Integer> textEncoders = new HashSet<>(); // by number; 0 for the diffusion model
    private final Set<Long> dimensions = new HashSet<>();
    private final boolean flat;
    private final String claim;
    private final String claimedFamily;
    private int textLayers = -1;

    /**
     * A layer that a LoRA changes.
     *
     * @param textEncoder its number in the file's own names; 0 for the diffusion model
     * @param name less what tools put before it, with dots or underscores
     * @param in width of its input; -1 where the tensors do not tell
     * @param out width of its output; -1 where the tensors do not tell
     */
    public record Layer(int textEncoder, String name, long in, long out) {}

    /**
     * @param claim what the file's metadata says of its base, lower case; may be empty
     * @param claimedFamily the family that this names, as LoRAs for it call it; may be empty
     */
    public AdapterLayers(List<Layer> layers, String claim, String claimedFamily) {
        this.claim = claim;
        this.claimedFamily = claimedFamily;
        this.flat = layers.stream().noneMatch(l -> l.textEncoder == 0 && l.name.contains("."));
        for (Layer layer : layers) {
            String name = layer.name.replace('.', '_');
            int index = firstNumber(name);
            textEncoders.add(layer.textEncoder);
            if (layer.textEncoder > 0) {
                textLayers = layer.textEncoder == 1 ? Math.max(textLayers, index) : textLayers;
                continue;
            }
            names.add(name);
            String pattern = pattern(name);
            Set<Long> inputs = widths.computeIfAbsent(pattern, p -> new HashSet<>());
            highest.merge(pattern, index, Math::max);
            if (layer.in > 0) {
                inputs.add(layer.in);
                dimensions.add(layer.in);
            }
            if (layer.out > 0) {
                dimensions.add(layer.out);
            }
        }
    }

    /** A layer's name with underscores for dots and N for its numbers; by hand, for a folder has a million names. */
    public static String pattern(String layer) {
        StringBuilder out = new StringBuilder(layer.length());
        for (int i = 0; i < layer.length(); ) {
            int end = numberEnd(layer, i);
            if (end > i) {
                out.append('N');
                i = end;
            } else {
                out.append(layer.charAt(i) == '.' ? '_' : layer.charAt(i));
                i++;
            }
        }
        return out.toString();
    }

    /** The first number between underscores or dots, of at most six digits; -1 without one. */
    public static int firstNumber(String layer) {
        for (int i = 0; i < layer.length(); i++) {
            int end = numberEnd(layer, i);
            if (end > i && end - i <= 6) {
                return Integer.parseInt(layer, i, end, 10);
            }
        }
        return -1;
    }

    /** Where a number that begins at {@code i} ends; {@code i} where none does, or it is a part of a word. */
    private static int numberEnd(String layer, int i) {
        if (i > 0 && !isSeparator(layer.charAt(i - 1))) {
            return i;
        }
        int end = i;
        while (end < layer.length() && layer.charAt(end) >= '0' && layer.charAt(end) <= '9') {
            end++;
        }
        return end == layer.length() || isSeparator(layer.charAt(end)) ? end : i;
    }

    private static boolean isSeparator(char c) {
        return c == '_' || c == '.';
    }

    /** Whether a part of any pattern matches. */
    boolean any(Pattern pattern) {
        return widths.keySet().stream().anyMatch(pattern.asPredicate());
    }

    /** Whether any layer's name, with its numbers, matches in a part. */
    boolean named(Pattern pattern) {
        Predicate<String> matches = pattern.asPredicate();
        return names.stream().anyMatch(matches);
    }

    /** Input widths of the layers whose pattern matches; empty where the kind of LoRA does not tell. */
    Set<Long> widths(Pattern pattern) {
        Set<Long> found = new HashSet<>();
        widths.forEach((name, inputs) -> {
            if (pattern.matcher(name).find()) {
                found.addAll(inputs);
            }
        });
        return found;
    }

    /** The highest first number in the layers whose pattern matches; -1 without any. */
    int highest(Pattern pattern) {
        return highest.entrySet().stream()
                .filter(e -> pattern.matcher(e.getKey()).find())
                .mapToInt(Map.Entry::getValue)
                .max()
                .orElse(-1);
    }

    /** Whether any layer's input or output has this size. */
    boolean hasDimension(long size) {
        return dimensions.contains(size);
    }

    boolean hasDimensions() {
        return !dimensions.isEmpty();
    }

    boolean touchesTextEncoder(int number) {
        return textEncoders.contains(number);
    }

    public boolean touchesDenoiser() {
        return !names.isEmpty();
    }

    /** Whether every layer of the diffusion model is written with underscores for dots, and its name matches in a part. */
    boolean allFlat(Pattern pattern) {
        return flat && names.stream().allMatch(pattern.asPredicate());
    }

    /** The highest layer of the first text encoder; -1 without any. */
    int highestTextLayer() {
        return textLayers;
    }

    /** The family that the file's metadata names: a hint, never a proof; may be empty. */
    public String claimedFamily() {
        return claimedFamily;
    }

    /** Whether the file's metadata says so of its base: a hint, never a proof. */
    boolean claims(String word) {
        return claim.contains(word);
    }
}
