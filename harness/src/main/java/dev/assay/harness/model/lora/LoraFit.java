package dev.assay.harness.model.lora;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How much of a LoRA a base takes, from names and shapes alone.
 *
 * @param parts of the model that the file can answer for
 * @param keysMatched keys of the modules that match
 * @param keysTotal all keys, less those of {@code unanswered}
 * @param unmatched names of modules for which the base has no layer
 * @param misfits modules whose layer the base has in another shape, in words
 * @param twice modules that change a layer which another module changes too, in words
 * @param unanswered modules for text encoders that the base's file does not hold
 * @param unchecked modules on layers whose quantised form hides their shape; counted as matched
 * @param unknownKeys keys of no known form
 * @param layers what each matched module changes, by module name
 */
public record LoraFit(
        Map<LoraPart, Count> parts,
        int keysMatched,
        int keysTotal,
        List<String> unmatched,
        List<Misfit> misfits,
        List<String> twice,
        List<String> unanswered,
        int unchecked,
        List<String> unknownKeys,
        Map<String, BaseLayer> layers) {
    /** Modules of one part of a model. */
    public record Count(int matched, int total) {}

    /** @param problem both shapes */
    public record Misfit(String module, String layer, String problem) {
        public String words() {
            return module + " (" + layer + "): " + problem;
        }
    }

    public LoraFit {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        unmatched = List.copyOf(unmatched);
        misfits = List.copyOf(misfits);
        twice = List.copyOf(twice);
        unanswered = List.copyOf(unanswered);
        unknownKeys = List.copyOf(unknownKeys);
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
    }

    public static LoraFit of(LoraGrammar lora, BaseModules base) {
        Map<LoraPart, Count> parts = new EnumMap<>(LoraPart.class);
        List<String> unmatched = new ArrayList<>();
        List<Misfit> misfits = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        List<String> unanswered = new ArrayList<>();
        Map<String, BaseLayer> layers = new LinkedHashMap<>();
        Map<List<BaseLayer.Slice>, String> taken = new HashMap<>();
        int unchecked = 0;
        int keys = 0;
        int keysUnanswered = 0;
        boolean control = lora.isControl();
        for (LoraModule module : lora.modules()) {
            Optional<BaseLayer> found = base.find(module);
            if (found.isEmpty() && !base.answersFor(module)) {
                unanswered.add(module.name());
                keysUnanswered += module.keys().size();
                continue;
            }
            boolean matches = false;
            if (found.isEmpty()) {
                unmatched.add(module.name());
            } else if (module.missing().isPresent()) {
                misfits.add(new Misfit(
                        module.name(),
                        found.get().words(),
                        "it lacks " + module.missing().get()));
            } else {
                Optional<String> problem = control && module.layer().equals("img_in")
                        ? Optional.empty() // loaders pad the base's layer, which the picture for control goes into
                        : ChangeShape.misfit(module, found.get());
                if (problem.isPresent() && !found.get().packed()) {
                    misfits.add(new Misfit(module.name(), found.get().words(), problem.get()));
                } else {
                    unchecked += problem.isPresent() ? 1 : 0;
                    matches = true;
                }
            }
            if (matches) {
                keys += module.keys().size();
                layers.put(module.name(), found.get());
                String other = taken.putIfAbsent(found.get().slices(), module.name());
                if (other != null) {
                    twice.add(other + " and " + module.name() + " both change "
                            + found.get().words());
                }
            }
            int one = matches ? 1 : 0;
            parts.merge(
                    module.part(), new Count(one, 1), (a, b) -> new Count(a.matched + b.matched, a.total + b.total));
        }
        return new LoraFit(
                parts,
                keys,
                lora.keys() + lora.unknown().size() - keysUnanswered,
                unmatched,
                misfits,
                twice,
                unanswered,
                unchecked,
                lora.unknown(),
                layers);
    }

    /** Modules that match. */
    public int matched() {
        return parts.values().stream().mapToInt(Count::matched).sum();
    }

    /** Modules that the base's file can answer for. */
    public int total() {
        return parts.values().stream().mapToInt(Count::total).sum();
    }

    /** Whether it can have been trained on this base: some of its modules for the denoiser match, and none meets another shape. */
    public boolean belongs() {
        Count judged = parts.getOrDefault(LoraPart.DENOISER, new Count(matched(), total()));
        return misfits.isEmpty() && (judged.total == 0 || judged.matched > 0);
    }

    /** Whether every key has its place. */
    public boolean whole() {
        return total() > 0 && keysMatched == keysTotal;
    }

    /** For people: {@code 722 of 722 modules match (denoiser 722 of 722)}. */
    public String words() {
        return matched() + " of " + total() + " modules match"
                + (parts.size() < 2
                        ? ""
                        : parts.entrySet().stream()
                                .map(e -> e.getKey().word() + " " + e.getValue().matched() + " of "
                                        + e.getValue().total())
                                .collect(Collectors.joining(", ", " (", ")")))
                + (unanswered.isEmpty()
                        ? ""
                        : "; " + unanswered.size() + " modules are for text encoders, which this file does not hold");
    }
}
