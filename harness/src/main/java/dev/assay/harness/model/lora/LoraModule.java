package dev.assay.harness.model.lora;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
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

    /** What stands before the layer in the file's name for it. */
    public String prefix() {
        return name.endsWith(layer) ? name.substring(0, name.length() - layer.length()) : "";
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
        return kind.algorithm().rank(this);
    }

    /** By PEFT's configuration; empty where it has an alpha of its own, or none counts, or nothing is said. */
    OptionalDouble scale(PeftConfig config) {
        return rank().isEmpty() || has(LoraRole.ALPHA)
                ? OptionalDouble.empty()
                : config.scale(part, layer, rank().getAsLong());
    }

    OptionalLong dimension(LoraRole role, int index) {
        List<Long> shape = shapes.get(role);
        return shape == null || shape.size() <= index ? OptionalLong.empty() : OptionalLong.of(shape.get(index));
    }

    /** What this module lacks to mean anything, e.g. {@code lora_down}: the file is cut off or was edited. */
    public Optional<String> missing() {
        return kind.algorithm().missing(this);
    }

    /** Tensors that are no part of the change that {@link ModuleTensors} computes: of another kind, or of another program's form. */
    public Set<LoraRole> unread() {
        Set<LoraRole> unread = EnumSet.noneOf(LoraRole.class);
        unread.addAll(keys.keySet());
        unread.removeAll(kind.algorithm().roles());
        unread.remove(LoraRole.ALPHA);
        if (kind.algorithm().isSum()) {
            unread.remove(LoraRole.DORA_SCALE);
        }
        if (kind == LoraKind.FULL_DIFF || !has(LoraRole.SET_WEIGHT)) {
            Difference.WEIGHT.stream().filter(this::has).findFirst().ifPresent(unread::remove);
        }
        Difference.BIAS.stream().filter(this::has).findFirst().ifPresent(unread::remove);
        return unread;
    }
}
