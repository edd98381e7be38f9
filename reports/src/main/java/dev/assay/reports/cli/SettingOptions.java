package dev.assay.reports.cli;

import dev.assay.harness.run.Caller;
import dev.assay.harness.run.SettingKey;
import dev.assay.harness.run.SettingKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every setting as an option of a command: {@code assay.seedOffset} is {@code --seed-offset}. Values are checked where all settings are;
 * those that may hold a password have no option.
 */
final class SettingOptions {
    private static final String OTHERS = "Others";

    /** Of a setting: the section of the help, what stands for its value, and what it means. */
    private record Text(String section, String label, String words) {}

    private static final Map<String, Text> TEXTS = texts();

    private SettingOptions() {}

    private static Map<String, Text> texts() {
        Map<String, Text> texts = new LinkedHashMap<>();
        String what = "What is judged";
        put(
                texts,
                what,
                "base",
                "MODEL",
                "What it is compared with: a file, a folder, or a name that the server knows.");
        put(texts, what, "lora", "FILE[@S],...", "LoRAs, together; several with commas. FILE alone is shorter.");
        put(texts, what, "checkpoint", "MODEL", "A finetune as the candidate, or what the LoRA is put on.");
        put(texts, what, "suite", "NAME|FILE", "Prompts and criteria; `assay suites` lists those that are bundled.");
        put(texts, what, "seeds", "N", "Seeds per prompt: fewer are quicker, more can show more.");
        put(texts, what, "steps", "N", "Fewer sampler steps than the suite says.");
        put(texts, what, "seedOffset", "N", "Shifts the candidate's seeds: a test of the gate.");
        String use = "How the file is meant to be used";
        put(
                texts,
                use,
                "trigger",
                "off|on|both",
                "Whether its trigger words are in the prompt; both shows what it does without.");
        put(texts, use, "triggerWords", "WORDS", "Its trigger words, several with commas.");
        put(texts, use, "triggerTemplate", "TEXT", "Where they go: {trigger}, {prompt}.");
        put(texts, use, "purpose", "WORD", "style, character, concept, enhancer, speed, fix or finetune.");
        put(texts, use, "usage.strength", "S", "Its recommended strength.");
        put(texts, use, "usage.clipStrength", "S", "The same on text encoders.");
        put(texts, use, "usage.steps", "N", "Its own number of steps.");
        put(texts, use, "usage.guidance", "G", "Its own guidance scale.");
        put(texts, use, "usage.distilledGuidance", "G", "Its own distilled guidance.");
        put(texts, use, "usage.sampler", "NAME", "Its own sampler.");
        put(texts, use, "usage.scheduler", "NAME", "Its own scheduler.");
        put(texts, use, "usage.shift", "S", "Its own shift.");
        put(texts, use, "usage.clipSkip", "N", "Its own clip skip.");
        put(texts, use, "usage.size", "WxH", "Its own size of pictures.");
        put(texts, use, "usage.negative", "TEXT", "Its own negative prompt.");
        String how = "How pictures are made";
        put(texts, how, "renderer", "WORD", "local, comfyui or folder.");
        put(texts, how, "models", "DIR", "ComfyUI's folder of models, looked into before anything is rendered.");
        put(texts, how, "cuda.python", "PATH", "A Python, or ComfyUI folder, that has CUDA in its packages.");
        put(texts, how, "device", "cpu|cuda", "Of the renderer local, and of metrics' networks.");
        put(texts, how, "store", "DIR", "Where finished pictures are kept; .assay/renders if not given.");
        put(texts, how, "progress", "WORD", "auto, on (plain lines) or off.");
        put(texts, how, "candidate", "DIR", "Of the renderer folder: the candidate's pictures.");
        put(texts, how, "folder.pattern", "TEXT", "How names of pictures tell prompt and seed.");
        String comfy = "ComfyUI";
        put(texts, comfy, "comfyui.url", "URL", "The server; several with commas share the work.");
        put(texts, comfy, "comfyui.workflow", "FILE", "A workflow of yours, in API format.");
        put(texts, comfy, "comfyui.variant", "WORD", "Of a family, where the file cannot tell: dev, turbo, fast.");
        put(texts, comfy, "comfyui.textEncoders", "NAMES", "File names on the server, with commas.");
        put(texts, comfy, "comfyui.vae", "NAME", "File name on the server.");
        put(texts, comfy, "comfyui.weightDtype", "WORD", "default, fp8_e4m3fn, fp8_e4m3fn_fast or fp8_e5m2.");
        put(texts, comfy, "comfyui.clipStrength", "S", "Of LoRAs on text encoders; that on the model if not given.");
        put(texts, comfy, "comfyui.trustStore", "FILE", "Certificates of your own, PKCS#12 or JKS.");
        String metrics = "Metrics";
        put(texts, metrics, "weights", "ROLE=REF,...", "Networks in place of those that the suite names.");
        put(texts, metrics, "download", "on|off", "Whether missing weights may be fetched.");
        put(texts, metrics, "licences", "IDS", "Licences that you accept, as AGPL-3.0.");
        put(texts, metrics, "unavailable", "fail|allow", "What missing weights do; allow is --without-weights.");
        put(texts, metrics, "metrics", "JARS", "Jars with metrics of your own, with commas.");
        put(texts, metrics, "judge.url", "URL", "A server with a vision model.");
        put(texts, metrics, "judge.model", "NAME", "As that server lists it.");
        put(texts, metrics, "judge.answers", "WORD", "probabilities or words: what that server can give.");
        put(texts, metrics, "judge.calibration", "FILE", "Questions with known answers.");
        String out = "What comes out";
        put(texts, out, "inconclusive", "fail|allow", "Whether an open criterion keeps the exit code from 0.");
        put(texts, out, "card", "WORD", "Where verdict cards are written: target, beside the file, or off.");
        put(texts, out, "sidecars", "NAMES", "Written beside a LoRA: lora-manager, civitai, a1111, preview.");
        put(texts, out, "collection", "DIR", "Folder of the curated collection.");
        put(texts, out, "override", "NAME: REASON", "Adds a file to it that did not pass.");
        return texts;
    }

