package dev.assay.harness.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.text.ClipTokenizer;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.nn.vision.VisionLayouts;
import dev.assay.harness.nn.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A CLIP in one of the two layouts that people have, brought to the names of transformers.
 *
 * @param vision names as in {@link VisionLayouts}
 * @param text names as in transformers' text model, without {@code text_model.}
 * @param rest {@code visual_projection.weight} and {@code text_projection.weight}, both (projection, width), and {@code logit_scale}
 */
record ClipWeights(
        StateDict vision,
        VisionConfig visionConfig,
        StateDict text,
        ClipTextConfig textConfig,
        StateDict rest,
        int projection,
        Preprocessing preprocessing,
        Tokens tokens) {

    /** Where token ids come from. */
    @FunctionalInterface
    interface Tokens {
        ClipTokenizer open();
    }

    /** In this order: where both layouts lie in one folder, they hold the same numbers. */
    private static final List<String> FILES = List.of(
            "model.safetensors",
            "model.safetensors.index.json",
            "open_clip_model.safetensors",
            "pytorch_model.bin",
            "open_clip_pytorch_model.bin");

    private static final String OPEN_CLIP_MARK = "visual.conv1.weight";
    private static final String PARALLEL = "module."; // of PyTorch's DistributedDataParallel
    private static final int OPENAI_VOCABULARY = 49408;

    private static final Map<String, String> OPEN_CLIP_TEXT = Map.of(
            "token_embedding.weight", "embeddings.token_embedding.weight",
            "positional_embedding", "embeddings.position_embedding.weight",
            "ln_final.weight", "final_layer_norm.weight",
            "ln_final.bias", "final_layer_norm.bias");

    /** The file of weights in a folder, or the file itself. */
    static Optional<Path> file(Path place) {
        return Files.isRegularFile(place)
                ? Optional.of(place)
                : FILES.stream()
                        .map(place::resolve)
                        .filter(Files::isRegularFile)
                        .findFirst();
    }

    /**
     * @param weights what lies in {@code file}
     * @throws ModelFileException on another network, or where a file beside the weights is missing
     */
    static ClipWeights of(Path file, StateDict weights, ClipOptions options) throws IOException {
        StateDict all = weights.rename(n -> n.startsWith(PARALLEL) ? n.substring(PARALLEL.length()) : n);
        if (all.has(OPEN_CLIP_MARK)) {
            return openClip(file, all, options);
        }
        if (all.has("visual_projection.weight")) {
            return transformers(file, all, options);
        }
        throw new ModelFileException(
                file,
                "expected a CLIP of transformers (visual_projection.weight) or of open_clip (" + OPEN_CLIP_MARK
                        + "), found neither among " + all.names().size()
                        + " tensors; open_clip's SigLIP, CoCa and models of timm are no such CLIP");
    }

    private static ClipWeights transformers(Path file, StateDict all, ClipOptions options) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        JsonNode config = JsonFile.config(beside(folder, "config.json", "the sizes"), "CLIP");
        if (!config.path("model_type").asText("").equals("clip")) {
            throw new ModelFileException(
                    folder.resolve("config.json"),
                    "model_type: expected clip, found "
                            + config.path("model_type").asText("nothing"));
        }
        VisionConfig vision = VisionConfig.of(VisionConfig.Kind.CLIP, config.path("vision_config"));
        ClipTextConfig text = ClipTextConfig.of(config.path("text_config"));
        Preprocessing preprocessing = options.preprocessing().isPresent()
                ? options.preprocessing().get()
                : Preprocessing.read(beside(folder, "preprocessor_config.json", "how pictures are prepared"));
        if (preprocessing.size() != vision.imageSize()) {
            throw new ModelFileException(
                    folder.resolve("preprocessor_config.json"),
                    "crop_size: expected the model's " + vision.imageSize() + ", found " + preprocessing.size());
        }
        return new ClipWeights(
                VisionLayouts.names(all.below("vision_model.")),
                vision,
                all.below("text_model."),
                text,
                all.rename(n -> n.startsWith("vision_model.") || n.startsWith("text_model.") ? null : n),
                config.path("projection_dim").asInt(512),
                preprocessing,
                () -> tokens(folder, text, ClipTokenizer::openAi));
    }

    /** The words that lie beside the weights, else OpenAI's, with which every CLIP of this many tokens was trained. */
    private static ClipTokenizer tokens(Path folder, ClipTextConfig text, IntFunction<ClipTokenizer> usual) {
        boolean own = Files.exists(folder.resolve("tokenizer.json")) || Files.exists(folder.resolve("vocab.json"));
        return own || text.vocabSize() != OPENAI_VOCABULARY
                ? ClipTokenizer.open(folder, text.maxPositions())
                : usual.apply(text.maxPositions());
    }

    private static ClipWeights openClip(Path file, StateDict all, ClipOptions options) {
        Path json = file.toAbsolutePath().resolveSibling(OpenClipConfig.FILE);
        OpenClipConfig config = Files.exists(json)
                ? OpenClipConfig.read(json)
                : options.architecture()
                        .orElseThrow(() -> new ModelFileException(
                                file,
                                "has the weights of an open_clip model, which do not say how many heads and which"
                                        + " activation it has; put its " + OpenClipConfig.FILE + " beside it"));
        StateDict names = all.transposed("visual.proj", "text_projection");
        return new ClipWeights(
                VisionLayouts.names(names.rename(n -> n.startsWith("visual.") && !n.equals("visual.proj") ? n : null)),
                config.vision(),
                names.rename(ClipWeights::openClipText),
                config.text(),
                names.rename(ClipWeights::openClipRest),
                config.projection(),
                options.preprocessing().orElse(config.preprocessing()),
                () -> tokens(file.toAbsolutePath().getParent(), config.text(), ClipTokenizer::openClip));
    }

    private static String openClipText(String name) {
        return name.startsWith("transformer.resblocks.")
                ? VisionLayouts.layer(name.substring("transformer.resblocks.".length()))
                : OPEN_CLIP_TEXT.get(name);
    }

    /** The projections, and whatever belongs to no part, so that the reader finds it left over. */
    private static String openClipRest(String name) {
        return switch (name) {
            case "visual.proj" -> "visual_projection.weight";
            case "text_projection" -> "text_projection.weight";
            case "attn_mask" -> null; // follows from the length
            default -> name.startsWith("visual.") || openClipText(name) != null ? null : name;
        };
    }

    private static Path beside(Path folder, String name, String what) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(
                    folder, "expected a CLIP folder with " + name + " (" + what + "), found no " + name);
        }
        return file;
    }
}
