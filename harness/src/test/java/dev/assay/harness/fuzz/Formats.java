package dev.assay.harness.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.image.PictureFile;
import dev.assay.harness.image.Png;
import dev.assay.harness.model.HeaderFiles;
import dev.assay.harness.model.HeaderFiles.Entry;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.MemoryChannel;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.model.Pickles;
import dev.assay.harness.nn.diffusion.AutoencoderConfig;
import dev.assay.harness.nn.diffusion.SchedulerConfig;
import dev.assay.harness.nn.diffusion.UnetConfig;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.render.comfyui.graph.Workflow;
import dev.assay.harness.render.folder.PictureTexts;
import dev.assay.harness.run.RunRecords;
import dev.assay.harness.run.Settings;
import dev.assay.harness.suite.SuiteFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The formats of strangers' files, each with sound files to damage and its reader. */
public final class Formats {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A decoded picture is larger than its file; decoders share a part of the memory, see {@code DecodeMemory}. */
    private static final long MAX_OF_A_PICTURE = 1L << 30;
    /** A YAML parser makes a dozen objects of each word; a file has at most a MiB. */
    private static final long YAML_BYTES_PER_BYTE = 512;

    private static final long YAML_FIXED = 1 << 20;

    private final Path folder;
    private final ThreadLocal<Path> own = ThreadLocal.withInitial(this::ownFolder);

    /** @param folder for files that a reader wants on a disk */
    public Formats(Path folder) {
        this.folder = folder;
    }

    /** By name, in the order in which they are run. */
    public Map<String, Fuzz> all() {
        List<Fuzz> all = List.of(
                Fuzz.of("safetensors", false, safetensors(), Formats::header),
                Fuzz.of("gguf", false, gguf(), Formats::header),
                Fuzz.of(
                        "pickle",
                        false,
                        List.of(Pickles.zip(Pickles.stateDict(), 12, 8), Pickles.legacy(Pickles.stateDict())),
                        Formats::header),
                Fuzz.of("index", true, List.of(index("a", "b"), index("a", "a")), this::index),
                config("scheduler", "sd/scheduler/scheduler_config", f -> SchedulerConfig.read(f)),
                config("unet", "sd/unet/config", f -> UnetConfig.of(JsonFile.config(f, "a test"))),
                config("vae", "sd/vae/config", f -> AutoencoderConfig.of(JsonFile.config(f, "a test"))),
                config("text-encoder", "sd/text_encoder/config", f -> ClipTextConfig.of(JsonFile.config(f, "a test"))),
                config("vision", "clip_gelu/config", f -> {
                    JsonNode json = JsonFile.config(f, "a test");
                    return VisionConfig.of(VisionConfig.Kind.CLIP, json.path("vision_config"));
                }),
                config("preprocessor", "siglip_text/preprocessor_config", Preprocessing::read),
                new Fuzz("png", false, pngs(), Formats::picture, input -> MAX_OF_A_PICTURE),
                new Fuzz("jpeg", false, pictures(".jpg"), Formats::picture, input -> MAX_OF_A_PICTURE),
                new Fuzz("webp", false, pictures(".webp"), Formats::picture, input -> MAX_OF_A_PICTURE),
                new Fuzz("picture-text", true, texts(), Formats::texts, Formats::ofYaml),
                new Fuzz("suite", true, suites(), b -> SuiteFile.parse("fuzz.yaml", b), Formats::ofYaml),
                new Fuzz("settings", true, settings(), this::settings, Formats::ofYaml),
                new Fuzz("workflow", true, workflows(), Formats::workflow, Formats::ofYaml),
                new Fuzz("record", true, List.of(record()), this::record, Formats::ofYaml));
        Map<String, Fuzz> named = new LinkedHashMap<>();
        all.forEach(f -> named.put(f.format(), f));
        return named;
    }

