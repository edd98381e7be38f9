package dev.assay.harness.model.loader;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A tensor of a LoRA on its way through diffusers, which renames and splits the keys of a file before PEFT sees them.
 *
 * @param key by which the file has it
 * @param shape that it has by now: a part of a fused module has fewer rows
 * @param alpha key that its numbers are scaled by; null for none
 */
record DiffusersTensor(String key, List<Long> shape, String alpha) {
    DiffusersTensor {
        shape = List.copyOf(shape);
    }

    /** All tensors of a file, under their own names. */
    static Map<String, DiffusersTensor> of(Map<String, List<Long>> lora) {
        Map<String, DiffusersTensor> state = new LinkedHashMap<>();
        lora.forEach((key, shape) -> state.put(key, new DiffusersTensor(key, shape, null)));
        return state;
    }

    /** Scaled by another tensor, where there is one. */
    DiffusersTensor scaled(DiffusersTensor by) {
        return by == null ? this : new DiffusersTensor(key, shape, by.key);
    }

    /** So many of its rows. */
    DiffusersTensor rows(long rows) {
        if (shape.isEmpty()) {
            return this;
        }
        List<Long> part = new ArrayList<>(shape);
        part.set(0, rows);
        return new DiffusersTensor(key, part, alpha);
    }

    long firstDimension() {
        return shape.isEmpty() ? 0 : shape.get(0);
    }

    static Map<String, DiffusersTensor> renamed(Map<String, DiffusersTensor> state, UnaryOperator<String> name) {
        Map<String, DiffusersTensor> renamed = new LinkedHashMap<>();
        state.forEach((key, tensor) -> renamed.put(name.apply(key), tensor));
        return renamed;
    }

    static Map<String, DiffusersTensor> only(Map<String, DiffusersTensor> state, Predicate<String> which) {
        Map<String, DiffusersTensor> kept = new LinkedHashMap<>();
        state.forEach((key, tensor) -> {
            if (which.test(key)) {
                kept.put(key, tensor);
            }
        });
        return kept;
    }

    static boolean any(Map<String, DiffusersTensor> state, Predicate<String> which) {
        return state.keySet().stream().anyMatch(which);
    }

    static boolean all(Map<String, DiffusersTensor> state, Predicate<String> which) {
        return state.keySet().stream().allMatch(which);
    }

    /** Takes a tensor that the loader insists on. */
    static DiffusersTensor required(Map<String, DiffusersTensor> state, String key) {
        DiffusersTensor tensor = state.remove(key);
        if (tensor == null) {
            throw new Refusal("it lacks " + key);
        }
        return tensor;
    }

    /** The loader raises an error: nothing of the file is loaded. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param why in words that follow "it ends with an error: " */
        Refusal(String why) {
            super(why, null, false, false);
        }
    }
}
