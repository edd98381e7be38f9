package dev.assay.harness.nn.clip;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.ops.Compute;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.text.ClipTextModel;
import dev.assay.harness.nn.text.ClipTokenizer;
import dev.assay.harness.nn.vision.ImageTower;
import dev.assay.harness.nn.vision.VisionTransformer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import dev.assay.harness.nn.weights.WeightReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * CLIP on libtorch. OpenAI's and LAION's, PickScore, HPS and other finetunes of them come as a folder of transformers ({@code config.json},
 * {@code model.safetensors} or its shards, {@code preprocessor_config.json}, {@code tokenizer.json} or {@code vocab.json} with {@code
 * merges.txt}) or as the weights of open_clip ({@code open_clip_model.safetensors} or a {@code .pt} file, whose pickle is not executed,
 * with {@code open_clip_config.json}).
 */
public final class TorchClip implements ClipEncoder {
    private final ClipTokenizer tokenizer;
    private final ImageTower tower;
    private final PointerScope weights = new PointerScope();
    private final ClipTextModel text;
    private final Linear textProjection; // (projection, text width)
    private final double logitScale;
    private final Embeddings embeddings;

    private TorchClip(Path place, WeightFile file, ClipOptions options) throws IOException {
        Compute compute = new Compute(options.device());
        ClipWeights parts = ClipWeights.of(file.path(), file.weights(), options);
        UnaryOperator<StateDict> there = w -> w.to(compute.precision(), compute.device());
        String where = place.toString();
        WeightReader v = new WeightReader(where, there.apply(parts.vision()));
        VisionTransformer vision = new VisionTransformer(parts.visionConfig(), v);
        v.finish();
        text = new ClipTextModel(parts.textConfig(), there.apply(parts.text()), where);
        WeightReader rest = new WeightReader(where, there.apply(parts.rest()));
        int projection = parts.projection();
        Linear visualProjection = // (projection, vision width)
                Linear.withoutBias(
                        rest, "visual_projection", parts.visionConfig().hiddenSize(), projection);
        textProjection =
                Linear.withoutBias(rest, "text_projection", parts.textConfig().hiddenSize(), projection);
        rest.take("logit_scale");
        rest.finish();
        // In float32, also where the networks run in float16.
        logitScale = Math.exp(parts.rest().get("logit_scale").item_double());
        tokenizer = parts.tokens().open();
        tower = new ImageTower(
                parts.preprocessing(),
                parts.visionConfig(),
                compute,
                pixels -> visualProjection.forward(vision.forward(pixels)));
        embeddings = new Embeddings(
                options.vectors()
                        .of(
                                file.files(),
                                compute,
                                "clip 1",
                                parts.visionConfig(),
                                parts.textConfig(),
                                parts.preprocessing()),
                tower.batch(),
                tower::vectors,
                prompt -> project(tokenizer.encode(prompt)));
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

    /** The picture's vector before normalisation, from pixels of shape (3, S, S). */
    float[] project(float[] pixels) {
        return tower.ofPixels(List.of(pixels)).get(0);
    }

    /** The text's vector before normalisation. */
    @SuppressWarnings("try")
    float[] project(long[] ids) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor pooled = text.forward(ids, 0).select(1, text.endOfText(ids));
            return Compute.rows(textProjection.forward(pooled)).get(0);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        weights.close();
    }
}
