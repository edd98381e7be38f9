package dev.assay.harness.render.comfyui.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.harness.model.family.ComfyVariant;
import dev.assay.harness.model.family.GraphNodes.Schedule;
import dev.assay.harness.model.family.GraphNodes.Shift;
import dev.assay.harness.model.family.GraphNodes.Trait;
import dev.assay.harness.model.family.TextEncoderFiles;
import dev.assay.harness.suite.GenerationSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes a family's text-to-image graph. Ids are fixed, so that a graph can be read: 1 model, 2 text encoders, 3 VAE, 4
 * positive, 5 negative, 6 latent, 7 sampler, 8 decoder, 9 output, 10 text encoder options, 11 guidance, 12 shift or prediction, 13 to 16
 * noise, guider, sampler and sigmas of an advanced sampler, 17 guidance of the negative, 101 and up LoRAs.
 */
public final class TextToImage {
    /** An input that no node knows: part of the server's cache key, never passed to the node. */
    static final String NONCE = "_nonce";

    static final String OUTPUT = "9";
    static final String SAMPLER = "7";
    private static final int FIRST_LORA = 101;

    private final GraphRequest request;
    private final ComfyVariant family;
    private final GenerationSettings settings;
    private final ObjectNode graph = JsonNodeFactory.instance.objectNode();
    private final Map<String, String> keys = new TreeMap<>();
    private JsonNode model;
    private JsonNode clip;
    private JsonNode vae;
    private String sent = ""; // negative prompt

    private TextToImage(GraphRequest request) {
        this.request = request;
        family = request.family();
        settings = request.settings();
    }

    /** @throws GraphException if the files do not go with the family */
    public static ComfyGraph write(GraphRequest request) {
        return new TextToImage(request).write();
    }

    private ComfyGraph write() {
        loadModel();
        loadTextEncoders();
        loadVae();
        addLoras();
        textOptions();
        shift();
        boolean one = family.has(Trait.ONE_ENCODER);
        boolean alone = family.has(Trait.BASIC_GUIDER) && settings.guidanceScale() <= 1;
        JsonNode positive = one ? texts("4") : text("4", request.prompt());
        JsonNode negative = one ? NodeWriter.link("4", 1) : alone ? null : negative(positive);
        positive = guided("11", positive);
        JsonNode latent = NodeWriter.add(graph, "6", family.nodes().latent().node())
                .put("width", settings.width())
                .put("height", settings.height())
                .put("batch_size", 1)
                .out(0);
        keys.put("6/width", Keys.suite("width"));
        keys.put("6/height", Keys.suite("height"));
        if (family.has(Trait.ADVANCED)) {
            sampleAdvanced(positive, negative, latent);
        } else {
            sample(positive, negative, latent);
        }
        JsonNode images = NodeWriter.add(graph, "8", "VAEDecode")
                .link("samples", NodeWriter.link(SAMPLER, 0))
                .link("vae", vae)
                .out(0);
        if (request.filenamePrefix() == null) {
            NodeWriter.add(graph, OUTPUT, "PreviewImage").link("images", images);
        } else {
            NodeWriter.add(graph, OUTPUT, "SaveImage")
                    .link("images", images)
                    .put("filename_prefix", request.filenamePrefix());
        }
        return new ComfyGraph(graph, OUTPUT, SAMPLER, sent, keys, List.of());
    }

    private void loadModel() {
        ModelSource source = request.model();
        NodeWriter loader = NodeWriter.add(graph, "1", source.kind().loader())
                .put(source.kind().input(), source.file());
        if (source.kind() == ModelSource.Kind.DIFFUSION_MODEL) {
            loader.put("weight_dtype", source.weightDtype());
            keys.put("1/weight_dtype", Keys.WEIGHT_DTYPE);
        }
        keys.put("1/" + source.kind().input(), Keys.MODEL);
        model = loader.out(0);
    }

