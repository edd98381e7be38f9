package dev.assay.harness.nn.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.SafetensorsFile;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.text.ClipTextConfig;
import dev.assay.harness.nn.text.ClipTextModel;
import dev.assay.harness.nn.text.ClipTokenizer;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.nn.vision.VisionLayouts;
import dev.assay.harness.nn.vision.VisionTransformer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * CLIP from a folder as transformers saves it: {@code config.json}, {@code model.safetensors}, {@code preprocessor_config.json}, and {@code
 * tokenizer.json} or {@code vocab.json} with {@code merges.txt}. OpenAI's and LAION's CLIP, PickScore and other finetunes of them come
 * this way.
 */
public final class TorchClip implements ClipEncoder {
    private static final List<String> NEEDED = List.of("config.json", "model.safetensors", "preprocessor_config.json");

    private final ClipPreprocessing preprocessing;
    private final ClipTokenizer tokenizer;
    private final String device;
    private final PointerScope weights = new PointerScope();
    private final VisionTransformer vision;
    private final Linear visualProjection; // (projection, vision width)
    private final ClipTextModel text;
    private final Linear textProjection; // (projection, text width)
    private final double logitScale;
    private final Embeddings embeddings = new Embeddings();

    private TorchClip(Path folder, String device) throws IOException {
        this.device = device;
        JsonNode config =
                new ObjectMapper().readTree(folder.resolve("config.json").toFile());
        if (!config.path("model_type").asText("").equals("clip")) {
            throw new ModelFileException(
                    folder.resolve("config.json"),
                    "model_type: expected clip, found "
                            + config.path("model_type").asText("nothing"));
        }
        preprocessing = ClipPreprocessing.read(folder.resolve("preprocessor_config.json"));
        VisionConfig visionConfig = VisionConfig.of(VisionConfig.Kind.CLIP, config.path("vision_config"));
        if (preprocessing.crop() != visionConfig.imageSize()) {
            throw new ModelFileException(
                    folder.resolve("preprocessor_config.json"),
                    "crop_size: expected the model's " + visionConfig.imageSize() + ", found " + preprocessing.crop());
        }
        ClipTextConfig textConfig = ClipTextConfig.of(config.path("text_config"));
        tokenizer = ClipTokenizer.open(folder, textConfig.maxPositions());
        int projection = config.path("projection_dim").asInt(512);
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
            StateDict all = StateDict.of(file).to(ScalarType.Float, device);
            String where = file.path().toString();
            WeightReader v = new WeightReader(where, VisionLayouts.names(all.below("vision_model.")));
            vision = new VisionTransformer(visionConfig, v);
            v.finish();
            text = new ClipTextModel(textConfig, all.below("text_model."), where);
            WeightReader rest = new WeightReader(
                    where, all.rename(n -> n.startsWith("vision_model.") || n.startsWith("text_model.") ? null : n));
            visualProjection = Linear.withoutBias(rest, "visual_projection", visionConfig.hiddenSize(), projection);
            textProjection = Linear.withoutBias(rest, "text_projection", textConfig.hiddenSize(), projection);
            Tensor scale = rest.take("logit_scale");
            rest.finish();
            logitScale = Math.exp(scale.item_double());
        }
    }

    /** Whether a folder holds a CLIP of this kind. */
    public static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve("model.safetensors"));
    }

    /**
     * Opens the networks of a folder.
     *
     * @param device {@code cpu} or {@code cuda}
     * @throws ModelFileException when a file is missing or not what it should be
     */
    @SuppressWarnings("try") // the guard works by being open
    public static TorchClip open(Path folder, String device) {
        for (String name : NEEDED) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new ModelFileException(
                        folder, "expected a CLIP folder with " + String.join(", ", NEEDED) + ", found no " + name);
            }
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            return new TorchClip(folder, device);
        } catch (IOException e) {
            throw new ModelFileException(folder, "cannot be read as a CLIP folder: " + e.getMessage(), e);
        }
    }

    @Override
    public float[] embed(Image image) {
        return embeddings.of(image, i -> project(preprocessing.pixels(i)));
    }

    @Override
    public float[] embed(String prompt) {
        return embeddings.of(prompt, p -> project(tokenizer.encode(p)));
    }

    /** By what PickScore and CLIP's own probabilities multiply a cosine: exp of the trained value, about 100. */
    public double logitScale() {
        return logitScale;
    }

    /** The picture's vector before normalisation, from pixels of shape (3, S, S). */
    @SuppressWarnings("try")
    float[] project(float[] pixels) {
        int edge = preprocessing.crop();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = torch.from_blob(new FloatPointer(pixels), 1, 3, edge, edge)
                    .to(new Device(device), ScalarType.Float);
            return floats(visualProjection.forward(vision.forward(x)));
        }
    }

    /** The text's vector before normalisation. */
    @SuppressWarnings("try")
    float[] project(long[] ids) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor pooled = text.forward(ids, 0).select(1, text.endOfText(ids));
            return floats(textProjection.forward(pooled));
        }
    }

    private static float[] floats(Tensor t) {
        Tensor flat = t.to(new Device("cpu"), ScalarType.Float).contiguous().flatten();
        float[] values = new float[(int) flat.numel()];
        flat.data_ptr_float().get(values);
        return values;
    }

    @Override
    public void close() {
        tokenizer.close();
        weights.close();
    }
}
