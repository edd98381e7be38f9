package dev.assay.harness.usage;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.assay.harness.files.SmallFile;
import dev.assay.harness.json.Json;
import dev.assay.harness.suite.Purpose;
import dev.assay.harness.text.Numbers;
import dev.assay.harness.text.PlainText;
import dev.assay.harness.text.Trouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What other programs wrote beside a file, or its trainer into it: often downloaded, so nobody here said it. A value that no picture could be
 * made with is not used, and that is told. Formats: ComfyUI LoRA Manager's {@code docs/metadata-json-schema.md} 1.1, Civitai's answer for a
 * model version (REST, v1), the user metadata of AUTOMATIC1111's web UI 1.10, the Stability model specification 1.0.1.
 */
final class Strangers {
    private static final int MAX_BYTES = 8 << 20; // a page of Civitai with its pictures has some 100 kB
    private static final JsonMapper JSON = Json.bounded(Json.bounds(40, 100)
                    .maxStringLength(1 << 20)
                    .maxTokenCount(1_000_000)
                    .build())
            .build();

    /** Tags of prompts that load a file, which programs of old put beside the words. */
    private static final Pattern LOADER = Pattern.compile("<(?i:lora|lyco|hypernet):[^<>]{0,300}>");

    /** Between alternatives, where Civitai's helper wrote several into one text. */
    private static final Pattern ALTERNATIVES = Pattern.compile("\\s*\\|\\|\\s*");

    /** Civitai's categories of models, which stand among their tags. */
    private static final Map<String, Purpose> CATEGORIES = Map.ofEntries(
            Map.entry("style", Purpose.STYLE),
            Map.entry("character", Purpose.CHARACTER),
            Map.entry("celebrity", Purpose.CHARACTER),
            Map.entry("concept", Purpose.CONCEPT),
            Map.entry("clothing", Purpose.CONCEPT),
            Map.entry("poses", Purpose.CONCEPT),
            Map.entry("objects", Purpose.CONCEPT),
            Map.entry("vehicle", Purpose.CONCEPT),
            Map.entry("buildings", Purpose.CONCEPT),
            Map.entry("animal", Purpose.CONCEPT),
            Map.entry("background", Purpose.CONCEPT),
            Map.entry("action", Purpose.CONCEPT));

    private final String source;
    private final Facts facts;
    private final Set<Fact> untaken;
    private final Set<String> hints;

    /** @param hints get what is shown and not used */
    private Strangers(String source, Facts facts, Set<Fact> untaken, Set<String> hints) {
        this.source = source;
        this.facts = facts;
        this.untaken = untaken;
        this.hints = hints;
    }

    /** Of a file's own metadata. */
    static void metadata(Map<String, String> metadata, Facts facts, Set<Fact> untaken, Set<String> hints) {
        Strangers own = new Strangers("the file's own metadata", facts, untaken, hints);
        String phrase = said(metadata, "modelspec.trigger_phrase");
        if (!phrase.isEmpty()) {
            own.words(List.of(phrase), "modelspec.trigger_phrase");
        }
        String hint = PlainText.line(said(metadata, "modelspec.usage_hint"), 200);
        if (!hint.isEmpty()) {
            own.hint("says of its use: " + hint);
        }
    }

    private static String said(Map<String, String> metadata, String key) {
        String text = metadata.getOrDefault(key, "").strip();
        return text.equals("None") || text.equals("null") ? "" : text;
    }

    /** Of a file beside it, which is there. */
    static void file(Path file, String ending, Facts facts, Set<Fact> untaken, Set<String> hints) {
        String name = String.valueOf(file.getFileName());
        Strangers reader = new Strangers(name, facts, untaken, hints);
        JsonNode json;
        try {
            json = JSON.readTree(SmallFile.bytes(file, MAX_BYTES));
        } catch (JacksonException e) {
            reader.hint("is not used: " + PlainText.line(Trouble.ofParser(e.getOriginalMessage()), 200));
            return;
        } catch (IOException e) {
            reader.hint("is not used: " + Trouble.words(e));
            return;
        }
        if (json == null || !json.isObject()) {
            reader.hint("is not used: expected fields, found other JSON");
            return;
        }
        switch (ending) {
            case Beside.LORA_MANAGER -> reader.loraManager(json);
            case Beside.CIVITAI -> reader.civitai(json);
            default -> reader.webUi(json);
        }
    }

