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
import java.util.TreeMap;

/**
 * What the user wants of a run. Text that names files is as the user wrote it, relative to the working root.
 *
 * @param lora {@code FILE[@STRENGTH][,FILE...]}; null for none
 * @param checkpoint the candidate's checkpoint; null for the base's
 * @param base checkpoint to compare with; null for the bundled one
 * @param suite file or name of a bundled suite; null for the default
 * @param device {@code cpu} or {@code cuda}
 * @param steps sampler steps, 1 or more; null for the suite's
 * @param renderer name of a renderer
 * @param store folder of finished pictures; null for the default
 * @param progress {@code auto}, {@code on} or {@code off}
 * @param inconclusive {@code fail} or {@code allow}: what an inconclusive verdict does to the build
 * @param seedOffset added to the candidate's seeds, 0 or more; other than 0 to calibrate the gate on the base itself
 * @param seeds of each case to use at most, 1 or more; null for all
 * @param sources of every setting that was given, by key: {@code -Dassay.lora}, {@code environment ASSAY_LORA}, {@code
 *     assay.yaml}
 */
public record Settings(
        String lora,
        String checkpoint,
        String base,
        String suite,
        String device,
        Integer steps,
        String renderer,
        String store,
        String progress,
        String inconclusive,
        long seedOffset,
        Integer seeds,
        Map<String, String> sources) {
    /** The user's keys, in the order of messages. */
    public static final List<String> KEYS = List.of(
            "assay.lora",
            "assay.checkpoint",
            "assay.base",
            "assay.suite",
            "assay.device",
            "assay.steps",
            "assay.renderer",
            "assay.store",
            "assay.progress",
            "assay.inconclusive",
            "assay.seedOffset",
            "assay.seeds");

    /** System properties that the build sets; with {@code assay.build.} in front there may be others. */
    private static final List<String> BUILD_KEYS =
            List.of("assay.root", "assay.out", "assay.microcosm", "assay.skipChecks", "assay.record", "assay.colors");

    private static final long MOST_OFFSET = 1L << 48; // seeds stay far from overflow
    private static final String PREFIX = "assay.";
    private static final String FILE = "assay.yaml";

    public Settings {
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
            if (name.startsWith("ASSAY_")) {
                add(environmentKey(name), value, "environment " + name, given);
            }
        });
        new TreeMap<>(properties).forEach((name, value) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith(PREFIX) && !isOfBuild(name)) {
                add(property(name), value, "-D" + name, given);
            }
        });
        Map<String, String> sources = new TreeMap<>();
        given.forEach((key, value) -> sources.put(key, value.source()));
        return new Settings(
                text("assay.lora", given, null),
                text("assay.checkpoint", given, null),
                text("assay.base", given, null),
                text("assay.suite", given, null),
                word("assay.device", given, "cpu", "cuda"),
                count("assay.steps", given),
                text("assay.renderer", given, "local"),
                text("assay.store", given, null),
                word("assay.progress", given, "auto", "on", "off"),
                word("assay.inconclusive", given, "fail", "allow"),
                whole("assay.seedOffset", given, 0, MOST_OFFSET, 0L),
                count("assay.seeds", given),
                sources);
    }

    /** Every setting that has a value, defaults included, by key in the order of {@link #KEYS}. */
    public Map<String, String> effective() {
        Object[] values = {
            lora, checkpoint, base, suite, device, steps, renderer, store, progress, inconclusive, seedOffset, seeds
        };
        Map<String, String> effective = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                effective.put(KEYS.get(i), values[i].toString());
            }
        }
        return Collections.unmodifiableMap(effective);
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
        map.forEach((name, value) -> {
            String key = fileKey(name.toString());
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
        for (String key : KEYS) {
            if (environmentName(key).equals(name)) {
                return key;
            }
        }
        throw unknown(
                "environment " + name,
                name,
                KEYS.stream().map(Settings::environmentName).toList());
    }

    /** {@code assay.seedOffset} is {@code ASSAY_SEED_OFFSET}. */
    private static String environmentName(String key) {
        return key.replace('.', '_').replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
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

    private static String text(String key, Map<String, Given> given, String ifAbsent) {
        return given.containsKey(key) ? given.get(key).value() : ifAbsent;
    }

    /** One of {@code known}; the first if absent. */
    private static String word(String key, Map<String, Given> given, String... known) {
        String found = text(key, given, known[0]);
        List<String> words = List.of(known);
        if (!words.contains(found)) {
            throw wrong(key, given, "one of " + String.join(", ", words), Nearest.hint(found, words));
        }
        return found;
    }

    private static Integer count(String key, Map<String, Given> given) {
        Long count = whole(key, given, 1, Integer.MAX_VALUE, null);
        return count == null ? null : Integer.valueOf(count.intValue());
    }

    private static Long whole(String key, Map<String, Given> given, long least, long most, Long ifAbsent) {
        if (!given.containsKey(key)) {
            return ifAbsent;
        }
        try {
            long found = Long.parseLong(given.get(key).value());
            if (found >= least && found <= most) {
                return found;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw wrong(key, given, "a whole number from " + least + " to " + most, "");
    }

    private static SettingsException wrong(String key, Map<String, Given> given, String expected, String hint) {
        Given found = given.get(key);
        return new SettingsException(
                key + " (" + found.source() + "): expected " + expected + ", found " + found.value() + hint);
    }
}