    private Path ownFolder() {
        try {
            Path made = Files.createTempDirectory(folder, "thread");
            for (String shard : List.of("a", "b")) {
                HeaderFiles.safetensors(
                        made.resolve(shard + ".safetensors"), Map.of(), List.of(Entry.of(shard, "F32", 1)));
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(own.get().resolve(name), bytes);
    }

    private static long ofYaml(byte[] input) {
        return YAML_FIXED + YAML_BYTES_PER_BYTE * input.length;
    }

    private static Object header(byte[] file) {
        ModelHeader header = ModelHeader.read(Path.of("fuzz"), new MemoryChannel(file));
        header.tensors().values().forEach(ModelHeader.Tensor::elements);
        return header;
    }

    private static List<byte[]> safetensors() {
        return List.of(
                safetensors(
                        Map.of("ss_network_dim", "4"),
                        Entry.of("a.lora_up.weight", "F16", 4, 2),
                        Entry.of("a.alpha", "F32")),
                safetensors(
                        Map.of(), Entry.of("w", "F8_E4M3", 3, 3), Entry.of("b", "BF16", 2), Entry.of("e", "I64", 0)));
    }

    private static byte[] safetensors(Map<String, String> metadata, Entry... tensors) {
        long[] data = new long[1];
        byte[] head = HeaderFiles.safetensorsHead(metadata, List.of(tensors), data);
        return Arrays.copyOf(head, head.length + (int) data[0]);
    }

    private static List<byte[]> gguf() {
        return List.of(
                gguf(
                        Map.of("general.architecture", "flux", "general.alignment", "32"),
                        Map.of(),
                        Entry.of("w", "Q8_0", 2, 32)),
                gguf(
                        Map.of(),
                        Map.of("c", List.of(2L, 2L, 3L, 3L)),
                        Entry.of("c", "F16", 2, 18),
                        Entry.of("b", "F32", 2)));
    }

    private static byte[] gguf(Map<String, String> metadata, Map<String, List<Long>> trueShapes, Entry... tensors) {
        long[] data = new long[1];
        byte[] head = HeaderFiles.ggufHead(3, metadata, trueShapes, List.of(tensors), data);
        return Arrays.copyOf(head, head.length + (int) data[0]);
    }

    private static byte[] index(String... shards) {
        StringBuilder json = new StringBuilder("{\"metadata\": {\"total_size\": 8}, \"weight_map\": {");
        for (String shard : shards) {
            json.append(json.charAt(json.length() - 1) == '{' ? "" : ", ")
                    .append('"')
                    .append(shard)
                    .append("\": \"")
                    .append(shard)
                    .append(".safetensors\"");
        }
        return bytes(json.append("}}").toString());
    }

    private Object index(byte[] json) throws IOException {
        return ModelHeader.read(file("m.safetensors.index.json", json));
    }

    /** Of a configuration file. */
    @FunctionalInterface
    private interface OfFile {
        Object read(Path file) throws IOException;
    }

    private Fuzz config(String format, String golden, OfFile reader) {
        byte[] seed = resource("/golden/networks/" + golden + ".json");
        return Fuzz.of(format, true, List.of(seed), b -> reader.read(file(format + ".json", b)));
    }

    private static Object picture(byte[] file) {
        return PictureTexts.read(PictureFile.decode(file).text());
    }

    private static List<byte[]> pngs() {
        List<byte[]> pngs = new ArrayList<>(pictures(".png"));
        byte[] rgb = new byte[3 * 16 * 8];
        Arrays.setAll(new int[rgb.length], i -> rgb[i] = (byte) (7 * i));
        pngs.add(Png.encode(
                Image.of(16, 8, rgb), Map.of("parameters", "a cat\nSteps: 4, Seed: 5", "prompt", "{\"1\": {}}")));
        return pngs;
    }

    private static List<byte[]> pictures(String ending) {
        List<byte[]> found = new ArrayList<>();
        for (JsonNode entry : json("/golden/pictures.json").path("pictures")) {
            if (entry.path("name").asText().endsWith(ending)) {
                found.add(Base64.getDecoder().decode(entry.path("file").asText()));
            }
        }
        return found;
    }

    private static List<byte[]> texts() {
        return List.of(
                bytes("a cat <lora:x:1>\nNegative prompt: dog\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 12"),
                bytes("{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 5, \"positive\": [\"6\", 0],"
                        + " \"negative\": [\"7\", 0]}}, \"6\": {\"class_type\": \"CLIPTextEncode\", \"inputs\":"
                        + " {\"text\": \"a cat\", \"clip\": [\"4\", 1]}}, \"7\": {\"class_type\": \"CLIPTextEncode\","
                        + " \"inputs\": {\"text\": \"\", \"clip\": [\"4\", 1]}}}"));
    }

    private static Object texts(byte[] text) {
        String value = new String(text, StandardCharsets.UTF_8);
        PictureTexts.read(Map.of("parameters", value));
        PictureTexts.read(Map.of("workflow", value));
        return PictureTexts.read(Map.of("prompt", value));
    }

    private static List<byte[]> suites() {
        return List.of(bytes("""
            name: fuzz
            version: "1"
            description: A suite.
            settings: {width: 64, height: 64, steps: 4, guidanceScale: 3.0, sampler: ddim, scheduler: normal}
            models: {clip: microcosm:clip}
            cases:
              - {id: one, prompt: a red ball, seeds: [1, 2], tags: [colour]}
              - {id: two, prompt: a cat, negativePrompt: dog, seeds: [3, 4]}
            criteria:
              - {metric: grid, rule: NON_INFERIOR, margin: 0.5, minPairs: 4}
              - {metric: clip-score, tags: [colour], rule: NON_INFERIOR, margin: 1, minPairs: 2, severity: CRITICAL}
            """));
    }

    private static List<byte[]> settings() {
        return List.of(bytes("""
            lora: style.safetensors@0.8
            base: sd15.safetensors
            suite: starter
            steps: 4
            seedOffset: 7
            comfyui: {url: "http://127.0.0.1:8188", headers: "X-Team: a", clipStrength: 0.5}
            progress: off
            weights: clip=hf:a/b/c.onnx
            """));
    }

    private Object settings(byte[] yaml) throws IOException {
        file("assay.yaml", yaml);
        return Settings.read(own.get(), Map.of(), Map.of());
    }

    private static List<byte[]> workflows() {
        JsonNode graphs = json("/golden/comfyui_graphs.json");
        return List.of(
                bytes(graphs.path("flux1-dev").toString()),
                bytes(graphs.path("chroma").toString()));
    }

    private static Object workflow(byte[] json) {
        return Workflow.settings("fuzz.json", json);
    }

    private static byte[] record() {
        return bytes("""
            {"schema": "assay-run/1", "id": "20261122-235959-123-sound", "outcome": "PASSED", "problem": null,
             "started": "2026-11-22T23:59:59Z", "seconds": 1.5, "renderSeconds": 1,
             "base": {"name": "base", "files": [{"file": "base", "sha256": "ab", "bytes": 3}], "loras": []},
             "candidate": {"name": "sound", "files": [], "loras": [{"file": "s", "sha256": "cd", "strength": 1, "bytes": 2}]},
             "suite": {"name": "microcosm", "version": "2", "sha256": "ef", "prompts": 2, "seedsPerPrompt": 2},
             "renderer": {"name": "local", "version": "1", "device": "cpu", "facts": {}},
             "rendersMade": 4, "rendersReused": 0, "criteriaDeclared": 1,
             "verdicts": [{"id": "grid", "metric": "grid", "metricVersion": "1", "family": "artifact", "scope": "suite",
               "outcome": "PASSED", "estimate": 0.1, "interval": [0, 0.2], "confidence": 0.9, "margin": 0.5,
               "rule": "NON_INFERIOR", "severity": "CRITICAL", "better": "LOWER", "unit": "x", "clusters": 2, "pairs": 4,
               "unscored": 0, "unscoredReasons": {}, "reason": "fine", "measurements": [], "worst": []}],
             "renderings": [], "findings": [{"level": "NOTE", "text": "a"}], "asked": {"assay.lora": "s"}, "weights": []}
            """);
    }

    private Object record(byte[] json) throws IOException {
        return RunRecords.read(file("run.json", json));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode json(String resource) {
        try {
            return JSON.readTree(resource(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = Formats.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