    private void loadTextEncoders() {
        List<String> files = request.textEncoders();
        if (files.isEmpty()) {
            clip = NodeWriter.link("1", 1);
            return;
        }
        String type = TextEncoders.type(family, files);
        NodeWriter loader = NodeWriter.add(graph, "2", TextEncoders.loader(files));
        for (int i = 0; i < files.size(); i++) {
            String input = TextEncoders.input(i, files.size());
            loader.put(input, files.get(i));
            keys.put("2/" + input, Keys.TEXT_ENCODERS);
        }
        if (!type.equals(TextEncoderFiles.NO_TYPE)) {
            loader.put("type", type);
        }
        clip = loader.out(0);
    }

    private void loadVae() {
        if (request.vae() == null) {
            vae = NodeWriter.link("1", 2);
            return;
        }
        vae = NodeWriter.add(graph, "3", "VAELoader")
                .put("vae_name", request.vae())
                .out(0);
        keys.put("3/vae_name", Keys.VAE);
    }

    /** On the model as it is loaded, before its shift; in the order given. */
    private void addLoras() {
        int next = FIRST_LORA;
        for (LoraUse lora : request.loras()) {
            String id = Integer.toString(next++);
            boolean both = family.has(Trait.LORA_ON_TEXT) || lora.hasTextEncoder();
            NodeWriter node = NodeWriter.add(graph, id, both ? "LoraLoader" : "LoraLoaderModelOnly")
                    .lora(model, both ? clip : null, lora.file(), lora.strengthModel(), lora.strengthClip());
            model = node.out(0);
            clip = both ? node.out(1) : clip;
            Keys.lora(keys, id);
        }
    }

    private void textOptions() {
        if (family.has(Trait.T5_OPTIONS)) {
            clip = NodeWriter.add(graph, "10", "T5TokenizerOptions")
                    .link("clip", clip)
                    .put("min_padding", 0)
                    .put("min_length", 0)
                    .out(0);
        } else if (settings.clipSkip() > 0) {
            // The server counts from the end: -1 is the last layer.
            clip = NodeWriter.add(graph, "10", "CLIPSetLastLayer")
                    .link("clip", clip)
                    .put("stop_at_clip_layer", -1 - settings.clipSkip())
                    .out(0);
            keys.put("10/stop_at_clip_layer", Keys.suite("clipSkip"));
        }
    }

    private void shift() {
        if (family.has(Trait.V_PREDICTION)) {
            model = NodeWriter.add(graph, "12", "ModelSamplingDiscrete")
                    .link("model", model)
                    .put("sampling", "v_prediction")
                    .put("zsnr", true)
                    .out(0);
        }
        if (settings.shift() == null) {
            return;
        }
        NodeWriter node =
                NodeWriter.add(graph, "12", family.nodes().shift().node()).link("model", model);
        if (family.nodes().shift() == Shift.FLUX) {
            node.put("max_shift", settings.shift())
                    .put("base_shift", settings.shift())
                    .put("width", settings.width())
                    .put("height", settings.height());
            keys.put("12/max_shift", Keys.suite("shift"));
            keys.put("12/base_shift", Keys.suite("shift"));
        } else {
            node.put("shift", settings.shift());
            keys.put("12/shift", Keys.suite("shift"));
        }
        model = node.out(0);
    }

    private JsonNode text(String id, String text) {
        return NodeWriter.add(graph, id, "CLIPTextEncode")
                .put("text", text)
                .link("clip", clip)
                .out(0);
    }

    /** Prompt and negative; without a picture to edit the resolution, which is that of the template, is of no account. */
    private JsonNode texts(String id) {
        sent = negativeText();
        return NodeWriter.add(graph, id, "TextEncodeQwenImage21")
                .link("clip", clip)
                .put("prompt", request.prompt())
                .put("negative_prompt", sent)
                .put("resolution", 1024)
                .out(0);
    }

    private String negativeText() {
        return request.negative() == null ? family.negative() : request.negative();
    }

    /** Zeros where the family takes no negative; with real guidance there is one all the same. */
    private JsonNode negative(JsonNode positive) {
        boolean guided = settings.guidanceScale() > 1;
        if (family.has(Trait.ZERO_NEGATIVE) && !guided) {
            return NodeWriter.add(graph, "5", "ConditioningZeroOut")
                    .link("conditioning", positive)
                    .out(0);
        }
        sent = guided ? negativeText() : "";
        JsonNode negative = text("5", negativeText());
        return guided ? guided("17", negative) : negative;
    }

