package dev.assay.harness.run;

import dev.assay.harness.text.Nearest;
import dev.assay.harness.text.Secrets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The settings that exist, and what is given of them outside of a file. It uses the JDK alone, as does all that it names: a build
 * compiles it by itself before anything else, so that a wrong key costs a second (see {@link EarlyCheck}).
 */
final class SettingKeys {
    static final String PREFIX = "assay.";

    /** Of settings, in the root folder. */
    static final String FILE = "assay.yaml";

    /** A comma before the next role; references may have others. */
    static final Pattern BETWEEN = Pattern.compile("\\s*,\\s*(?=[a-z][a-z0-9-]*=)");

    static final SettingKey WEIGHTS = new SettingKey("assay.weights", null, SettingKeys::wrongWeights);

    private static final long MOST_OFFSET = 1L << 48; // seeds stay far from overflow

    /** In the order of messages. */
    static final List<SettingKey> ALL = List.of(
            SettingKey.text("assay.lora"), // FILE[@STRENGTH][,FILE...]
            SettingKey.text("assay.checkpoint"), // the candidate's; the base's if absent
            SettingKey.text("assay.candidate"), // folder of the candidate's finished pictures
            SettingKey.text("assay.base"), // checkpoint, or folder of the base's finished pictures
            SettingKey.text("assay.suite"), // file, or name of a bundled one
            SettingKey.word("assay.device", "cpu", "cuda"),
            SettingKey.count("assay.steps"), // the suite's if absent
            SettingKey.word("assay.renderer", "local", "comfyui", "folder"),
            SettingKey.text("assay.store"), // folder of finished pictures
            SettingKey.word("assay.progress", "auto", "on", "off"),
            SettingKey.word("assay.inconclusive", "fail", "allow"), // what an inconclusive verdict does to the build
            SettingKey.word("assay.unavailable", "fail", "allow"), // what missing weights of a metric do to the run
            SettingKey.whole("assay.seedOffset", 0, MOST_OFFSET, "0"), // other than 0 to calibrate the gate
            SettingKey.count("assay.seeds"), // of each case at most
            SettingKey.text("assay.models"), // folder of model files as ComfyUI arranges them
            WEIGHTS, // ROLE=REFERENCE[,...] of metrics' networks, over what the suite says
            SettingKey.word("assay.download", "off", "on", "true", "false"), // may missing weights be fetched?
            SettingKey.text("assay.licences"), // SPDX identifiers of weights that are used only where asked for
            SettingKey.address("assay.comfyui.url"), // several with commas
            SettingKey.secret("assay.comfyui.headers"), // NAME: VALUE, several with line breaks or |
            SettingKey.secret("assay.comfyui.query"), // NAME=VALUE&...
            SettingKey.text("assay.comfyui.workflow"), // API-format file
            SettingKey.text(
                    "assay.comfyui.variant"), // of a family, where the file cannot tell: krea-dev, dev, fast, turbo
            SettingKey.text("assay.comfyui.textEncoders"), // file names on the server, with commas
            SettingKey.text("assay.comfyui.vae"), // file name on the server
            SettingKey.word("assay.comfyui.weightDtype", "default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"),
            SettingKey.number("assay.comfyui.clipStrength"), // of LoRAs on text encoders; that of the model if absent
            SettingKey.text("assay.comfyui.trustStore"), // PKCS#12 or JKS file
            SettingKey.text("assay.folder.pattern"), // how file names tell prompt and seed
            SettingKey.address("assay.judge.url"), // server with a vision model
            SettingKey.text("assay.judge.model"), // as the server lists it
            SettingKey.word("assay.judge.answers", "probabilities", "words").orNone(), // what the server can give
            SettingKey.text("assay.judge.calibration"), // file of questions with known answers
            SettingKey.text("assay.collection"), // folder of the curated collection
            SettingKey.word("assay.card", "target", "beside", "off"), // where verdict cards are written
            SettingKey.words(
                    "assay.sidecars", "lora-manager", "civitai", "a1111", "preview"), // written beside a judged LoRA
            SettingKey.reason("assay.override")); // NAME: REASON, adds a file that did not pass

    /** The names of all, in the order of messages. */
    static final List<String> NAMES = ALL.stream().map(SettingKey::name).toList();

    /** Read by the renderer from the environment alone, so that they stand in no command line, file or record. */
    private static final Set<String> SECRETS = Set.of(
            "ASSAY_COMFYUI_TOKEN", "ASSAY_COMFYUI_BASIC", "ASSAY_COMFYUI_TRUST_STORE_PASSWORD", "ASSAY_JUDGE_TOKEN");

    /** Kept out of command lines and records: they may let others in. */
    static final Set<String> PRIVATE = Set.of("assay.comfyui.headers", "assay.comfyui.query");

