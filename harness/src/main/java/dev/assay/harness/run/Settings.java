package dev.assay.harness.run;

import dev.assay.harness.files.SmallFile;
import dev.assay.harness.model.ModelReference;
import dev.assay.harness.run.SettingKeys.Given;
import dev.assay.harness.suite.Yaml;
import dev.assay.harness.text.AssayException;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.text.Trouble;
import dev.assay.harness.usage.Fact;
import dev.assay.harness.usage.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the user wants of a run. Text that names files is as the user wrote it, relative to the working root.
 *
 * @param values by key, defaults included; a setting without a value has no entry
 * @param sources of every setting that was given, by key: {@code -Dassay.lora}, {@code environment ASSAY_LORA}, {@code
 *     assay.yaml}
 * @param keyring of the environment
 */
public record Settings(Map<String, String> values, Map<String, String> sources, Keyring keyring) {
    /** The user's keys, in the order of messages. */
    public static final List<String> KEYS = SettingKeys.NAMES;

    /** A bare word of YAML, by what it means. */
    private static final Map<String, String> SWITCHES =
            Map.of("on", "on", "yes", "on", "true", "on", "off", "off", "no", "off", "false", "off");

    private static final String FILE = SettingKeys.FILE;

    public Settings {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        sources = Collections.unmodifiableMap(new TreeMap<>(sources));
    }

    /**
     * From {@code assay.yaml} in {@code root}, the environment ({@code ASSAY_SEED_OFFSET} is {@code assay.seedOffset}) and
     * system properties; each has precedence over those before. An empty value counts as not given.
     *
     * @param env the whole environment
     * @param properties all system properties
     * @throws SettingsException on an unknown key or a wrong value, naming the source
     */
    public static Settings read(Path root, Map<String, String> env, Map<String, String> properties) {
        Map<String, Given> given = new TreeMap<>();
        addFile(root.resolve(FILE), given);
        given.putAll(SettingKeys.given(env, properties));
        if (properties.getOrDefault("assay.build.candidate", "").equals("given")) {
            // A command that names the file to judge does not mean the one that is written down.
            List.of(SettingKeys.LORA, SettingKeys.CHECKPOINT, SettingKeys.CANDIDATE).stream()
                    .map(SettingKey::name)
                    .filter(key -> !properties.containsKey(key))
                    .forEach(given::remove);
        }
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> sources = new TreeMap<>();
        for (SettingKey<?> key : SettingKeys.ALL) {
            Given found = given.get(key.name());
            if (found != null) {
                SettingKeys.require(key, found);
                sources.put(key.name(), found.source());
            }
            String value = found == null ? key.ifAbsent() : found.value();
            if (value != null) {
                values.put(key.name(), value);
            }
        }
        Settings settings = new Settings(values, sources, Keyring.of(env));
        WeightsSettings.requireRoles(settings);
        return settings;
    }

    /** The value of a setting, its default included; null for none. */
    public <T> T get(SettingKey<T> key) {
        String value = values.get(key.name());
        return value == null ? null : key.read().apply(value);
    }

    /** Whether the user, and not a default, says so. */
    public boolean isGiven(SettingKey<?> key) {
        return sources.containsKey(key.name());
    }

