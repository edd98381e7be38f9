package dev.assay.harness.nn.onnx;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.clip.ClipEncoder;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.embed.VectorStore;
import dev.assay.harness.nn.vision.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * CLIP as two ONNX networks in a folder: {@code visual.onnx} (pixel_values (N, 3, S, S) to image_embeds (N, D)), {@code
 * textual.onnx} (input_ids (N, L) to text_embeds (N, D)), {@code tokenizer.json} with {@code tokenizer_config.json} (L is its
 * model_max_length, 77 if unstated), {@code preprocessor_config.json}.
 *
 * <p>Embeddings are kept as long as the instance lives: metrics ask for the same picture more than once.
 */
public final class OnnxClip implements ClipEncoder {
    private static final int OPENAI_LENGTH = 77;

    private final Preprocessing preprocessing;
    private final int length; // tokens, with start and end
    private final HuggingFaceTokenizer tokenizer;
    private final OnnxNetwork visual;
    private final OnnxNetwork textual;
    private final Embeddings embeddings;

    private OnnxClip(Path folder, int threads) throws IOException {
        preprocessing = Preprocessing.read(folder.resolve("preprocessor_config.json"));
        length = length(folder.resolve("tokenizer_config.json"));
        // The truncation of the tokenizer leaves room for start and end, so the end token, from which CLIP reads a
        // text,
        // survives. Padding is ours: repeating the last token (the end) is what CLIP's tokenizers do.
        tokenizer = HuggingFaceTokenizer.newInstance(
                folder.resolve("tokenizer.json"),
                Map.of("truncation", "true", "maxLength", Integer.toString(length), "padding", "false"));
        visual = new OnnxNetwork(folder.resolve("visual.onnx"), "image_embeds", threads);
        try {
            textual = new OnnxNetwork(folder.resolve("textual.onnx"), "text_embeds", threads);
        } catch (ModelFileException e) {
            visual.close();
            throw e;
        }
        // One at a time: many exports have a fixed batch of 1.
        embeddings = new Embeddings(
                VectorStore.NONE,
                1,
                images -> images.stream()
                        .map(i -> visual.run(pixels(i), 1, 3, preprocessing.size(), preprocessing.size())
                                .values()
                                .array())
                        .toList(),
                text -> textual.run(ids(text), 1, length).values().array());
    }

    /**
     * Opens the networks of a folder.
     *
     * @param threads of one embedding, at least 1
     * @throws ModelFileException when a file is missing or not what it should be
     */
    public static OnnxClip open(Path folder, int threads) {
        for (String name : new String[] {"visual.onnx", "textual.onnx", "tokenizer.json", "preprocessor_config.json"}) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new ModelFileException(
                        folder,
                        "expected a CLIP folder with " + name + ", found none; it needs"
                                + " visual.onnx, textual.onnx, tokenizer.json and preprocessor_config.json");
            }
        }
        try {
            return new OnnxClip(folder, threads);
        } catch (IOException e) {
            throw new ModelFileException(folder, "cannot read the CLIP tokenizer: " + e.getMessage(), e);
        }
    }

    @Override
    public float[] embed(Image image) {
        return embeddings.of(image);
    }

    @Override
    public float[] embed(String text) {
        return embeddings.of(text);
    }

    /** Token ids, shape (length): start, text, end, and the end repeated. */
    long[] ids(String text) {
        long[] found = tokenizer.encode(text).getIds();
        long[] ids = Arrays.copyOf(found, length);
        Arrays.fill(ids, Math.min(found.length, length), length, found[found.length - 1]);
        return ids;
    }

    /** Before the network: shape (3, S, S). */
    float[] pixels(Image image) {
        return preprocessing.pixels(image);
    }

    private static int length(Path config) throws IOException {
        if (!Files.isRegularFile(config)) {
            return OPENAI_LENGTH;
        }
        JsonNode stated = JsonFile.config(config, "a tokenizer").path("model_max_length");
        return stated.isInt() ? stated.asInt() : OPENAI_LENGTH;
    }

    @Override
    public void close() {
        visual.close();
        textual.close();
        tokenizer.close();
    }
}
