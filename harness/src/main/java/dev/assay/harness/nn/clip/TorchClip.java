package dev.assay.harness.nn.clip;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.embed.VectorStore;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.text.ClipTextModel;
import dev.assay.harness.nn.text.ClipTokenizer;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionTransformer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import dev.assay.harness.nn.weights.WeightReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * CLIP on libtorch. OpenAI's and LAION's, PickScore, HPS and other finetunes of them come as a folder of transformers ({@code config.json},
 * {@code model.safetensors} or its shards, {@code preprocessor_config.json}, {@code tokenizer.json} or {@code vocab.json} with {@code
 * merges.txt}) or as the weights of open_clip ({@code open_clip_model.safetensors} or a {@code .pt} file, whose pickle is not executed,
 * with {@code open_clip_config.json}).
 */
public final class TorchClip implements ClipEncoder {
    private static final int BATCH = 8; // pictures; on a CPU larger ones are not faster

    private final Preprocessing preprocessing;
    private final ClipTokenizer tokenizer;
    private final String device;
    private final ScalarType precision;
    private final PointerScope weights = new PointerScope();
    private final VisionTransformer vision;
    private final Linear visualProjection; // (projection, vision width)
    private final ClipTextModel text;
    private final Linear textProjection; // (projection, text width)
    private final double logitScale;
    private final Embeddings embeddings;

    private TorchClip(Path place, WeightFile file, ClipOptions options) throws IOException {
        device = options.device();
        precision = device.equals("cpu") ? ScalarType.Float : ScalarType.Half;
        ClipWeights parts = ClipWeights.of(file.path(), file.weights(), options);
        preprocessing = parts.preprocessing();
        String where = place.toString();
        WeightReader v = new WeightReader(where, on(parts.vision()));
        vision = new VisionTransformer(parts.visionConfig(), v);
        v.finish();
        text = new ClipTextModel(parts.textConfig(), on(parts.text()), where);
        WeightReader rest = new WeightReader(where, on(parts.rest()));
        int projection = parts.projection();
        visualProjection = Linear.withoutBias(
                rest, "visual_projection", parts.visionConfig().hiddenSize(), projection);
        textProjection =
                Linear.withoutBias(rest, "text_projection", parts.textConfig().hiddenSize(), projection);
        rest.take("logit_scale");
        rest.finish();
        logitScale = Math.exp(parts.rest().get("logit_scale").item_double());
        tokenizer = parts.tokens().open();
        embeddings = new Embeddings(
                VectorStore.NONE,
                BATCH,
                images -> project(images.stream().map(preprocessing::pixels).toList()),
                prompt -> project(tokenizer.encode(prompt)));
    }

    private StateDict on(StateDict found) {
        return found.to(precision, device);
    }

    /** Whether a folder or file holds a CLIP of this kind. */
    public static boolean isIn(Path place) {
        return ClipWeights.file(place).isPresent();
    }

    /**
     * Opens the networks of a folder, or of a file of weights and what lies beside it.
     *
     * @throws ModelFileException when a file is missing or not what it should be
     */
    @SuppressWarnings("try") // the guard works by being open
    public static TorchClip open(Path place, ClipOptions options) {
        Path weights = ClipWeights.file(place)
                .orElseThrow(() -> new ModelFileException(
                        place,
                        "expected a CLIP folder with model.safetensors or open_clip_model.safetensors, found neither"));
        try (NoGradGuard guard = new NoGradGuard();
                WeightFile file = WeightFile.open(weights)) {
            return new TorchClip(place, file, options);
        } catch (IOException e) {
            throw new ModelFileException(place, "cannot be read as a CLIP: " + e.getMessage(), e);
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

    /** By what PickScore and CLIP's own probabilities multiply a cosine: exp of the trained value, about 100. */
    public double logitScale() {
        return logitScale;
    }

    /** The pictures' vectors before normalisation, from pixels of shape (3, S, S) each. */
    @SuppressWarnings("try")
    List<float[]> project(List<float[]> pixels) {
        int edge = preprocessing.size();
        float[] together = new float[pixels.size() * 3 * edge * edge];
        for (int i = 0; i < pixels.size(); i++) {
            System.arraycopy(pixels.get(i), 0, together, i * 3 * edge * edge, 3 * edge * edge);
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = torch.from_blob(new FloatPointer(together), pixels.size(), 3, edge, edge)
                    .to(new Device(device), precision);
            return rows(visualProjection.forward(vision.forward(x)));
        }
    }

    /** The text's vector before normalisation. */
    @SuppressWarnings("try")
    float[] project(long[] ids) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor pooled = text.forward(ids, 0).select(1, text.endOfText(ids));
            return rows(textProjection.forward(pooled)).get(0);
        }
    }

    private static List<float[]> rows(Tensor t) {
        Tensor plain = t.to(new Device("cpu"), ScalarType.Float).contiguous();
        int n = (int) plain.size(0);
        int width = (int) plain.size(1);
        FloatPointer values = plain.data_ptr_float();
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            float[] row = new float[width];
            values.position((long) i * width).get(row);
            rows.add(row);
        }
        return rows;
    }

    @Override
    public void close() {
        tokenizer.close();
        weights.close();
    }
}