    private static void put(Map<String, Text> texts, String section, String key, String label, String words) {
        texts.put("assay." + key, new Text(section, label, words));
    }

    /** Whether the help has words for this setting. */
    static boolean hasWords(String key) {
        return TEXTS.containsKey(key);
    }

    /** All, by section. */
    static void addTo(CommandSpec command) {
        Map<String, List<OptionSpec>> sections = new LinkedHashMap<>();
        TEXTS.values().forEach(t -> sections.put(t.section(), new ArrayList<>()));
        sections.put(OTHERS, new ArrayList<>());
        List<String> order = new ArrayList<>(TEXTS.keySet());
        SettingKeys.ALL.stream()
                .map(SettingKey::name)
                .filter(key -> !SettingKeys.PRIVATE.contains(key))
                .sorted((a, b) -> Integer.compare(place(order, a), place(order, b)))
                .forEach(key -> {
                    Text text = TEXTS.getOrDefault(key, new Text(OTHERS, "VALUE", "See docs/settings.md."));
                    sections.get(text.section())
                            .add(OptionSpec.builder(Caller.option(key))
                                    .paramLabel(text.label())
                                    .type(String.class)
                                    .arity("1")
                                    .description(text.words())
                                    .build());
                });
        int order2 = 0;
        for (Map.Entry<String, List<OptionSpec>> section : sections.entrySet()) {
            if (!section.getValue().isEmpty()) {
                ArgGroupSpec.Builder group = ArgGroupSpec.builder()
                        .heading("%n" + section.getKey() + ":%n")
                        .exclusive(false)
                        .validate(false)
                        .order(order2++);
                section.getValue().forEach(group::addArg);
                command.addArgGroup(group.build());
            }
        }
    }

    private static int place(List<String> order, String key) {
        int at = order.indexOf(key);
        return at < 0 ? order.size() : at;
    }

    /** What was given on the command line, by key. */
    static Map<String, String> given(CommandSpec command) {
        Map<String, String> given = new TreeMap<>();
        for (SettingKey<?> key : SettingKeys.ALL) {
            OptionSpec option = command.findOption(Caller.option(key.name()));
            if (option != null && command.commandLine().getParseResult().hasMatchedOption(option)) {
                given.put(key.name(), String.valueOf(option.<Object>getValue()));
            }
        }
        return given;
    }
}
