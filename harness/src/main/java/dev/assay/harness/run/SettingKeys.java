package dev.assay.harness.run;

import dev.assay.harness.text.DidYouMean;
import dev.assay.harness.text.Secrets;
import dev.assay.harness.text.SettingsException;
import dev.assay.harness.usage.Fact;
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
public final class SettingKeys {
    private static final String PREFIX = "assay.";

    /** Of settings, in the root folder. */
    static final String FILE = "assay.yaml";

    /** A comma before the next role; references may have others. */
    static final Pattern BETWEEN = Pattern.compile("\\s*,\\s*(?=[a-z][a-z0-9-]*=)");

    private static final long MAX_OFFSET = 1L << 48; // seeds stay far from overflow

    /** {@code FILE[@STRENGTH][,FILE...]}. */
    public static final SettingKey<String> LORA = SettingKey.text("assay.lora");

    /** The candidate's; the base's if absent. */
    public static final SettingKey<String> CHECKPOINT = SettingKey.text("assay.checkpoint");

    /** Folder of the candidate's finished pictures. */
    public static final SettingKey<String> CANDIDATE = SettingKey.text("assay.candidate");

    /** Checkpoint, or folder of the base's finished pictures. */
    public static final SettingKey<String> BASE = SettingKey.text("assay.base");

    /** File, or name of a bundled one. */
    public static final SettingKey<String> SUITE = SettingKey.text("assay.suite");

    public static final SettingKey<String> DEVICE = SettingKey.word("assay.device", "cpu", "cuda");

    /** A Python that has CUDA in its packages: its program, its environment, or the ComfyUI folder around it. */
    public static final SettingKey<String> CUDA_PYTHON = SettingKey.text("assay.cuda.python");

    /** The suite's if absent. */
    public static final SettingKey<Integer> STEPS = SettingKey.count("assay.steps");

    /** Whether the candidate is asked with its trigger words: with, without, or both ways. */
    public static final SettingKey<String> TRIGGER = SettingKey.word("assay.trigger", "on", "off", "both");

    /** What the user says of the use of the candidate's files, over what lies beside them: {@code docs/usage.md}. */
    static final List<SettingKey<Object>> USAGE =
            Stream.of(Fact.values()).map(SettingKey::of).toList();

    public static final SettingKey<String> RENDERER = SettingKey.word("assay.renderer", "local", "comfyui", "folder");

    /** Folder of finished pictures. */
    public static final SettingKey<String> STORE = SettingKey.text("assay.store");

    public static final SettingKey<String> PROGRESS = SettingKey.word("assay.progress", "auto", "on", "off");

    /** What an inconclusive verdict does to the build. */
    public static final SettingKey<String> INCONCLUSIVE = SettingKey.word("assay.inconclusive", "fail", "allow");

    /** What missing weights of a metric do to the run. */
    public static final SettingKey<String> UNAVAILABLE = SettingKey.word("assay.unavailable", "fail", "allow");

    /** Other than 0 to calibrate the gate. */
    public static final SettingKey<Long> SEED_OFFSET = SettingKey.whole("assay.seedOffset", 0, MAX_OFFSET, "0");

    /** Of each case, whatever its suite says. */
    public static final SettingKey<Integer> SEEDS = SettingKey.count("assay.seeds", 1_000);

    /** Folder of model files as ComfyUI arranges them. */
    public static final SettingKey<String> MODELS = SettingKey.text("assay.models");

    /** May missing weights be fetched?. */
    public static final SettingKey<String> DOWNLOAD = SettingKey.word("assay.download", "off", "on", "true", "false");

    /** SPDX identifiers of weights that are used only where asked for. */
    public static final SettingKey<String> LICENCES = SettingKey.text("assay.licences");

    /** Several with commas. */
    public static final SettingKey<String> COMFYUI_URL = SettingKey.address("assay.comfyui.url");

    /** NAME: VALUE, several with line breaks or |. */
    public static final SettingKey<String> COMFYUI_HEADERS = SettingKey.secret("assay.comfyui.headers");

    /** NAME=VALUE{@literal &}. */
    public static final SettingKey<String> COMFYUI_QUERY = SettingKey.secret("assay.comfyui.query");

    /** API-format file. */
    public static final SettingKey<String> COMFYUI_WORKFLOW = SettingKey.text("assay.comfyui.workflow");

    /** Of a family, where the file cannot tell: krea-dev, dev, fast, turbo. */
    public static final SettingKey<String> COMFYUI_VARIANT = SettingKey.text("assay.comfyui.variant");

    /** File names on the server, with commas. */
    public static final SettingKey<String> COMFYUI_TEXT_ENCODERS = SettingKey.text("assay.comfyui.textEncoders");

    /** File name on the server. */
    public static final SettingKey<String> COMFYUI_VAE = SettingKey.text("assay.comfyui.vae");

    public static final SettingKey<String> COMFYUI_WEIGHT_DTYPE =
            SettingKey.word("assay.comfyui.weightDtype", "default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2");

    /** Of LoRAs on text encoders; that of the model if absent. */
    public static final SettingKey<Double> COMFYUI_CLIP_STRENGTH = SettingKey.number("assay.comfyui.clipStrength");

    /** PKCS#12 or JKS file. */
    public static final SettingKey<String> COMFYUI_TRUST_STORE = SettingKey.text("assay.comfyui.trustStore");

