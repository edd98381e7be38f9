package dev.assay.reports.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.files.WholeFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.model.family.ModelFamilies;
import dev.assay.harness.model.family.ModelFamily;
import dev.assay.harness.model.family.Sites;
import dev.assay.harness.run.SettingKey;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.usage.Beside;
import dev.assay.reports.card.VerdictCard.Recommended;
import dev.assay.reports.words.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What other programs read beside a LoRA: ComfyUI LoRA Manager's {@code NAME.metadata.json}, Civitai's {@code
 * NAME.civitai.info}, AUTOMATIC1111's {@code NAME.json}, a preview picture. Only on request. A field that has a value keeps it,
 * whoever wrote it; a file that cannot be read as JSON is left alone. What is ours is marked in it: {@link Beside#WROTE}.
 *
 * <p>Fields after ComfyUI LoRA Manager's {@code py/utils/models.py} and the web UI's user metadata editor.
 */
public final class Sidecars {
    /** Names in {@code assay.sidecars}. */
    public enum Kind {
        LORA_MANAGER,
        CIVITAI,
        A1111,
        PREVIEW;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final JsonMapper JSON =
            Json.STRICT.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();
    /** Endings under which programs look for a preview; one of them is enough. */
    private static final List<String> PREVIEWS = List.of(
            ".preview.png",
            ".preview.jpg",
            ".preview.jpeg",
            ".preview.webp",
            ".preview.mp4",
            ".png",
            ".jpg",
            ".jpeg",
            ".webp",
            ".gif",
            ".mp4",
            ".webm");

    /** Tags of pages and of prompts ({@code <lora:other:1>}), and what breaks lines. */
    private static final Pattern MARKUP = Pattern.compile("[<>\\r\\n\\u2028\\u2029]|&(?=#|[A-Za-z]+;)");

    private static final String UNKNOWN = "Unknown";
    private static final int MAX_TRIGGER = 200; // letters of a word, of which some are sentences
    private static final int MAX_TEXT = 1000;
    private static final int MAX_BYTES = 16 << 20; // of a file of another program

    private Sidecars() {}

    /**
     * From {@code lora-manager,civitai,a1111,preview}.
     *
     * @throws SettingsException on another word
     */
    public static List<Kind> parse(String text) {
        return SettingKey.items(text).stream().map(Sidecars::kind).toList();
    }

    private static Kind kind(String word) {
        for (Kind kind : Kind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new SettingsException("assay.sidecars: expected some of lora-manager, civitai, a1111, preview, found "
                + Words.line(word, 60));
    }

    /**
     * Writes what is asked for beside a LoRA.
     *
     * @param preview a picture of the candidate; empty where there is none
     * @return what was done, a line per file
     */
    public static List<String> write(VerdictCard card, Path lora, List<Kind> kinds, Optional<Path> preview)
            throws IOException {
        List<String> done = new ArrayList<>();
        if (kinds.contains(Kind.PREVIEW)) {
            done.add(preview(lora, preview)); // first, so that the others can name it
        }
        if (kinds.contains(Kind.LORA_MANAGER)) {
            done.add(merge(Beside.of(lora, Beside.LORA_MANAGER), loraManager(card, lora)));
        }
        if (kinds.contains(Kind.CIVITAI)) {
            done.add(merge(Beside.of(lora, Beside.CIVITAI), civitai(card, lora)));
        }
        if (kinds.contains(Kind.A1111)) {
            done.add(merge(Beside.of(lora, Beside.WEB_UI), webUi(card)));
        }
        return done;
    }

    private static String preview(Path lora, Optional<Path> picture) throws IOException {
        for (String ending : PREVIEWS) {
            Path there = Cards.sibling(lora, ending);
            if (Files.exists(there)) {
                return there.getFileName() + ": kept";
            }
        }
        if (picture.isEmpty()) {
            return "no picture for a preview";
        }
        Path preview = Cards.sibling(lora, ".preview.png");
        Files.copy(picture.get(), preview); // fails where somebody was quicker
        return preview.getFileName() + ": written";
    }

    private static Map<String, Object> loraManager(VerdictCard card, Path lora) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        String name = Cards.stem(lora);
        fields.put("file_name", name);
        fields.put("model_name", plain(name));
        fields.put("file_path", lora.toAbsolutePath().normalize().toString().replace('\\', '/'));
        fields.put("size", Files.size(lora));
        fields.put("modified", Files.getLastModifiedTime(lora).toMillis() / 1000.0);
        fields.put("sha256", sha256(card));
        fields.put("base_model", baseModel(card));
        Path preview = Cards.sibling(lora, ".preview.png");
        fields.put(
                "preview_url",
                Files.exists(preview)
                        ? preview.toAbsolutePath().normalize().toString().replace('\\', '/')
                        : "");
        fields.put("preview_nsfw_level", 0);
        fields.put("notes", plain("Assay: " + card.sentence() + " (" + card.judged() + ")"));
        fields.put("from_civitai", true); // the manager then asks Civitai by hash, as for a file without this one
        fields.put("tags", List.of());
        fields.put(
                "usage_tips",
                JSON.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(tips(card)));
        if (!triggers(card).isEmpty()) {
            fields.put("civitai", Map.of("trainedWords", triggers(card)));
        }
        return fields;
    }

    private static Map<String, Object> tips(VerdictCard card) {
        Map<String, Object> tips = new LinkedHashMap<>();
        Recommended r = card.recommended();
        if (r != null && r.strength() != null) {
            tips.put("strength", r.strength());
        }
        if (r != null && r.strengthMin() != null) {
            tips.put("strength_min", r.strengthMin());
        }
        if (r != null && r.strengthMax() != null) {
            tips.put("strength_max", r.strengthMax());
        }
        return tips;
    }

    private static Map<String, Object> civitai(VerdictCard card, Path lora) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", plain(Cards.stem(lora)));
        fields.put("baseModel", baseModel(card));
        fields.put("trainedWords", triggers(card));
        fields.put("description", plain("Assay: " + card.sentence() + " (" + card.judged() + ")"));
        fields.put("model", Map.of("name", plain(Cards.stem(lora)), "type", "LORA"));
        fields.put(
                "files",
                List.of(Map.of(
                        "name",
                        lora.getFileName().toString(),
                        "sizeKB",
                        Files.size(lora) / 1024.0,
                        "hashes",
                        Map.of("SHA256", sha256(card).toUpperCase(Locale.ROOT)))));
        return fields;
    }

    private static Map<String, Object> webUi(VerdictCard card) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("description", plain("Assay: " + card.sentence()));
        fields.put("sd version", sites(card).map(Sites::webUi).orElse(UNKNOWN));
        fields.put("activation text", String.join(", ", triggers(card)));
        if (card.recommended() != null && card.recommended().strength() != null) {
            fields.put("preferred weight", card.recommended().strength());
        }
        return fields;
    }

    private static String sha256(VerdictCard card) {
        return card.model().files().stream()
                .filter(f -> f.strength() != null && f.sha256() != null)
                .map(VerdictCard.Part::sha256)
                .findFirst()
                .orElse("");
    }

    private static String baseModel(VerdictCard card) {
        return sites(card).flatMap(Sites::civitai).orElse(UNKNOWN);
    }

    private static Optional<Sites> sites(VerdictCard card) {
        return Optional.ofNullable(card.model().family())
                .flatMap(ModelFamilies::of)
                .map(ModelFamily::sites);
    }

    private static List<String> triggers(VerdictCard card) {
        return card.recommended() == null
                ? List.of()
                : card.recommended().triggerWords().stream()
                        .filter(word -> !MARKUP.matcher(word).find()
                                && Words.block(word).equals(word))
                        .map(word -> Words.line(word, MAX_TRIGGER))
                        .filter(word -> !word.isEmpty())
                        .toList();
    }

    /** For pages and prompts of other programs: one line without tags and control characters. */
    private static String plain(String text) {
        return Words.line(MARKUP.matcher(text).replaceAll(" "), MAX_TEXT);
    }

    /** Adds the fields that are absent or empty. */
    private static String merge(Path file, Map<String, Object> fields) throws IOException {
        ObjectNode there = JSON.createObjectNode();
        boolean existed = Files.exists(file);
        if (existed) {
            try {
                if (Files.size(file) > MAX_BYTES) {
                    return file.getFileName() + ": left alone, has more than " + MAX_BYTES + " bytes";
                }
                JsonNode read = JSON.readTree(SmallFile.bytes(file, MAX_BYTES));
                if (!(read instanceof ObjectNode object)) {
                    return file.getFileName() + ": left alone, expected a JSON object";
                }
                there = object;
            } catch (JsonProcessingException e) {
                return file.getFileName() + ": left alone, is not JSON";
            }
        }
        Map<String, JsonNode> before = said(there);
        boolean changed = add(there, (ObjectNode) JSON.valueToTree(fields));
        if (!changed) {
            return file.getFileName() + ": kept as it is";
        }
        mark(there, before);
        WholeFile.write(file, JSON.writeValueAsBytes(there));
        return file.getFileName() + (existed ? ": fields added" : ": written");
    }

    /** Says which strengths and words are ours, so that nobody takes them for a person's later, this program least of all. */
    private static void mark(ObjectNode there, Map<String, JsonNode> before) {
        Map<String, JsonNode> ours = said(there);
        ours.keySet().removeAll(before.keySet());
        ObjectNode wrote = there.path(Beside.WROTE) instanceof ObjectNode old ? old : JSON.createObjectNode();
        ours.forEach(wrote::set);
        there.set(Beside.WROTE, wrote); // empty, too: without it a sentence of ours would make all the rest doubtful
    }

    /** What a file says of its use, in whichever of the three forms. */
    private static Map<String, JsonNode> said(ObjectNode file) {
        Map<String, JsonNode> said = new LinkedHashMap<>();
        JsonNode tips = file.path("usage_tips");
        try {
            tips = tips.isTextual() ? JSON.readTree(tips.textValue()) : tips;
        } catch (JsonProcessingException notJson) {
            tips = MissingNode.getInstance(); // somebody wrote a sentence there
        }
        for (String name : List.of(Beside.STRENGTH, "strength_min", "strength_max")) {
            put(said, name, tips.path(name));
        }
        put(said, Beside.STRENGTH, file.path("preferred weight"));
        put(said, Beside.TRIGGERS, file.path("civitai").path("trainedWords"));
        put(said, Beside.TRIGGERS, file.path("trainedWords"));
        put(said, Beside.TRIGGERS, file.path("activation text"));
        return said;
    }

    private static void put(Map<String, JsonNode> said, String name, JsonNode value) {
        if (!value.isMissingNode() && !isEmpty(value)) {
            said.putIfAbsent(name, value.deepCopy());
        }
    }

    private static boolean add(ObjectNode there, ObjectNode ours) {
        boolean changed = false;
        for (Map.Entry<String, JsonNode> field : ours.properties()) {
            JsonNode old = there.get(field.getKey());
            JsonNode own = field.getValue();
            if (old == null || isEmpty(old)) {
                if (!isEmpty(own) || old == null) {
                    there.set(field.getKey(), own);
                    changed = true;
                }
            } else if (old instanceof ObjectNode deep && own instanceof ObjectNode more) {
                changed |= add(deep, more);
            } else if (field.getKey().equals("usage_tips") && old.isTextual()) {
                changed |= addTips(there, old.textValue(), own.textValue());
            }
        }
        return changed;
    }

    /** LoRA Manager keeps an object in a text here. */
    private static boolean addTips(ObjectNode there, String old, String own) {
        try {
            if (JSON.readTree(old) instanceof ObjectNode tips
                    && JSON.readTree(own) instanceof ObjectNode more
                    && add(tips, more)) {
                there.put(
                        "usage_tips",
                        JSON.writer()
                                .without(SerializationFeature.INDENT_OUTPUT)
                                .writeValueAsString(tips));
                return true;
            }
            return false;
        } catch (JsonProcessingException notJson) {
            return false; // somebody wrote a sentence there
        }
    }

    /** What a program writes where it has nothing: not a person's words. */
    private static boolean isEmpty(JsonNode value) {
        return value.isNull()
                || (value.isTextual()
                        && (value.textValue().isBlank() || value.textValue().equals("{}")))
                || (value instanceof ArrayNode list && list.isEmpty())
                || (value instanceof ObjectNode object && object.isEmpty());
    }
}
