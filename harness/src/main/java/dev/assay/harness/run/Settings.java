package dev.assay.harness.run;

import dev.assay.harness.model.Nearest;
import dev.assay.harness.suite.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the user wants of a run. Text that names files is as the user wrote it, relative to the working root.
 *
 * @param values by key, defaults included; a setting without a value has no entry
 * @param sources of every setting that was given, by key: {@code -Dassay.lora}, {@code environment ASSAY_LORA}, {@code
 *     assay.yaml}
 */
public record Settings(Map<String, String> values, Map<String, String> sources) {
    private static final long MOST_OFFSET = 1L << 48; // seeds stay far from overflow

    /** In the order of messages. */
    private static final List<SettingKey> ALL = List.of(
            SettingKey.text("assay.lora"), // FILE[@STRENGTH][,FILE...]
            SettingKey.text("assay.checkpoint"), // the candidate's; the base's if absent
            SettingKey.text("assay.candidate"), // folder of the candidate's finished pictures
            SettingKey.text("assay.base"), // checkpoint, or folder of the base's finished pictures
            SettingKey.text("assay.suite"), // file, or name of a bundled one
            SettingKey.word("assay.device", "cpu", "cuda"),
            SettingKey.count("assay.steps"), // the suite's if absent
            SettingKey.text("assay.renderer", "local"),
            SettingKey.text("assay.store"), // folder of finished pictures
            SettingKey.word("assay.progress", "auto", "on", "off"),
            SettingKey.word("assay.inconclusive", "fail", "allow"), // what an inconclusive verdict does to the build
            SettingKey.whole("assay.seedOffset", 0, MOST_OFFSET, "0"), // other than 0 to calibrate the gate
            SettingKey.count("assay.seeds"), // of each case at most
            SettingKey.text("assay.models"), // folder of model files as ComfyUI arranges them
            WeightsSettings.KEY, // ROLE=REFERENCE[,...] of metrics' networks, over what the suite says
            SettingKey.word("assay.download", "off", "on", "true", "false"), // may missing weights be fetched?
            SettingKey.text("assay.licences"), // SPDX identifiers of weights that are used only where asked for
            SettingKey.text("assay.comfyui.url"), // several with commas
            SettingKey.text("assay.comfyui.headers"), // NAME: VALUE, several with line breaks or |
            SettingKey.text("assay.comfyui.query"), // NAME=VALUE&...
            SettingKey.text("assay.comfyui.workflow"), // API-format file
            SettingKey.text(
                    "assay.comfyui.variant"), // of a family, where the file cannot tell: krea-dev, dev, fast, turbo
            SettingKey.text("assay.comfyui.textEncoders"), // file names on the server, with commas
            SettingKey.text("assay.comfyui.vae"), // file name on the server
            SettingKey.word("assay.comfyui.weightDtype", "default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"),
            SettingKey.number("assay.comfyui.clipStrength"), // of LoRAs on text encoders; that of the model if absent
            SettingKey.text("assay.comfyui.trustStore"), // PKCS#12 or JKS file
            SettingKey.text("assay.folder.pattern"), // how file names tell prompt and seed
            SettingKey.text("assay.judge.url"), // server with a vision model
            SettingKey.text("assay.judge.model"), // as the server lists it
            SettingKey.word("assay.judge.answers", "probabilities", "words").orNone(), // what the server can give
            SettingKey.text("assay.judge.calibration"), // file of questions with known answers
            SettingKey.text("assay.collection"), // folder of the curated collection
            SettingKey.word("assay.card", "target", "beside", "off"), // where verdict cards are written
            SettingKey.text("assay.sidecars"), // lora-manager, civitai, a1111, preview: written beside a judged LoRA
            SettingKey.text("assay.override")); // NAME: REASON, adds a file that did not pass

    /** The user's keys, in the order of messages. */
    public static final List<String> KEYS = ALL.stream().map(SettingKey::name).toList();

    /** Read by the renderer from the environment alone, so that they stand in no command line, file or record. */
    private static final Set<String> SECRETS = Set.of(
            "ASSAY_COMFYUI_TOKEN", "ASSAY_COMFYUI_BASIC", "ASSAY_COMFYUI_TRUST_STORE_PASSWORD", "ASSAY_JUDGE_TOKEN");

    /** Kept out of records: they may let others in. */
    private static final Set<String> PRIVATE = Set.of("assay.comfyui.headers", "assay.comfyui.query");

    /** System properties that the build sets; with {@code assay.build.} in front there may be others. */
    private static final List<String> BUILD_KEYS =
            List.of("assay.root", "assay.out", "assay.microcosm", "assay.skipChecks", "assay.record", "assay.colors");

