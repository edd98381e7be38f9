package dev.assay.harness.nn.vision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.harness.image.Image;
import dev.assay.harness.model.JsonFile;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.nn.embed.VectorFolder;
import dev.assay.harness.nn.ops.Activation;
import dev.assay.harness.nn.ops.Compute;
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

/**
 * DINOv2 (Oquab et al. 2023), small, base or large, with and without registers: what a picture shows, without words. From a folder of
 * transformers ({@code config.json}, {@code model.safetensors}, {@code preprocessor_config.json}) or from a file of its own repository
 * ({@code dinov2_vitb14_pretrain.pth}, whose pickle is not executed), which is prepared as its authors evaluate it.
 */
public final class Dino implements ImageEncoder, AutoCloseable {
    private static final String OWN_MARK = "blocks.0.attn.qkv.weight";
    private static final int HEAD = 64; // width of a head in every published size

    private final PointerScope weights = new PointerScope();
    private final ImageTower tower;
    private final Embeddings embeddings;

    private Dino(Path place, WeightFile file, String device, VectorFolder vectors) throws IOException {
        Compute compute = new Compute(device);
        StateDict all = VisionLayouts.names(file.weights());
        boolean own = file.weights().has(OWN_MARK);
        Path beside = file.path().toAbsolutePath();
        VisionConfig config = own ? ofShapes(file.path(), all) : ofConfig(beside.resolveSibling("config.json"));
        Path processor = beside.resolveSibling("preprocessor_config.json");
        Preprocessing preprocessing = own ? Preprocessing.dinov2() : Preprocessing.read(processor);
        if (preprocessing.size() % config.patchSize() != 0) {
            throw new ModelFileException(
                    processor,
                    "crop_size: expected a multiple of the patch, " + config.patchSize() + " pixels, found "
                            + preprocessing.size());
        }
        WeightReader reader = new WeightReader(place.toString(), all.to(compute.precision(), device));
        VisionTransformer vision = new VisionTransformer(config, reader);
        reader.finish();
        tower = new ImageTower(preprocessing, config, compute, vision::forward);
        embeddings = new Embeddings(
                vectors.of(file.files(), compute, "dinov2 1", config, preprocessing),
                tower.batch(),
                tower::vectors,
                text -> {
                    throw new UnsupportedOperationException("DINOv2 reads no texts");
                });
    }

    private static VisionConfig ofConfig(Path file) throws IOException {
        JsonNode json = JsonFile.config(file, "DINOv2");
        String type = json.path("model_type").asText("nothing");
        if (!type.equals("dinov2") && !type.equals("dinov2_with_registers")) {
            throw new ModelFileException(file, "model_type: expected dinov2 or dinov2_with_registers, found " + type);
        }
        return VisionConfig.of(VisionConfig.Kind.DINOV2, json);
    }

    /** All that its own files leave open is the same in all sizes but the giant. */
    private static VisionConfig ofShapes(Path file, StateDict w) {
        if (w.has("encoder.layers.0.mlp.w12.weight")) {
            throw new ModelFileException(file, "DINOv2 giant is not supported; use small, base or large");
        }
        List<Long> patches = w.shape("embeddings.patch_embedding.weight");
        int hidden = patches.get(0).intValue();
        int patch = patches.get(3).intValue();
        int layers = 0;
        while (w.has("encoder.layers." + layers + ".layer_norm1.weight")) {
            layers++;
        }
        long positions = w.shape("embeddings.position_embedding.weight").get(1) - 1;
        return new VisionConfig(
                VisionConfig.Kind.DINOV2,
                hidden,
                w.shape("encoder.layers.0.mlp.fc1.weight").get(0).intValue(),
                layers,
                Math.max(1, hidden / HEAD),
                (int) Math.round(Math.sqrt((double) positions)) * patch,
                patch,
                Activation.GELU,
                1e-6,
                w.has("embeddings.register_tokens")
                        ? w.shape("embeddings.register_tokens").get(1).intValue()
                        : 0);
    }

    /**
     * Opens a folder or a file.
     *
     * @param device {@code cpu} (float32) or {@code cuda} (float16)
     * @param vectors of earlier runs
     * @throws ModelFileException when a file is missing or not what it should be
     */
    @SuppressWarnings("try") // the guard works by being open
    public static Dino open(Path place, String device, VectorFolder vectors) {
        Path weights = Files.isDirectory(place) ? place.resolve("model.safetensors") : place;
        for (String name : Files.isDirectory(place)
                ? List.of("model.safetensors", "config.json", "preprocessor_config.json")
                : List.<String>of()) {
            if (!Files.isRegularFile(place.resolve(name))) {
                throw new ModelFileException(place, "expected a DINOv2 folder with " + name + ", found none");
            }
        }
        try (NoGradGuard guard = new NoGradGuard();
                WeightFile file = WeightFile.open(weights)) {
            return new Dino(place, file, device, vectors);
        } catch (IOException e) {
            throw new ModelFileException(place, "cannot be read as DINOv2: " + e.getMessage(), e);
        }
    }

    @Override
    public float[] embed(Image image) {
        return embeddings.of(image);
    }

    @Override
    public void prefetch(Collection<Image> images) {
        embeddings.prefetch(images);
    }

    /** The picture's vector before normalisation, from pixels of shape (3, S, S). */
    float[] project(float[] pixels) {
        return tower.ofPixels(List.of(pixels)).get(0);
    }

    @Override
    public void close() {
        weights.close();
    }
}
