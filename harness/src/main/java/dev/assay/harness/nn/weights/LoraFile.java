package dev.assay.harness.nn.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.harness.model.Lora;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.model.TensorInfo;
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
    private final JsonNode adapter; // PEFT's configuration, where the file has one
    private final List<Group> groups;
    private final List<String> unknown; // keys of no known form

    private LoraFile(Lora lora, Map<String, TensorInfo> tensors, Map<String, String> metadata) {
        this.lora = lora;
        this.tensors = new TreeMap<>(tensors);
        this.adapter = adapter(lora.path(), metadata);
        this.unknown = new ArrayList<>();
        this.groups = parse();
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

    private List<Group> parse() {
        if (tensors.isEmpty()) {
            throw new ModelFileException(path(), "holds no tensors; expected a LoRA");
        }
        refuseOtherAlgorithms();
        Map<String, Map<LoraAlgorithm, Map<String, String>>> byBase = new LinkedHashMap<>();
        Map<String, String> alphas = new LinkedHashMap<>();
        List<String> twice = new ArrayList<>();
        for (String key : tensors.keySet()) {
            if (key.endsWith(LoraAlgorithms.ALPHA)) {
                alphas.put(key.substring(0, key.length() - LoraAlgorithms.ALPHA.length()), key);
                continue;
            }
            Optional<LoraAlgorithms.Key> parsed = LoraAlgorithms.parse(key);
            if (parsed.isEmpty()) {
                unknown.add(key);
                continue;
            }
            LoraAlgorithms.Key k = parsed.get();
            String other = byBase.computeIfAbsent(k.base(), b -> new LinkedHashMap<>())
                    .computeIfAbsent(k.algorithm(), a -> new LinkedHashMap<>())
                    .put(k.role(), key);
            if (other != null) {
                twice.add(other + " and " + key);
            }
        }
        if (!twice.isEmpty()) {
            throw new ModelFileException(path(), "holds two tensors for one purpose: " + LoraReport.some(twice));
        }
        alphas.forEach((base, key) -> {
            if (!byBase.containsKey(base) || tensors.get(key).elements() != 1) {
                unknown.add(key);
            }
        });
        return complete(byBase, alphas);
    }

    private List<Group> complete(
            Map<String, Map<LoraAlgorithm, Map<String, String>>> byBase, Map<String, String> alphas) {
        List<Group> result = new ArrayList<>();
        List<String> halves = new ArrayList<>();
        byBase.forEach((base, algorithms) -> algorithms.forEach((algorithm, keys) -> {
            algorithm
                    .missing(keys.keySet())
                    .ifPresent(missing -> halves.add(keys.values().iterator().next() + " without " + missing));
            result.add(new Group(
                    base, component(base), algorithm, Map.copyOf(keys), Optional.ofNullable(alphas.get(base))));
        }));
        if (!halves.isEmpty()) {
            throw new ModelFileException(
                    path(),
                    halves.size() + " of " + tensors.size() + " keys are half of a pair: " + LoraReport.some(halves)
                            + "; the file is cut off or was edited, save it again");
        }
        return List.copyOf(result);
    }

    private void refuseOtherAlgorithms() {
        Map<String, List<String>> refused = tensors.keySet().stream()
                .filter(key -> LoraAlgorithms.refused(key).isPresent())
                .collect(Collectors.groupingBy(
                        key -> LoraAlgorithms.refused(key).orElseThrow(), TreeMap::new, Collectors.toList()));
        if (!refused.isEmpty()) {
            String found = refused.entrySet().stream()
                    .map(e -> e.getKey() + " (" + e.getValue().size() + " keys, e.g. "
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
        JsonNode patterns = setting(group.component(), "alpha_pattern");
        for (Map.Entry<String, JsonNode> entry : patterns.properties()) {
            if (!entry.getKey().matches("[A-Za-z0-9_.-]+")) {
                throw new ModelFileException(
                        path(),
                        "alpha_pattern " + entry.getKey() + " is a regular expression; supported: module names");
            }
            if (module.equals(entry.getKey()) || module.endsWith("." + entry.getKey())) {
                return OptionalDouble.of(entry.getValue().asDouble());
            }
        }
        JsonNode alpha = setting(group.component(), "lora_alpha");
        return alpha.isNumber() ? OptionalDouble.of(alpha.asDouble()) : OptionalDouble.empty();
    }

    /** Whether PEFT's configuration scales with the root of the rank (Kalajdzievski 2023). */
    boolean rankStabilised(Group group) {
        return setting(group.component(), "use_rslora").asBoolean(false);
    }

    private JsonNode setting(String component, String name) {
        JsonNode own = adapter.path(component + "." + name); // diffusers puts the component before the setting
        return own.isMissingNode() ? adapter.path(name) : own;
    }

    private static JsonNode adapter(Path path, Map<String, String> metadata) {
        String json = metadata.get("lora_adapter_metadata");
        if (json == null) {
            return MissingNode.getInstance();
        }
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(path, "lora_adapter_metadata is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Which component a name belongs to; what comes first decides. */
    private static String component(String base) {
        String inner = base.startsWith("base_model.model.") ? base.substring("base_model.model.".length()) : base;
        for (String other : List.of("lora_te2_", "text_encoder_2.", "text_encoders.clip_g.")) {
            if (inner.startsWith(other)) {
                return "text_encoder_2";
            }
        }
        for (String other : List.of("lora_te3_", "text_encoder_3.", "text_encoders.t5xxl.")) {
            if (inner.startsWith(other)) {
                return "text_encoder_3";
            }
        }
        for (String text : List.of(
                "lora_te_", "lora_te1_", "text_encoder.", "text_encoders.clip_l.", "text_model.", "encoder.layers.")) {
            if (inner.startsWith(text)) {
                return "text_encoder";
            }
        }
        return "unet";
    }
}