    /** How file names tell prompt and seed. */
    public static final SettingKey<String> FOLDER_PATTERN = SettingKey.text("assay.folder.pattern");

    /** Server with a vision model. */
    public static final SettingKey<String> JUDGE_URL = SettingKey.address("assay.judge.url");

    /** As the server lists it. */
    public static final SettingKey<String> JUDGE_MODEL = SettingKey.text("assay.judge.model");

    /** What the server can give. */
    public static final SettingKey<String> JUDGE_ANSWERS =
            SettingKey.word("assay.judge.answers", "probabilities", "words").orNone();

    /** File of questions with known answers. */
    public static final SettingKey<String> JUDGE_CALIBRATION = SettingKey.text("assay.judge.calibration");

    /** Folder of the curated collection. */
    public static final SettingKey<String> COLLECTION = SettingKey.text("assay.collection");

    /** Where verdict cards are written. */
    public static final SettingKey<String> CARD = SettingKey.word("assay.card", "target", "beside", "off");

    /** Written beside a judged LoRA. */
    public static final SettingKey<String> SIDECARS =
            SettingKey.words("assay.sidecars", "lora-manager", "civitai", "a1111", "preview");

    /** NAME: REASON, adds a file that did not pass. */
    public static final SettingKey<String> OVERRIDE = SettingKey.reason("assay.override");

    /** Jars with metrics of others, with commas. */
    public static final SettingKey<String> METRICS = SettingKey.text("assay.metrics");

    /** {@code ROLE=REFERENCE[,...]} of metrics' networks, over what the suite says. */
    public static final SettingKey<String> WEIGHTS = SettingKey.of("assay.weights", null, SettingKeys::wrongWeights);

    private static final List<SettingKey<?>> OTHERS = List.of(
            LORA,
            CHECKPOINT,
            CANDIDATE,
            BASE,
            SUITE,
            DEVICE,
            CUDA_PYTHON,
            STEPS,
            RENDERER,
            STORE,
            PROGRESS,
            INCONCLUSIVE,
            UNAVAILABLE,
            SEED_OFFSET,
            SEEDS,
            TRIGGER,
            MODELS,
            METRICS,
            WEIGHTS,
            DOWNLOAD,
            LICENCES,
            COMFYUI_URL,
            COMFYUI_HEADERS,
            COMFYUI_QUERY,
            COMFYUI_WORKFLOW,
            COMFYUI_VARIANT,
            COMFYUI_TEXT_ENCODERS,
            COMFYUI_VAE,
            COMFYUI_WEIGHT_DTYPE,
            COMFYUI_CLIP_STRENGTH,
            COMFYUI_TRUST_STORE,
            FOLDER_PATTERN,
            JUDGE_URL,
            JUDGE_MODEL,
            JUDGE_ANSWERS,
            JUDGE_CALIBRATION,
            COLLECTION,
            CARD,
            SIDECARS,
            OVERRIDE);

    /** In the order of messages. */
    public static final List<SettingKey<?>> ALL =
            Stream.<SettingKey<?>>concat(OTHERS.stream(), USAGE.stream()).toList();

    /** The names of all, in the order of messages. */
    static final List<String> NAMES = ALL.stream().map(SettingKey::name).toList();

    /** Read by the renderer from the environment alone, so that they stand in no command line, file or record. */
    private static final Set<String> SECRETS = Set.of(
            "ASSAY_COMFYUI_TOKEN", "ASSAY_COMFYUI_BASIC", "ASSAY_COMFYUI_TRUST_STORE_PASSWORD", "ASSAY_JUDGE_TOKEN");

    /** Kept out of command lines and records: they may let others in. */
    public static final Set<String> PRIVATE = Set.of(COMFYUI_HEADERS.name(), COMFYUI_QUERY.name());

    /** Addresses, which must not hold a password. */
    static final List<String> ADDRESSES = List.of(COMFYUI_URL.name(), JUDGE_URL.name());

    /** System properties that the build sets; with {@code assay.build.} in front there may be others. */
    private static final List<String> BUILD_KEYS = List.of(
            "assay.root",
            "assay.home",
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
        Caller caller = Caller.of(properties);
        new TreeMap<>(properties).forEach((name, value) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith(PREFIX) && !isOfBuild(name)) {
                add(property(name), value, caller.source(name), given);
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
    static void require(SettingKey<?> key, Given given) {
        key.wrong().apply(given.value()).ifPresent(problem -> {
            throw new SettingsException(key.name() + " (" + given.source() + "): " + problem);
        });
    }

    /** Whether names in the file may stand below this one: {@code comfyui}. */
    static boolean isGroup(String name) {
        String start = (name.startsWith(PREFIX) ? name : PREFIX + name) + ".";
        return NAMES.stream().anyMatch(k -> k.startsWith(start));
    }

    /** @throws SettingsException where a name in the file, with or without {@code assay.}, is no setting */
    static String ofFile(String name) {
        String key = name.startsWith(PREFIX) ? name : PREFIX + name;
        if (!NAMES.contains(key)) {
            List<String> known = name.startsWith(PREFIX)
                    ? NAMES
                    : NAMES.stream().map(k -> k.substring(PREFIX.length())).toList();
            throw unknown(FILE + ": " + name, name, known);
        }
        return key;
    }

    private static SettingsException unknown(String where, String name, List<String> known) {
        String hint = DidYouMean.hint(name, known);
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
