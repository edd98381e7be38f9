package dev.assay.harness.model.lora;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What a file holds for one layer.
 *
 * @param name the module as the file names it: a key less its suffix
 * @param layer the name less what tools put before it ({@code lora_unet_}, {@code transformer.}): a path with dots, or flat
 * @param flat whether the file turned dots into underscores
 * @param kind how the change is stored; never {@link LoraKind#DORA}
 * @param keys names of the tensors by role, alpha included
 * @param shapes of the tensors by role, alpha included
 */
public record LoraModule(
        String name,
        LoraNaming naming,
        LoraPart part,
        String layer,
        boolean flat,
        LoraKind kind,
        Map<LoraRole, String> keys,
        Map<LoraRole, List<Long>> shapes) {
    public LoraModule {
        keys = copy(keys);
        shapes = copy(shapes);
        if (!keys.keySet().equals(shapes.keySet())) {
            throw new IllegalArgumentException(name + ": expected a shape per key, found " + keys + " and " + shapes);
        }
    }

    private static <V> Map<LoraRole, V> copy(Map<LoraRole, V> map) {
        Map<LoraRole, V> copy = new EnumMap<>(LoraRole.class);
        copy.putAll(map);
        return Collections.unmodifiableMap(copy);
    }

    /** Whether the file holds learned magnitudes for this module. */
    public boolean dora() {
        return keys.containsKey(LoraRole.DORA_SCALE);
    }

    public boolean has(LoraRole role) {
        return keys.containsKey(role);
    }

    /** The same module with some of its tensors alone; full differences where that is all that is left. */
    public LoraModule only(Predicate<LoraRole> which) {
        Map<LoraRole, String> some = new EnumMap<>(LoraRole.class);
        Map<LoraRole, List<Long>> theirs = new EnumMap<>(LoraRole.class);
        keys.forEach((role, key) -> {
            if (which.test(role)) {
                some.put(role, key);
                theirs.put(role, shapes.get(role));
            }
        });
        boolean same = some.keySet().stream().anyMatch(r -> r.kind() != null && r.kind() != LoraKind.FULL_DIFF);
        return new LoraModule(name, naming, part, layer, flat, same ? kind : LoraKind.FULL_DIFF, some, theirs);
    }

    /** Shape of a tensor that the module {@link #has}. */
    public List<Long> shape(LoraRole role) {
        List<Long> shape = shapes.get(role);
        if (shape == null) {
            throw new IllegalArgumentException(name + " has no " + role + ", only " + keys.keySet());
        }
        return shape;
    }

    /** Name of the tensor that states alpha. */
    public Optional<String> alphaKey() {
        return Optional.ofNullable(keys.get(LoraRole.ALPHA));
    }

    /** The rank, which alpha is divided by; empty for kinds without one and for a Kronecker product of full matrices. */
    public OptionalLong rank() {
        return switch (kind) {
            case LORA, LOCON -> dimension(LoraRole.DOWN, 0);
            case LOHA -> dimension(LoraRole.HADA_W1_B, 0);
            case LOKR -> {
                OptionalLong second = dimension(LoraRole.LOKR_W2_B, 0);
                yield second.isPresent() ? second : dimension(LoraRole.LOKR_W1_B, 0);
            }
            case GLORA -> gloraIsOld() ? dimension(LoraRole.GLORA_B1, 0) : dimension(LoraRole.GLORA_B1, 1);
            case OFT, BOFT, IA3, DORA, FULL_DIFF -> OptionalLong.empty();
        };
    }

    /** Whether GLoRA's factors lie as b2 b1 + W a2 a1 (its first form) and not b1 b2 + W a1 a2. Judged as ComfyUI does. */
    boolean gloraIsOld() {
        OptionalLong rank = dimension(LoraRole.GLORA_A1, 0);
        boolean old = rank.isPresent()
                && rank.equals(dimension(LoraRole.GLORA_A2, 1))
                && rank.equals(dimension(LoraRole.GLORA_B1, 0))
                && rank.equals(dimension(LoraRole.GLORA_B2, 1));
        OptionalLong other = dimension(LoraRole.GLORA_A2, 0);
        boolean young = other.isPresent()
                && other.equals(dimension(LoraRole.GLORA_A1, 1))
                && other.equals(dimension(LoraRole.GLORA_B2, 0))
                && other.equals(dimension(LoraRole.GLORA_B1, 1));
        // Of a square layer both forms have factors of these shapes, in another order; the rank is the smaller number.
        return old && (!young || other.getAsLong() >= rank.getAsLong());
    }

    private OptionalLong dimension(LoraRole role, int index) {
        List<Long> shape = shapes.get(role);
        return shape == null || shape.size() <= index ? OptionalLong.empty() : OptionalLong.of(shape.get(index));
    }

    /** What this module lacks to mean anything, e.g. {@code lora_down}: the file is cut off or was edited. */
    public Optional<String> missing() {
        return switch (kind) {
            case LORA, LOCON ->
                !has(LoraRole.DOWN)
                        ? Optional.of("lora_down (lora_A)")
                        : !has(LoraRole.UP) ? Optional.of("lora_up (lora_B)") : Optional.empty();
            case LOHA ->
                lacks(LoraRole.HADA_W1_A, LoraRole.HADA_W1_B, LoraRole.HADA_W2_A, LoraRole.HADA_W2_B)
                        .or(() -> has(LoraRole.HADA_T1) == has(LoraRole.HADA_T2)
                                ? Optional.empty()
                                : lacks(LoraRole.HADA_T1, LoraRole.HADA_T2));
            case LOKR ->
                (has(LoraRole.LOKR_W1) ? Optional.<String>empty() : lacks(LoraRole.LOKR_W1_A, LoraRole.LOKR_W1_B))
                        .or(() -> has(LoraRole.LOKR_W2)
                                ? Optional.empty()
                                : lacks(LoraRole.LOKR_W2_A, LoraRole.LOKR_W2_B));
            case GLORA -> lacks(LoraRole.GLORA_A1, LoraRole.GLORA_A2, LoraRole.GLORA_B1, LoraRole.GLORA_B2);
            case OFT, BOFT ->
                has(LoraRole.OFT_R) || has(LoraRole.BOFT_R) ? Optional.empty() : lacks(LoraRole.OFT_BLOCKS);
            case IA3 -> lacks(LoraRole.IA3_WEIGHT);
            case DORA, FULL_DIFF -> Optional.empty();
        };
    }

    private Optional<String> lacks(LoraRole... roles) {
        for (LoraRole role : roles) {
            if (!has(role)) {
                return Optional.of(role.name().toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }
}