    /** The settings that were given, for records: without those that may hold a password or a key to a server. */
    public Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>(values);
        given.keySet().retainAll(sources.keySet());
        given.keySet().removeAll(SettingKeys.PRIVATE);
        return Collections.unmodifiableMap(given);
    }

    /** Where a setting comes from, for messages; {@code default} when it was not given. */
    public String source(SettingKey<?> key) {
        return sources.getOrDefault(key.name(), "default");
    }

    /** What the user says of the use of the candidate's files. */
    Usage usage() {
        Map<Fact, Object> said = new EnumMap<>(Fact.class);
        Map<Fact, String> from = new EnumMap<>(Fact.class);
        for (Fact fact : Fact.values()) {
            String value = values.get(fact.setting());
            if (value != null) {
                said.put(fact, fact.value(value));
                from.put(fact, words(fact.setting()));
            }
        }
        return Usage.of(said, from);
    }

    /** What the user says of the candidate and the base alike. */
    Usage usageOfBoth() {
        Integer steps = get(SettingKeys.STEPS);
        return steps == null
                ? Usage.OPEN
                : Usage.of(Map.of(Fact.STEPS, steps), Map.of(Fact.STEPS, words(SettingKeys.STEPS.name())));
    }

    private String words(String key) {
        return key + " (" + sources.getOrDefault(key, "default") + ")";
    }

    private static void addFile(Path file, Map<String, Given> given) {
        Object content;
        try {
            if (Files.notExists(file)) {
                return;
            }
            content = Yaml.readAsWritten(SmallFile.bytes(file, Yaml.MAX_BYTES));
        } catch (IOException e) {
            throw new SettingsException(FILE + ": cannot be read: " + Trouble.words(e), e);
        } catch (AssayException e) {
            throw new SettingsException(FILE + ": " + e.getMessage(), e);
        }
        if (content == null) {
            return;
        }
        if (!(content instanceof Map<?, ?> map)) {
            throw new SettingsException(FILE + ": expected settings (lora: FILE), found " + kind(content));
        }
        addAll(map, "", new HashSet<>(), given);
    }

    /** {@code comfyui: {url: ...}} is {@code comfyui.url: ...}. */
    private static void addAll(Map<?, ?> map, String group, Set<String> seen, Map<String, Given> given) {
        map.forEach((end, value) -> {
            String name = group + end;
            if (value instanceof Map<?, ?> inner && SettingKeys.isGroup(name)) {
                addAll(inner, name + ".", seen, given);
                return;
            }
            String key = SettingKeys.ofFile(name);
            if (!seen.add(key)) {
                throw new SettingsException(FILE + ": " + name + ": given twice; remove one");
            }
            if (key.equals(SettingKeys.LORA.name()) && value instanceof List<?> loras && !loras.isEmpty()) {
                SettingKeys.add(key, loras(name, loras), FILE, given);
                return;
            }
            if (key.equals(Fact.TRIGGERS.setting()) && value instanceof List<?> words && !words.isEmpty()) {
                SettingKeys.add(key, triggers(name, words), FILE, given);
                return;
            }
            if (value instanceof Map || value instanceof List) {
                throw new SettingsException(FILE + ": " + name + ": expected one value, found " + kind(value));
            }
            SettingKeys.add(key, value == null ? null : switched(key, value.toString()), FILE, given);
        });
    }

    /** In one text; names with commas in quotes. */
    private static String loras(String name, List<?> loras) {
        List<String> items = new ArrayList<>();
        for (Object lora : loras) {
            if (!(lora instanceof String text) || text.isBlank()) {
                throw new SettingsException(FILE + ": " + name + "[" + items.size()
                        + "]: expected a file (a.safetensors or a.safetensors@0.8), found " + kind(lora));
            }
            items.add(ModelReference.quoted(text));
        }
        return String.join(",", items);
    }

    /** In one text, as they stand in a prompt. */
    private static String triggers(String name, List<?> words) {
        for (Object word : words) {
            if (!(word instanceof String text) || text.isBlank()) {
                throw new SettingsException(FILE + ": " + name + ": expected words, found " + kind(word));
            }
        }
        return words.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    /** A setting that can be on or off may be yes, true, no or false as well, as YAML has them. */
    private static String switched(String key, String text) {
        String word = SWITCHES.get(text.toLowerCase(Locale.ROOT));
        SettingKey<?> setting = SettingKeys.ALL.get(KEYS.indexOf(key));
        return word != null
                        && setting.wrong().apply(text).isPresent()
                        && setting.wrong().apply(word).isEmpty()
                ? word
                : text;
    }

    private static String kind(Object value) {
        return value instanceof Map
                ? "fields"
                : value instanceof List ? "a list" : value == null || value.equals("") ? "nothing" : value.toString();
    }
}
