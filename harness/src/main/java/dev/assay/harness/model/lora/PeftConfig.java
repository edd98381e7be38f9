package dev.assay.harness.model.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.text.Trouble;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** PEFT's configuration, which diffusers puts into a file's metadata as {@code lora_adapter_metadata}; empty in most files. */
public final class PeftConfig {
    /** What it may call the parts of a model. */
    private static final Map<LoraPart, List<String>> COMPONENTS = Map.of(
            LoraPart.DENOISER, List.of("unet", "transformer"),
            LoraPart.TEXT_ENCODER_1, List.of("text_encoder"),
            LoraPart.TEXT_ENCODER_2, List.of("text_encoder_2"),
            LoraPart.TEXT_ENCODER_3, List.of("text_encoder_3"),
            LoraPart.TEXT_ENCODER_4, List.of("text_encoder_4"));

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    /** Says nothing. */
    static final PeftConfig NONE = new PeftConfig(null, MissingNode.getInstance());

    private final Path path; // of a file whose metadata have a configuration
    private final JsonNode json;
    private final Map<LoraPart, AlphaPattern> patterns = new ConcurrentHashMap<>();

    private PeftConfig(Path path, JsonNode json) {
        this.path = path;
        this.json = json;
    }

    /** @throws ModelFileException where the metadata is there and no JSON */
    public static PeftConfig of(Path path, Map<String, String> metadata) {
        String text = metadata.get("lora_adapter_metadata");
        if (text == null) {
            return NONE;
        }
        try {
            return new PeftConfig(path, Json.LENIENT.readTree(text));
        } catch (JsonProcessingException e) {
            throw new ModelFileException(
                    path, "lora_adapter_metadata is not JSON: " + Trouble.ofParser(e.getOriginalMessage()), e);
        }
    }

    /**
     * Scale of a module without an alpha tensor of its own: alpha / rank, or alpha / sqrt(rank) (Kalajdzievski 2023).
     *
     * @param layer its path with dots
     * @return empty where nothing is said
     */
    OptionalDouble scale(LoraPart part, String layer, long rank) {
        double divisor = setting(COMPONENTS.get(part), "use_rslora").asBoolean(false) ? Math.sqrt((double) rank) : rank;
        OptionalDouble alpha = alpha(part, layer);
        return alpha.isPresent() ? OptionalDouble.of(alpha.getAsDouble() / divisor) : alpha;
    }

    private OptionalDouble alpha(LoraPart part, String layer) {
        AlphaPattern pattern =
                patterns.computeIfAbsent(part, p -> AlphaPattern.of(setting(COMPONENTS.get(p), "alpha_pattern")));
        Optional<AlphaPattern.Entry> entry = pattern.first(layer);
        if (entry.map(AlphaPattern.Entry::place).orElse(Integer.MAX_VALUE) > pattern.regexPlace) {
            throw new ModelFileException(
                    path, "alpha_pattern " + pattern.regex + " is a regular expression; supported: module names");
        }
        JsonNode alpha = setting(COMPONENTS.get(part), "lora_alpha");
        return entry.isPresent()
                ? OptionalDouble.of(entry.get().alpha)
                : alpha.isNumber() ? OptionalDouble.of(alpha.asDouble()) : OptionalDouble.empty();
    }

    /**
     * Alphas of modules whose names end so; of several the first in the file counts.
     *
     * @param regexPlace of the first entry that is no name, {@code regex}; past all where there is none
     */
    private record AlphaPattern(Map<String, Entry> names, String regex, int regexPlace) {
        record Entry(int place, double alpha) {}

        static AlphaPattern of(JsonNode pattern) {
            Map<String, Entry> names = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : pattern.properties()) {
                if (!NAME.matcher(entry.getKey()).matches()) {
                    return new AlphaPattern(names, entry.getKey(), names.size());
                }
                names.put(
                        entry.getKey(), new Entry(names.size(), entry.getValue().asDouble()));
            }
            return new AlphaPattern(names, "", Integer.MAX_VALUE);
        }

        Optional<Entry> first(String layer) {
            Optional<Entry> first = Optional.ofNullable(names.get(layer));
            for (int dot = layer.indexOf('.'); dot >= 0; dot = layer.indexOf('.', dot + 1)) {
                Entry entry = names.get(layer.substring(dot + 1));
                if (entry != null && first.filter(f -> f.place < entry.place).isEmpty()) {
                    first = Optional.of(entry);
                }
            }
            return first;
        }
    }

    private JsonNode setting(List<String> components, String name) {
        for (String component : components) { // diffusers puts the component before the setting
            JsonNode own = json.path(component + "." + name);
            if (!own.isMissingNode()) {
                return own;
            }
        }
        return json.path(name);
    }
}