    /** There, 1 leaves the negative out, and less would turn away from the prompt. */
    private double guidance() {
        return Math.max(1, settings.guidanceScale());
    }

    private JsonNode guided(String id, JsonNode conditioning) {
        if (settings.distilledGuidance() == null) {
            return conditioning;
        }
        keys.put(id + "/guidance", Keys.suite("distilledGuidance"));
        return NodeWriter.add(graph, id, "FluxGuidance")
                .link("conditioning", conditioning)
                .put("guidance", settings.distilledGuidance())
                .out(0);
    }

    private void sample(JsonNode positive, JsonNode negative, JsonNode latent) {
        NodeWriter node = NodeWriter.add(graph, SAMPLER, "KSampler")
                .link("model", model)
                .put("seed", NodeWriter.seed(request.seed()))
                .put("steps", settings.steps())
                .put("cfg", guidance())
                .put("sampler_name", settings.sampler())
                .put("scheduler", settings.scheduler())
                .link("positive", positive)
                .link("negative", negative)
                .link("latent_image", latent)
                .put("denoise", 1.0);
        nonce(node);
        key(SAMPLER, "seed", "seed");
        key(SAMPLER, "steps", "steps");
        key(SAMPLER, "cfg", "guidanceScale");
        key(SAMPLER, "sampler_name", "sampler");
        key(SAMPLER, "scheduler", "scheduler");
    }

    private void sampleAdvanced(JsonNode positive, JsonNode negative, JsonNode latent) {
        JsonNode noise = NodeWriter.add(graph, "13", "RandomNoise")
                .put("noise_seed", NodeWriter.seed(request.seed()))
                .out(0);
        JsonNode guider = guider(positive, negative);
        JsonNode sampler = NodeWriter.add(graph, "15", "KSamplerSelect")
                .put("sampler_name", settings.sampler())
                .out(0);
        JsonNode sigmas = sigmas();
        nonce(NodeWriter.add(graph, SAMPLER, "SamplerCustomAdvanced")
                .link("noise", noise)
                .link("guider", guider)
                .link("sampler", sampler)
                .link("sigmas", sigmas)
                .link("latent_image", latent));
        key("13", "noise_seed", "seed");
        key("15", "sampler_name", "sampler");
    }

    /** @param negative null for none */
    private JsonNode guider(JsonNode positive, JsonNode negative) {
        if (negative == null) {
            return NodeWriter.add(graph, "14", "BasicGuider")
                    .link("model", model)
                    .link("conditioning", positive)
                    .out(0);
        }
        key("14", "cfg", "guidanceScale");
        return NodeWriter.add(graph, "14", "CFGGuider")
                .link("model", model)
                .link("positive", positive)
                .link("negative", negative)
                .put("cfg", guidance())
                .out(0);
    }

    private JsonNode sigmas() {
        Optional<Schedule> own = Schedule.of(settings.scheduler());
        if (own.filter(s -> !s.sigmas().isEmpty()).isPresent()) {
            return NodeWriter.add(graph, "16", "ManualSigmas")
                    .put("sigmas", own.get().sigmas())
                    .out(0);
        }
        key("16", "steps", "steps");
        if (own.isPresent()) {
            return NodeWriter.add(graph, "16", "Flux2Scheduler")
                    .put("steps", settings.steps())
                    .put("width", settings.width())
                    .put("height", settings.height())
                    .out(0);
        }
        key("16", "scheduler", "scheduler");
        return NodeWriter.add(graph, "16", "BasicScheduler")
                .link("model", model)
                .put("scheduler", settings.scheduler())
                .put("steps", settings.steps())
                .put("denoise", 1.0)
                .out(0);
    }

    private void key(String id, String input, String field) {
        keys.put(id + "/" + input, field.equals("seed") ? "the case's seed" : Keys.suite(field));
    }

    private void nonce(NodeWriter node) {
        if (request.repeatNonce() != null) {
            node.put(NONCE, request.repeatNonce());
        }
    }
}
