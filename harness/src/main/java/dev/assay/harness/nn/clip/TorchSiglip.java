package dev.assay.harness.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.nn.ops.Compute;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.text.ClipTextModel;
import dev.assay.harness.nn.text.SiglipTokenizer;
import dev.assay.harness.nn.vision.ImageTower;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.nn.vision.VisionLayouts;
import dev.assay.harness.nn.vision.VisionTransformer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import dev.assay.harness.nn.weights.WeightReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SigLIP (Zhai et al. 2023) and SigLIP 2 (Tschannen et al. 2025) of fixed size, from a folder of transformers: {@code config.json}, {@code
 * model.safetensors}, {@code preprocessor_config.json}, {@code tokenizer.json}, {@code tokenizer_config.json}.
 */
public final class TorchSiglip implements ClipEncoder {
    private static final List<String> NEEDED =
            List.of("config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json");

    private final SiglipTokenizer tokenizer;
    private final PointerScope weights = new PointerScope();
    private final ClipTextModel text;
    private final Linear head; // (vector, text width)
    private final ImageTower tower;
    private final double logitScale;
    private final double logitBias;
    private final Embeddings embeddings;

    private TorchSiglip(Path folder, String device, VectorFolder vectors) throws IOException {
        JsonNode config = JsonFile.config(folder.resolve("config.json"), "SigLIP");
        requireFixedSize(folder, config);
        Preprocessing preprocessing = Preprocessing.read(folder.resolve("preprocessor_config.json"));
        VisionConfig visionConfig = VisionConfig.of(VisionConfig.Kind.SIGLIP, config.path("vision_config"));
        if (preprocessing.size() != visionConfig.imageSize()) {
            throw new ModelFileException(
                    folder.resolve("preprocessor_config.json"),
                    "size: expected the model's " + visionConfig.imageSize() + ", found " + preprocessing.size());
        }
        Compute compute = new Compute(device);
        try (WeightFile file = WeightFile.open(folder.resolve("model.safetensors"))) {
            String where = file.path().toString();
            StateDict all = file.weights().to(compute.precision(), device);
            WeightReader v = new WeightReader(where, VisionLayouts.names(all.below("vision_model.")));
            VisionTransformer vision = new VisionTransformer(visionConfig, v);
            v.finish();
            StateDict textual = all.below("text_model.");
            ClipTextConfig textConfig = ClipTextConfig.siglip(
                    config.path("text_config"), textual.shape("embeddings.token_embedding.weight"));
            text = new ClipTextModel(textConfig, textual.rename(n -> n.startsWith("head.") ? null : n), where);
            WeightReader rest = new WeightReader(
                    where,
                    all.rename(n -> n.startsWith("text_model.head.")
                            ? n.substring("text_model.".length())
                            : n.startsWith("text_model.") || n.startsWith("vision_model.") ? null : n));
            head = Linear.of(rest, "head", textConfig.hiddenSize(), visionConfig.hiddenSize());
            rest.take("logit_scale", 1);
            rest.take("logit_bias", 1);
            rest.finish();
            logitScale = Math.exp(scalar(file.weights(), "logit_scale"));
            logitBias = scalar(file.weights(), "logit_bias");
            tokenizer = SiglipTokenizer.open(folder, textConfig.maxPositions());
            tower = new ImageTower(preprocessing, visionConfig, compute, vision::forward);
            embeddings = new Embeddings(
                    vectors.of(file.files(), compute, "siglip 1", config, preprocessing),
                    tower.batch(),
                    tower::vectors,
                    prompt -> project(tokenizer.encode(prompt)));
        }
    }

    private static void requireFixedSize(Path folder, JsonNode config) {
        String type = config.path("model_type").asText("nothing");
        if (type.equals("siglip2") || config.path("vision_config").has("num_patches")) {
            throw new ModelFileException(
                    folder.resolve("config.json"),
                    "is a NaFlex variant of SigLIP 2 (model_type siglip2), which takes pictures of any shape and is not"
                            + " supported; take one of fixed size, e.g. siglip2-base-patch16-224");
        }
        if (!type.equals("siglip")) {
            throw new ModelFileException(folder.resolve("config.json"), "model_type: expected siglip, found " + type);
        }
        if (!config.path("vision_config").path("vision_use_head").asBoolean(true)) {
            throw new ModelFileException(
                    folder.resolve("config.json"), "vision_use_head: expected a pooling head, found false");
        }
    }

    /** In float32, also where the networks run in float16. */
    private static double scalar(StateDict weights, String name) {
        return weights.to(ScalarType.Float, "cpu").get(name).item_double();
    }

    /**
     * Opens the networks of a folder.
     *
     * @param device {@code cpu} (float32) or {@code cuda} (float16)
     * @param vectors of earlier runs
     * @throws ModelFileException when a file is missing or not what it should be
     */
    @SuppressWarnings("try") // the guard works by being open
    public static TorchSiglip open(Path folder, String device, VectorFolder vectors) {
        for (String name : NEEDED) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new ModelFileException(
                        folder, "expected a SigLIP folder with " + String.join(", ", NEEDED) + ", found no " + name);
            }
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            return new TorchSiglip(folder, device, vectors);
        } catch (IOException e) {
            throw new ModelFileException(folder, "cannot be read as a SigLIP folder: " + e.getMessage(), e);
        }
    }

    @Override
    public float[] embed(Image image) {
        return embeddings.of(image);
    }

    @Override
    public float[] embed(String prompt) {
        return embeddings.of(prompt);
    }

    @Override
    public void prefetch(Collection<Image> images) {
        embeddings.prefetch(images);
    }

    /** The trained log odds that a text belongs to a picture, by the cosine of their vectors. */
    public double logit(double cosine) {
        return logitScale * cosine + logitBias;
    }

    /** The picture's vector before normalisation, from pixels of shape (3, S, S). */
    float[] project(float[] pixels) {
        return tower.ofPixels(List.of(pixels)).get(0);
    }

    /** The text's vector before normalisation: SigLIP reads it from the last token, whatever that is. */
    @SuppressWarnings("try")
    float[] project(long[] ids) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor last = text.forward(ids, 0).select(1, ids.length - 1);
            return Compute.rows(head.forward(last)).get(0);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        weights.close();
    }
}
