package dev.assay.harness.model.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.family.Edit;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.inspect.Inspection.Trigger;
import dev.assay.harness.text.PlainText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a file's metadata says, by the keys of kohya sd-scripts, the modelspec, ai-toolkit and OneTrainer. Anyone can edit
 * metadata: nothing here is proof. Thumbnails are never looked at.
 */
final class Metadata {
    private static final int MAX_TEXT = 200; // characters of one value that are kept
    private static final int MAX_TRIGGERS = 12;
    private static final int MAX_JSON = 8 << 20; // characters of JSON in a value that are parsed
    private static final double ALMOST_EVERY = 0.9; // of the captions

    private static final JsonMapper JSON =
            Json.bounded(Json.bounds(16, 40).build()).build();

    private final Map<String, String> values;

    /** Of a path or a name on the hub: all before the last part. */
    private static final Pattern FOLDERS = Pattern.compile("^.*[/\\\\](?=[^/\\\\])");

    Metadata(Map<String, String> values) {
        this.values = values;
    }

    /** Cleaned; empty where the key is missing or says None. */
    String text(String key) {
        String value = values.getOrDefault(key, "");
        String clean = PlainText.line(value, MAX_TEXT);
        return clean.equals("None") || clean.equals("null") ? "" : clean;
    }

    private String first(String... keys) {
        for (String key : keys) {
            if (!text(key).isEmpty()) {
                return text(key);
            }
        }
        return "";
    }

    JsonNode json(String key) {
        String value = values.get(key);
        if (value == null || value.length() > MAX_JSON) {
            return MissingNode.getInstance();
        }
        try {
            JsonNode node = JSON.readTree(value);
            return node == null ? MissingNode.getInstance() : node;
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance(); // edited or cut off: as if it were not there
        }
    }

    /** The base model's kind and name, as {@code sd_v1, anything-v5.safetensors}. */
    String claimedBase() {
        return String.join(", ", claims());
    }

    /** Of a family, the model that needs more than a prompt, where one of its claims by itself names it. */
    Optional<Edit> claimedEdit(ModelFamily family) {
        return claims().stream()
                .map(claim -> FOLDERS.matcher(claim).replaceFirst(""))
                .flatMap(claim -> family.edit(claim).stream())
                .findFirst();
    }

    private List<String> claims() {
        List<String> claims = new ArrayList<>();
        add(claims, first("modelspec.architecture").replaceFirst("/(lora|lycoris|textual-inversion)$", ""));
        add(claims, text("ss_base_model_version"));
        add(claims, first("ss_sd_model_name", "base_model", "ss_base_model_name", "sd_checkpoint_name"));
        return claims;
    }

    private static void add(List<String> claims, String claim) {
        if (!claim.isEmpty() && !claims.contains(claim)) {
            claims.add(claim);
        }
    }

    String license() {
        return first("modelspec.license", "license", "general.license");
    }

    /** {@code v}, {@code epsilon}, or empty. */
    String predictionType() {
        String stated = text("modelspec.prediction_type").toLowerCase(Locale.ROOT);
        if (stated.startsWith("v")) {
            return "v";
        }
        if (stated.startsWith("eps")) {
            return "epsilon";
        }
        return text("ss_v_parameterization").equalsIgnoreCase("true") ? "v" : "";
    }

    /** The tool that wrote the file; empty where no key tells. */
    String trainer() {
        String software = json("software").path("name").asText("");
        if (!software.isEmpty()) {
            String version = json("software").path("version").asText("");
            return PlainText.line(software + " " + version, MAX_TEXT) + " (software)";
        }
        if (values.keySet().stream().anyMatch(k -> k.startsWith("ot_"))) {
            return "OneTrainer (ot_ keys)";
        }
        String module = text("ss_network_module");
        if (!module.isEmpty()) {
            return (module.startsWith("lycoris") ? "kohya sd-scripts with LyCORIS" : "kohya sd-scripts")
                    + " (ss_network_module " + module + ")";
        }
        String implementation = text("modelspec.implementation");
        return implementation.isEmpty() ? "" : implementation + " (modelspec.implementation)";
    }

    /** Words that may start the effect, the likeliest source first. */
    List<Trigger> triggers() {
        Map<String, String> found = new LinkedHashMap<>();
        put(found, text("modelspec.trigger_phrase"), "modelspec.trigger_phrase");
        put(found, text("modelspec.usage_hint"), "modelspec.usage_hint");
        json("ss_dataset_dirs").fieldNames().forEachRemaining(folder -> {
            String words = folder.replaceFirst("^\\d+_", "");
            if (!words.equals(folder)) { // only kohya's N_words folders name what they teach
                put(found, PlainText.line(words, MAX_TEXT), "ss_dataset_dirs");
            }
        });
        for (JsonNode dataset : json("ss_datasets")) {
            for (JsonNode subset : dataset.path("subsets")) {
                put(found, PlainText.line(subset.path("class_tokens").asText(""), MAX_TEXT), "ss_datasets");
            }
        }
        frequentTags(found);
        return found.entrySet().stream()
                .limit(MAX_TRIGGERS)
                .map(e -> new Trigger(e.getKey(), e.getValue()))
                .toList();
    }

    private static void put(Map<String, String> found, String word, String source) {
        if (!word.isEmpty() && !word.equals("null")) {
            found.putIfAbsent(word, source);
        }
    }

    /** Tags of nearly every caption of a folder. */
    private void frequentTags(Map<String, String> found) {
        JsonNode folders = json("ss_dataset_dirs");
        json("ss_tag_frequency").properties().forEach(folder -> {
            long images = folders.path(folder.getKey()).path("img_count").asLong(0);
            if (images == 0) {
                images = longOf(text("ss_num_train_images"));
            }
            List<Map.Entry<String, Long>> tags = new ArrayList<>();
            for (Map.Entry<String, JsonNode> tag : folder.getValue().properties()) {
                long count = tag.getValue().asLong(0);
                if (images > 0 && count >= ALMOST_EVERY * images) {
                    tags.add(Map.entry(tag.getKey().strip(), count));
                }
            }
            tags.sort(Comparator.comparingLong((Map.Entry<String, Long> t) -> t.getValue())
                    .reversed());
            for (Map.Entry<String, Long> tag : tags) {
                put(found, PlainText.line(tag.getKey(), MAX_TEXT), "ss_tag_frequency");
            }
        });
    }

    private static long longOf(String text) {
        return text.matches("[0-9]{1,9}") ? Long.parseLong(text) : 0;
    }

    /** Alpha where the tensors do not state it; NaN without. */
    double alpha() {
        JsonNode peft = json("lora_adapter_metadata");
        for (JsonNode value :
                List.of(peft.path("lora_alpha"), peft.path("transformer.lora_alpha"), peft.path("unet.lora_alpha"))) {
            if (value.isNumber()) {
                return value.asDouble();
            }
        }
        String kohya = text("ss_network_alpha");
        return kohya.matches("[0-9]{1,6}(\\.[0-9]{1,6})?") ? Double.parseDouble(kohya) : Double.NaN;
    }

    /** The family that the metadata names; empty where it does not say or is not known. */
    Optional<ModelFamily> claimedFamily() {
        return ModelFamilies.claimed(text("modelspec.architecture") + " " + text("ss_base_model_version"));
    }
}
