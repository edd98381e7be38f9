package dev.assay.harness.model.family;

import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraNaming;
import dev.assay.harness.model.lora.LoraPart;
import dev.assay.harness.model.lora.LoraRole;
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
    private final Set<LoraPart> parts;
    private final Set<Long> dimensions = new HashSet<>();
    private final LoraGrammar grammar;
    private final String claim;
    private final String claimedFamily;
    private int textLayers = -1;

    /**
     * @param claim what the file's metadata says of its base, lower case; may be empty
     * @param claimedFamily the word of the family that this names; may be empty
     */
    public AdapterLayers(LoraGrammar grammar, String claim, String claimedFamily) {
        this.grammar = grammar;
        this.parts = grammar.parts().keySet();
        this.claim = claim;
        this.claimedFamily = claimedFamily;
        for (LoraModule module : grammar.modules()) {
            String name = module.layer().replace('.', '_');
            int index = firstNumber(name);
            if (module.part() != LoraPart.DENOISER) {
                textLayers = module.part() == LoraPart.TEXT_ENCODER_1 ? Math.max(textLayers, index) : textLayers;
                continue;
            }
            names.add(name);
            String pattern = pattern(name);
            Set<Long> inputs = widths.computeIfAbsent(pattern, p -> new HashSet<>());
            highest.merge(pattern, index, Math::max);
            long in = in(module);
            if (in > 0) {
                inputs.add(in);
                dimensions.add(in);
            }
            long out = out(module);
            if (out > 0) {
                dimensions.add(out);
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
    static int firstNumber(String layer) {
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

    boolean touches(LoraPart part) {
        return parts.contains(part);
    }

    boolean touchesDenoiser() {
        return !names.isEmpty();
    }

    /** The highest layer of the first text encoder; -1 without any. */
    int highestTextLayer() {
        return textLayers;
    }

    /** Of the diffusion model. */
    List<LoraModule> denoiser() {
        return grammar.modules().stream()
                .filter(m -> m.part() == LoraPart.DENOISER)
                .toList();
    }

    /** Of text encoders. */
    List<LoraModule> text() {
        return grammar.modules().stream().filter(m -> m.part().isTextEncoder()).toList();
    }

    boolean hasNaming(LoraNaming naming) {
        return grammar.naming().filter(n -> n == naming).isPresent();
    }

    /** The family that the file's metadata names: a hint, never a proof; may be empty. */
    String claimedFamily() {
        return claimedFamily;
    }

    /** Whether the file's metadata says so of its base: a hint, never a proof. */
    boolean claims(String word) {
        return claim.contains(word);
    }

    /** Width of the layer's input; -1 where the tensors do not tell. */
    static long in(LoraModule module) {
        return switch (module.kind()) {
            case LORA, LOCON -> dimension(module, LoraRole.DOWN, 1);
            case LOHA -> dimension(module, LoraRole.HADA_W1_B, 1);
            case LOKR ->
                product(
                        side(module, LoraRole.LOKR_W1, LoraRole.LOKR_W1_B, 1),
                        side(module, LoraRole.LOKR_W2, LoraRole.LOKR_W2_B, 1));
            // Both layouts: the rank is the smaller of the two.
            case GLORA -> Math.max(dimension(module, LoraRole.GLORA_B1, 1), dimension(module, LoraRole.GLORA_B2, 1));
            case FULL_DIFF -> dimension(module, LoraRole.DIFF, 1);
            case OFT, BOFT, IA3, DORA -> -1;
        };
    }

    /** Width of the layer's output; -1 where the tensors do not tell. */
    private static long out(LoraModule module) {
        return switch (module.kind()) {
            case LORA, LOCON -> dimension(module, LoraRole.UP, 0);
            case LOHA ->
                module.has(LoraRole.HADA_T1)
                        ? dimension(module, LoraRole.HADA_W1_A, 1)
                        : dimension(module, LoraRole.HADA_W1_A, 0);
            case LOKR ->
                product(
                        side(module, LoraRole.LOKR_W1, LoraRole.LOKR_W1_A, 0),
                        side(module, LoraRole.LOKR_W2, LoraRole.LOKR_W2_A, module.has(LoraRole.LOKR_T2) ? 1 : 0));
            case GLORA -> Math.max(dimension(module, LoraRole.GLORA_B1, 0), dimension(module, LoraRole.GLORA_B2, 0));
            case FULL_DIFF -> dimension(module, LoraRole.DIFF, 0);
            case OFT -> product(dimension(module, LoraRole.OFT_BLOCKS, 0), dimension(module, LoraRole.OFT_BLOCKS, 1));
            case BOFT -> product(dimension(module, LoraRole.OFT_BLOCKS, 1), dimension(module, LoraRole.OFT_BLOCKS, 2));
            case IA3 ->
                module.has(LoraRole.IA3_WEIGHT)
                        ? module.shape(LoraRole.IA3_WEIGHT).stream().reduce(1L, (a, b) -> a * b)
                        : -1;
            case DORA -> -1;
        };
    }

    private static long side(LoraModule module, LoraRole full, LoraRole factor, int index) {
        return module.has(full) ? dimension(module, full, index) : dimension(module, factor, index);
    }

    private static long product(long a, long b) {
        return a < 0 || b < 0 || (b > 0 && a > Long.MAX_VALUE / b) ? -1 : a * b;
    }

    private static long dimension(LoraModule module, LoraRole role, int index) {
        if (!module.has(role)) {
            return -1;
        }
        List<Long> shape = module.shape(role);
        return shape.size() <= index ? -1 : shape.get(index);
    }
}
