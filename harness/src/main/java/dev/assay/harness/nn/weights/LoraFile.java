package dev.assay.harness.nn.weights;

import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.TensorInfo;
import dev.assay.harness.model.lora.LoraCheck;
import dev.assay.harness.model.lora.LoraGrammar;
import dev.assay.harness.model.lora.LoraModule;
import dev.assay.harness.model.lora.LoraPart;
import dev.assay.harness.model.lora.PeftConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The header of a LoRA file, its keys sorted by layer; holds no tensor data. */
final class LoraFile {
    /**
     * What the file holds for one layer in one algorithm.
     *
     * @param base the layer as the file names it
     * @param component {@code unet}, {@code text_encoder}, or a component that the supported models do not have
     * @param keys names of tensors by role
     * @param alpha name of the tensor that states alpha
     */
    record Group(
            String base, String component, LoraAlgorithm algorithm, Map<String, String> keys, Optional<String> alpha) {}

    private final Lora lora;
    private final Map<String, TensorInfo> tensors;
    private final PeftConfig adapter;
    private final List<Group> groups;
    private final List<String> unknown; // keys of no known form

    private LoraFile(Lora lora, Map<String, TensorInfo> tensors, Map<String, String> metadata) {
        this.lora = lora;
        this.tensors = new TreeMap<>(tensors);
        this.adapter = PeftConfig.of(lora.path(), metadata);
        if (tensors.isEmpty()) {
            throw new ModelFileException(path(), "holds no tensors; expected a LoRA");
        }
        LoraGrammar grammar = LoraGrammar.parse(LoraCheck.shapes(this.tensors));
        refuseOtherKinds(grammar);
        this.unknown = grammar.unknown();
        this.groups = groups(grammar);
    }

    /**
     * Reads the header.
     *
     * @throws ModelFileException where the file holds nothing, an algorithm that is not merged, or half of a pair
     */
    static LoraFile read(Lora lora) {
        try (SafetensorsFile file = SafetensorsFile.open(lora.path())) {
            return new LoraFile(lora, file.tensors(), file.metadata());
        }
    }

    Path path() {
        return lora.path();
    }

    double strength() {
        return lora.strength();
    }

    /** What the file holds, layer by layer. */
    List<Group> groups() {
        return groups;
    }

    private List<Group> groups(LoraGrammar grammar) {
        List<Group> result = new ArrayList<>();
        List<String> halves = new ArrayList<>();
        List<String> twice = new ArrayList<>(grammar.twice());
        for (LoraModule module : grammar.modules()) {
            Map<LoraAlgorithm, Map<String, String>> algorithms = new LinkedHashMap<>();
            module.keys()
                    .forEach((role, key) -> LoraAlgorithms.of(role).ifPresent(algorithm -> {
                        String other = algorithms
                                .computeIfAbsent(algorithm, a -> new LinkedHashMap<>())
                                .put(algorithm.roles().get(role), key);
                        if (other != null) {
                            twice.add(other + " and " + key);
                        }
                    }));
            algorithms.forEach((algorithm, keys) -> {
                algorithm
                        .missing(keys.keySet())
                        .ifPresent(
                                missing -> halves.add(keys.values().iterator().next() + " without " + missing));
                result.add(new Group(
                        module.name(), component(module.part()), algorithm, Map.copyOf(keys), module.alphaKey()));
            });
        }
        if (!twice.isEmpty()) {
            throw new ModelFileException(path(), "holds two tensors for one purpose: " + LoraReport.some(twice));
        }
        if (!halves.isEmpty()) {
            throw new ModelFileException(
                    path(),
                    halves.size() + " of " + tensors.size() + " keys are half of a pair: " + LoraReport.some(halves)
                            + "; the file is cut off or was edited, save it again");
        }
        return List.copyOf(result);
    }

    private void refuseOtherKinds(LoraGrammar grammar) {
        Map<String, List<String>> refused = LoraAlgorithms.refused(grammar);
        if (!refused.isEmpty()) {
            String found = refused.entrySet().stream()
                    .map(e -> e.getKey() + " (" + e.getValue().size() + " layers, e.g. "
                            + e.getValue().get(0) + ")")
                    .collect(Collectors.joining(", "));
            String supported =
                    LoraAlgorithms.SUPPORTED.stream().map(LoraAlgorithm::name).collect(Collectors.joining("; "));
            throw new ModelFileException(
                    path(), "uses " + found + ", which cannot be merged yet; supported: " + supported);
        }
    }

    /** Keys whose form no algorithm knows. */
    List<String> unknown() {
        return List.copyOf(unknown);
    }

    /** Number of tensors. */
    int size() {
        return tensors.size();
    }

    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** Shapes of a group's tensors by role. */
    Map<String, List<Long>> shapes(Group group) {
        return group.keys().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> tensors.get(e.getValue()).shape()));
    }

    /** Alpha from PEFT's configuration, for a layer without its own alpha tensor. */
    OptionalDouble adapterAlpha(Group group, String module) {
        return adapter.alpha(List.of(group.component()), module);
    }

    /** Whether PEFT's configuration scales with the root of the rank (Kalajdzievski 2023). */
    boolean rankStabilised(Group group) {
        return adapter.rankStabilised(List.of(group.component()));
    }

    /** Folders of a diffusers model. */
    private static String component(LoraPart part) {
        return switch (part) {
            case DENOISER -> "unet";
            case TEXT_ENCODER_1 -> "text_encoder";
            case TEXT_ENCODER_2 -> "text_encoder_2";
            case TEXT_ENCODER_3 -> "text_encoder_3";
            case TEXT_ENCODER_4 -> "text_encoder_4";
        };
    }
}