    private static final String PREFIX = "assay.";
    private static final String FILE = "assay.yaml";

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
        new TreeMap<>(env).forEach((name, value) -> {
            if (name.startsWith("ASSAY_") && !SECRETS.contains(name)) {
                add(environmentKey(name), value, "environment " + name, given);
            }
        });
        new TreeMap<>(properties).forEach((name, value) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith(PREFIX) && !isOfBuild(name)) {
                add(property(name), value, "-D" + name, given);
            }
        });
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> sources = new TreeMap<>();
        for (SettingKey key : ALL) {
            Given found = given.get(key.name());
            if (found != null) {
                key.wrong().apply(found.value()).ifPresent(problem -> {
                    throw new SettingsException(key.name() + " (" + found.source() + "): " + problem);
                });
                sources.put(key.name(), found.source());
            }
            String value = found == null ? key.ifAbsent() : found.value();
            if (value != null) {
                values.put(key.name(), value);
            }
        }
        return new Settings(values, sources);
    }

    /** The value of a key, its default included; null for none. */
    public String get(String key) {
        if (!KEYS.contains(key)) {
            throw new IllegalArgumentException("no such setting: " + key);
        }
        return values.get(key);
    }

    public String lora() {
        return get("assay.lora");
    }

    public String checkpoint() {
        return get("assay.checkpoint");
    }

    public String base() {
        return get("assay.base");
    }

    public String suite() {
        return get("assay.suite");
    }

    public String device() {
        return get("assay.device");
    }

    /** Null for the suite's. */
    public Integer steps() {
        return count("assay.steps");
    }

    public String renderer() {
        return get("assay.renderer");
    }

    public String store() {
        return get("assay.store");
    }

    public String progress() {
        return get("assay.progress");
    }

    public String inconclusive() {
        return get("assay.inconclusive");
    }

    public long seedOffset() {
        return Long.parseLong(get("assay.seedOffset"));
    }

    /** Null for all. */
    public Integer seeds() {
        return count("assay.seeds");
    }

    private Integer count(String key) {
        String value = get(key);
        return value == null ? null : Integer.valueOf(value);
    }

    /** The settings that were given, for records: without those that may hold a password or a key to a server. */
    public Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>(values);
        given.keySet().retainAll(sources.keySet());
        given.keySet().removeAll(PRIVATE);
        for (String url : List.of("assay.comfyui.url", "assay.judge.url")) {
            given.computeIfPresent(
                    url, (key, urls) -> urls.replaceAll("//[^/,@]*@", "//").replaceAll("[?#][^,]*", ""));
        }
        return Collections.unmodifiableMap(given);
    }

    /** Where a setting comes from, for messages; {@code default} when it was not given. */
    public String source(String key) {
        return sources.getOrDefault(key, "default");
    }

    private record Given(String value, String source) {}

    private static void add(String key, String value, String source, Map<String, Given> given) {
        if (value != null && !value.isBlank()) {
            given.put(key, new Given(value.strip(), source));
        }
    }

    private static void addFile(Path file, Map<String, Given> given) {
        Object content;
        try {
            if (Files.notExists(file)) {
                return;
            }
            content = Yaml.read(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new SettingsException(FILE + ": cannot be read: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(FILE + ": " + e.getMessage(), e);
        }
        if (content == null) {
            return;
        }
        if (!(content instanceof Map<?, ?> map)) {
            throw new SettingsException(FILE + ": expected settings (lora: FILE), found " + kind(content));
        }
        addAll(map, "", given);
    }

    /** {@code comfyui: {url: ...}} is {@code comfyui.url: ...}. */
    private static void addAll(Map<?, ?> map, String group, Map<String, Given> given) {
        map.forEach((end, value) -> {
            String name = group + end;
            if (value instanceof Map<?, ?> inner && isGroup(name)) {
                addAll(inner, name + ".", given);
                return;
            }
            String key = fileKey(name);
            if (value instanceof Map || value instanceof List) {
                throw new SettingsException(FILE + ": " + name + ": expected one value, found " + kind(value));
            }
            if (given.containsKey(key)) {
                throw new SettingsException(FILE + ": " + name + ": given twice; remove one");
            }
            // YAML reads a bare on and off as true and false.
            String text = value instanceof Boolean on ? (on ? "on" : "off") : value == null ? null : value.toString();
            add(key, text, FILE, given);
        });
    }

    private static boolean isGroup(String name) {
        String start = (name.startsWith(PREFIX) ? name : PREFIX + name) + ".";
        return KEYS.stream().anyMatch(k -> k.startsWith(start));
    }

    private static String kind(Object value) {
        return value instanceof Map ? "fields" : value instanceof List ? "a list" : value.toString();
    }

    private static String fileKey(String name) {
        String key = name.startsWith(PREFIX) ? name : PREFIX + name;
        if (!KEYS.contains(key)) {
            List<String> known = name.startsWith(PREFIX)
                    ? KEYS
                    : KEYS.stream().map(k -> k.substring(PREFIX.length())).toList();
            throw unknown(FILE + ": " + name, name, known);
        }
        return key;
    }

    private static String environmentKey(String name) {
        return ALL.stream()
                .filter(k -> k.environment().equals(name))
                .map(SettingKey::name)
                .findFirst()
                .orElseThrow(() -> unknown(
                        "environment " + name,
                        name,
                        ALL.stream().map(SettingKey::environment).toList()));
    }

    private static String property(String name) {
        if (!KEYS.contains(name)) {
            throw unknown("-D" + name, name, KEYS);
        }
        return name;
    }

    private static boolean isOfBuild(String name) {
        return BUILD_KEYS.contains(name) || name.startsWith("assay.build.");
    }

    private static SettingsException unknown(String where, String name, List<String> known) {
        String hint = Nearest.hint(name, known);
        return new SettingsException(
                where + ": no such setting" + (hint.isEmpty() ? "; there are " + String.join(", ", known) : hint));
    }
}