    private void loraManager(JsonNode json) {
        JsonNode civitai = json.path("civitai");
        boolean ours = isOfOld(json, "notes");
        List<String> words = texts(civitai.path("trainedWords"));
        boolean own =
                civitai.path("id").isMissingNode() && civitai.path("modelId").isMissingNode();
        trained(words.isEmpty() ? texts(json.path("trainedWords")) : words, json, ours && own);
        JsonNode tips = tips(json.path("usage_tips"));
        strength(tips.path("strength"), json, ours);
        JsonNode least = tips.path("strength_min");
        JsonNode most = tips.path("strength_max");
        if (!facts.has(Fact.STRENGTH) && tips.path("strength").isMissingNode() && least.isNumber() && most.isNumber()) {
            if (isOurs(json, "strength_min", least) || ours) {
                hint("names strengths that an earlier verdict of Assay put there; they are not used");
            } else {
                middle(least.asDouble(), most.asDouble());
            }
        }
        JsonNode clip =
                tips.path("clip_strength").isMissingNode() ? tips.path("clipStrength") : tips.path("clip_strength");
        add(Fact.CLIP_STRENGTH, clip, "usage_tips.clip_strength");
        JsonNode skip = tips.path("clip_skip");
        if (!skip.isMissingNode() && !skip.isNull()) {
            // There, 1 uses the last layer.
            add(
                    Fact.CLIP_SKIP,
                    skip.isNumber() ? (Object) (skip.asDouble() - 1) : skip.asText(),
                    "usage_tips.clip_skip");
        }
        tags(json.path("tags"), civitai.path("model").path("tags"));
        base(civitai.path("baseModel").isTextual() ? civitai.path("baseModel") : json.path("base_model"));
    }

    private void civitai(JsonNode json) {
        boolean ours = isOfOld(json, "description")
                && json.path("id").isMissingNode()
                && json.path("modelId").isMissingNode();
        trained(texts(json.path("trainedWords")), json, ours);
        tags(json.path("model").path("tags"), json.path("tags"));
        base(json.path("baseModel"));
    }

    private void webUi(JsonNode json) {
        boolean ours = isOfOld(json, "description");
        String text = json.path("activation text").asText("").strip();
        if (!text.isEmpty()) {
            List<String> phrases = Stream.of(ALTERNATIVES.split(text, -1))
                    .map(String::strip)
                    .filter(p -> !p.isEmpty())
                    .toList();
            if (ours || isOurs(json, Beside.TRIGGERS, json.path("activation text"))) {
                hint("names trigger words that Assay put there; they are not used as a person's word");
            } else if (!phrases.isEmpty()) {
                others(phrases);
                words(phrases.subList(0, 1), "activation text");
            }
        }
        JsonNode weight = json.path("preferred weight");
        if (weight.asDouble() != 0 || weight.isTextual()) { // 0 switches it off there
            strength(weight, json, ours);
        }
        JsonNode negative = json.path("negative text");
        if (negative.isTextual() && !negative.asText().isBlank()) {
            add(Fact.NEGATIVE, negative.asText(), "negative text");
        }
        base(json.path("sd version"));
    }

    /**
     * Words of Civitai. Entries of one word or a few are used together, as that site's users do. Where one of them has a comma they are
     * whole phrases, of which each stands for itself: the first is used.
     */
    private void trained(List<String> entries, JsonNode json, boolean ofOld) {
        if (entries.isEmpty() || facts.has(Fact.TRIGGERS)) {
            return;
        }
        if (ofOld || isOurs(json, Beside.TRIGGERS, entries)) {
            hint("names trigger words that Assay put there; they are not used as a person's word");
            return;
        }
        List<String> clean = entries.stream()
                .map(e -> LOADER.matcher(e.length() > 100_000 ? e.substring(0, 100_000) : e)
                        .replaceAll(" "))
                .map(e -> e.strip().replaceAll("^,\\s*|\\s*,$", ""))
                .filter(e -> !e.isBlank())
                .toList();
        if (clean.size() > 1 && clean.stream().anyMatch(e -> e.contains(","))) {
            others(clean);
            words(clean.subList(0, 1), "trainedWords");
        } else if (!clean.isEmpty()) {
            words(clean, "trainedWords");
        }
    }

    private void others(List<String> phrases) {
        if (phrases.size() > 1) {
            hint("has " + phrases.size() + " phrases, of which the first is used; another one: assay.triggerWords="
                    + PlainText.line(phrases.get(1), 80));
        }
    }

