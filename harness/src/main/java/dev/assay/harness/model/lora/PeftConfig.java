package dev.assay.harness.model.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.ModelFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** PEFT's configuration, which diffusers puts into a file's metadata as {@code lora_adapter_metadata}; empty in most files. */
public final class PeftConfig {
    private final Path path;
    private final JsonNode json;

    private PeftConfig(Path path, JsonNode json) {
        this.path = path;
        this.json = json;
    }

    /** @throws ModelFileException where the metadata is there and no JSON */
    public static PeftConfig of(Path path, Map<String, String> metadata) {
        String text = metadata.get("lora_adapter_metadata");
        if (text == null) {
            return new PeftConfig(path, MissingNode.getInstance());
        }
        try {
            return new PeftConfig(path, Json.LENIENT.readTree(text));
        } catch (JsonProcessingException e) {
            throw new ModelFileException(path, "lora_adapter_metadata is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Alpha for a module without an alpha tensor of its own.
     *
     * @param components what the configuration may call the part of the model, e.g. {@code unet}
     * @param module its path with dots
     */
    public OptionalDouble alpha(List<String> components, String module) {
        for (Map.Entry<String, JsonNode> entry :
                setting(components, "alpha_pattern").properties()) {
            if (!entry.getKey().matches("[A-Za-z0-9_.-]+")) {
                throw new ModelFileException(
                        path, "alpha_pattern " + entry.getKey() + " is a regular expression; supported: module names");
            }
            if (module.equals(entry.getKey()) || module.endsWith("." + entry.getKey())) {
                return OptionalDouble.of(entry.getValue().asDouble());
            }
        }
        JsonNode alpha = setting(components, "lora_alpha");
        return alpha.isNumber() ? OptionalDouble.of(alpha.asDouble()) : OptionalDouble.empty();
    }

    /** By module name, the alpha that gives a module without its own the scale that this configuration asks for, where it is not 1. */
    public Map<String, Double> alphas(LoraGrammar lora) {
        Map<String, Double> alphas = new LinkedHashMap<>();
        for (LoraModule module : lora.modules()) {
            OptionalDouble scale = ModuleTensors.configured(module, this);
            if (scale.isPresent() && scale.getAsDouble() != 1) {
                alphas.put(module.name(), scale.getAsDouble() * module.rank().getAsLong());
            }
        }
        return alphas;
    }

    /** Whether the scale is alpha / sqrt(rank) (Kalajdzievski 2023). */
    public boolean rankStabilised(List<String> components) {
        return setting(components, "use_rslora").asBoolean(false);
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
