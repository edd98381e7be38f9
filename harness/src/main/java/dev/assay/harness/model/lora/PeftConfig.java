package dev.assay.harness.model.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.ModelFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
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
            throw new ModelFileException(path, "lora_adapter_metadata is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Scale of a module without an alpha tensor of its own: alpha / rank, or alpha / sqrt(rank) (Kalajdzievski 2023).
     *
     * @param layer its path with dots
     * @return empty where nothing is said
     */
    OptionalDouble scale(LoraPart part, String layer, long rank) {
        List<String> components = COMPONENTS.get(part);
        double divisor = setting(components, "use_rslora").asBoolean(false) ? Math.sqrt((double) rank) : rank;
        OptionalDouble alpha = alpha(components, layer);
        return alpha.isPresent() ? OptionalDouble.of(alpha.getAsDouble() / divisor) : alpha;
    }

    private OptionalDouble alpha(List<String> components, String layer) {
        for (Map.Entry<String, JsonNode> entry :
                setting(components, "alpha_pattern").properties()) {
            if (!NAME.matcher(entry.getKey()).matches()) {
                throw new ModelFileException(
                        path, "alpha_pattern " + entry.getKey() + " is a regular expression; supported: module names");
            }
            if (layer.equals(entry.getKey()) || layer.endsWith("." + entry.getKey())) {
                return OptionalDouble.of(entry.getValue().asDouble());
            }
        }
        JsonNode alpha = setting(components, "lora_alpha");
        return alpha.isNumber() ? OptionalDouble.of(alpha.asDouble()) : OptionalDouble.empty();
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