    private void words(List<String> words, String field) {
        List<String> clean = words.stream()
                .map(w -> LOADER.matcher(w).replaceAll(" ").strip())
                .filter(w -> !w.isEmpty())
                .toList();
        if (!clean.isEmpty()) {
            add(Fact.TRIGGERS, clean, field);
        }
    }

    private void strength(JsonNode strength, JsonNode json, boolean ofOld) {
        if (strength.isMissingNode() || strength.isNull() || facts.has(Fact.STRENGTH)) {
            return;
        }
        if (ofOld || isOurs(json, Beside.STRENGTH, strength)) {
            hint("names the strength " + PlainText.line(strength.asText(), 20)
                    + ", at which Assay passed it before; that is not used as a person's word");
            return;
        }
        add(Fact.STRENGTH, strength, Beside.STRENGTH);
    }

    private void middle(double least, double most) {
        double middle = Math.rint((least + most) / 2 * 100) / 100;
        try {
            facts.add(
                    Fact.STRENGTH,
                    Fact.STRENGTH.value(middle),
                    source + ", the middle of " + Numbers.of(least) + " to " + Numbers.of(most));
        } catch (IllegalArgumentException e) {
            hint("strength_min, strength_max: " + e.getMessage() + "; not used");
        }
    }

    /** Shown and not used: a purpose softens criteria, and who made a file does not say how mildly it is judged. */
    private void tags(JsonNode... lists) {
        Map<String, Purpose> found = new LinkedHashMap<>();
        for (JsonNode list : lists) {
            texts(list).forEach(tag -> {
                String word = tag.strip().toLowerCase(Locale.ROOT);
                if (CATEGORIES.containsKey(word)) {
                    found.put(word, CATEGORIES.get(word));
                }
            });
        }
        if (!found.isEmpty() && !facts.has(Fact.PURPOSE)) {
            hint("has the tags " + String.join(", ", found.keySet())
                    + ", which decide nothing; if that is its purpose, give assay.purpose="
                    + found.values().stream()
                            .map(Purpose::word)
                            .distinct()
                            .collect(Collectors.joining(" or assay.purpose=")));
        }
    }

    private void base(JsonNode base) {
        String name = PlainText.line(base.asText(""), 60);
        if (!name.isEmpty() && !name.equalsIgnoreCase("unknown")) {
            hint("says that it is for " + name);
        }
    }

    private void add(Fact fact, JsonNode value, String field) {
        if (value.isMissingNode() || value.isNull()) {
            return;
        }
        add(fact, value.isNumber() ? (Object) value.asDouble() : value.asText(), field);
    }

    private void add(Fact fact, Object value, String field) {
        if (untaken.contains(fact)) {
            hint(field + ": models of this kind take none; not used");
            return;
        }
        try {
            facts.add(fact, fact.value(value), source);
        } catch (IllegalArgumentException e) {
            hint(field + ": " + e.getMessage() + "; not used");
        }
    }

    private void hint(String text) {
        hints.add(source + (source.startsWith("the ") ? " " : ": ") + text);
    }

    /** LoRA Manager keeps an object in a text here. */
    private JsonNode tips(JsonNode tips) {
        if (!tips.isTextual()) {
            return tips;
        }
        try {
            return Objects.requireNonNullElse(JSON.readTree(tips.asText()), MissingNode.getInstance());
        } catch (JacksonException notJson) {
            return MissingNode.getInstance(); // somebody wrote a sentence there
        }
    }

    private static List<String> texts(JsonNode list) {
        if (list.isTextual()) {
            return list.asText().isBlank() ? List.of() : List.of(list.asText());
        }
        return list.isArray()
                ? StreamSupport.stream(list.spliterator(), false)
                        .filter(n -> n.isTextual() && !n.asText().isBlank())
                        .map(JsonNode::asText)
                        .limit(10_000)
                        .toList()
                : List.of();
    }

    /** Before Assay marked what it wrote, its sentence stood there and nothing else. */
    private static boolean isOfOld(JsonNode json, String notes) {
        return !json.has(Beside.WROTE) && json.path(notes).asText("").startsWith("Assay: ");
    }

    private static boolean isOurs(JsonNode json, String name, JsonNode value) {
        JsonNode wrote = json.path(Beside.WROTE).path(name);
        return (wrote.isNumber() && value.isNumber()) ? wrote.asDouble() == value.asDouble() : wrote.equals(value);
    }

    private static boolean isOurs(JsonNode json, String name, List<String> values) {
        return texts(json.path(Beside.WROTE).path(name)).equals(values);
    }
}