    /** Addresses, which must not hold a password. */
    static final List<String> ADDRESSES = List.of("assay.comfyui.url", "assay.judge.url");

    /** System properties that the build sets; with {@code assay.build.} in front there may be others. */
    private static final List<String> BUILD_KEYS = List.of(
            "assay.root",
            "assay.out",
            "assay.microcosm",
            "assay.reports",
            "assay.allure",
            "assay.record",
            "assay.colors");

    private SettingKeys() {}

    /**
     * A value as it was given.
     *
     * @param source for messages: {@code -Dassay.lora}, {@code environment ASSAY_LORA}, {@code assay.yaml}
     */
    record Given(String value, String source) {}

    /**
     * What the environment ({@code ASSAY_SEED_OFFSET} is {@code assay.seedOffset}) and system properties give; these have
     * precedence over that. An empty value counts as not given.
     *
     * @param env the whole environment
     * @param properties all system properties
     * @throws SettingsException on an unknown key
     */
    static Map<String, Given> given(Map<String, String> env, Map<String, String> properties) {
        Map<String, Given> given = new TreeMap<>();
        new TreeMap<>(env).forEach((name, value) -> {
            if (name.startsWith("ASSAY_") && !SECRETS.contains(name)) {
                add(environmentKey(name), value, "environment " + name, given);
            }
        });
        new TreeMap<>(properties).forEach((name, value) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith(PREFIX) && !isOfBuild(name)) {
                add(property(name), value, "-D" + name, given);
                if (PRIVATE.contains(name) && !value.isBlank()) {
                    throw new SettingsException("-D" + name + ": a secret there stands in lists of processes and in"
                            + " the reports of the build; give it as environment "
                            + environmentName(name) + ", or in assay.yaml");
                }
            }
        });
        return given;
    }

    static void add(String key, String value, String source, Map<String, Given> given) {
        if (value != null && !value.isBlank()) {
            given.put(key, new Given(value.strip(), source));
        }
    }

    /** @throws SettingsException on a value that the key cannot take */
    static void require(SettingKey key, Given given) {
        key.wrong().apply(given.value()).ifPresent(problem -> {
            throw new SettingsException(key.name() + " (" + given.source() + "): " + problem);
        });
    }

    static SettingsException unknown(String where, String name, List<String> known) {
        String hint = Nearest.hint(name, known);
        return new SettingsException(
                where + ": no such setting" + (hint.isEmpty() ? "; there are " + String.join(", ", known) : hint));
    }

    private static String environmentName(String key) {
        return ALL.stream()
                .filter(k -> k.name().equals(key))
                .map(SettingKey::environment)
                .findFirst()
                .orElseThrow();
    }

    /** Takes secrets out of properties that a build tool writes into its reports, keys that are refused among them. */
    static void forgetSecrets(Properties properties) {
        PRIVATE.forEach(properties::remove);
        for (String name : properties.stringPropertyNames()) {
            String value = properties.getProperty(name);
            if (!name.toLowerCase(Locale.ROOT).startsWith(PREFIX) || isOfBuild(name)) {
                continue;
            }
            if (!NAMES.contains(name)) {
                properties.remove(name);
            } else if (ADDRESSES.contains(name)
                    || SettingKey.wrongAddress(value).isPresent()) {
                properties.setProperty(name, Secrets.withoutUser(value).replaceAll("[?#][^,]*", ""));
            }
        }
    }

    /** Environment variables that are secrets; of Hugging Face's, too. */
    static List<String> secretVariables() {
        return Stream.concat(SECRETS.stream(), Stream.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"))
                .toList();
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
        if (!NAMES.contains(name)) {
            throw unknown("-D" + name, name, NAMES);
        }
        return name;
    }

    private static boolean isOfBuild(String name) {
        return BUILD_KEYS.contains(name) || name.startsWith("assay.build.") || name.startsWith("assay.fuzz");
    }

    /** The form alone: whether the roles exist is for {@link WeightsSettings} to say, which knows networks. */
    private static Optional<String> wrongWeights(String written) {
        Set<String> seen = new HashSet<>();
        for (String part : BETWEEN.split(written, -1)) {
            int equals = part.indexOf('=');
            Optional<String> address = SettingKey.wrongAddress(part);
            if (address.isPresent()) {
                return address;
            }
            if (equals < 1 || part.substring(equals + 1).isBlank()) {
                return Optional.of("expected ROLE=REFERENCE[,ROLE=REFERENCE...], found " + part);
            }
            if (!seen.add(part.substring(0, equals))) {
                return Optional.of(part.substring(0, equals) + " is given twice");
            }
        }
        return Optional.empty();
    }
}
