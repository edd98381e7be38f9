package dev.assay.harness.nn.perceptual;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.embed.VectorStore;
import dev.assay.harness.nn.ops.Activation;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.nn.vision.VisionLayouts;
import dev.assay.harness.nn.vision.VisionTransformer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * DreamSim (Fu et al. 2023), the ensemble: the class token of DINO ViT-B/16 as the last layer leaves it, before the norm, and the projected
 * vectors of OpenAI's CLIP ViT-B/16 and of OpenCLIP ViT-B/16, each finetuned by a LoRA, one after the other; less its mean, brought to length 1. The
 * distance is 1 - cosine, [0, 2].
 *
 * @see <a href="https://github.com/ssundaram21/dreamsim">dreamsim</a>
 */
public final class DreamSim implements PerceptualDistance {
    private static final int EDGE = 224;
    private static final long HEAD = 64; // width of an attention head in every network of these families
    private static final int BATCH = 8;
    private static final Preprocessing CLIP = Preprocessing.clip(new Preprocessing.Framing.Squash(), EDGE);
    private static final Preprocessing DINO = new Preprocessing(
            new Preprocessing.Framing.Squash(),
            EDGE,
            Resize.Filter.BICUBIC,
            Preprocessing.dinov2().mean(),
            Preprocessing.dinov2().std());

    private final String device;
    private final PointerScope weights = new PointerScope();
    private final VisionTransformer dino;
    private final Projected clip;
    private final Projected openClip;
    private final Embeddings embeddings = new Embeddings(VectorStore.NONE, BATCH, this::vectors, text -> {
        throw new UnsupportedOperationException("DreamSim knows no text");
    });

    /** @param projection (out, width) */
    private record Projected(VisionTransformer network, Linear projection) {
        Tensor forward(Tensor pixels) {
            return projection.forward(network.forward(pixels));
        }
    }

    private DreamSim(DreamSimFiles files, String device) {
        this.device = device;
        dino = network(files, DreamSimFiles.DINO, VisionConfig.Kind.DINOV2, Activation.GELU);
        clip = projected(files, DreamSimFiles.CLIP, Activation.QUICK_GELU);
        openClip = projected(files, DreamSimFiles.OPEN_CLIP, Activation.GELU);
    }

    /**
     * Opens the ensemble: the folder into which the package {@code dreamsim} puts its weights, or one file of the merged model.
     *
     * @param device {@code cpu} or {@code cuda}
     * @throws ModelFileException when a file is missing or not what it should be, and for DreamSim's other models
     */
    @SuppressWarnings("try") // the guard works by being open
    public static DreamSim open(Path path, String device) {
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope merged = new PointerScope();
                DreamSimFiles files = DreamSimFiles.open(path)) {
            return new DreamSim(files, device);
        }
    }

    private Projected projected(DreamSimFiles files, int branch, Activation activation) {
        VisionTransformer network = network(files, branch, VisionConfig.Kind.CLIP, activation);
        Tensor projection = files.projection(branch).to(new Device(device), ScalarType.Float); // (width, out)
        WeightReader reader = new WeightReader(
                files.where(branch),
                StateDict.of(Map.of("proj.weight", projection.t().contiguous())).to(ScalarType.Float, device));
        Linear linear = Linear.withoutBias(reader, "proj", projection.size(0), projection.size(1));
        reader.finish();
        return new Projected(network, linear);
    }

    /** Sizes are read from the shapes. */
    private VisionTransformer network(DreamSimFiles files, int branch, VisionConfig.Kind kind, Activation activation) {
        StateDict dict = files.weights(branch);
        String where = files.where(branch);
        List<Long> patches = shape(dict, where, "patch_embed.proj.weight", 4);
        List<Long> positions = shape(dict, where, "pos_embed", 3);
        List<Long> mlp = shape(dict, where, "blocks.0.mlp.fc1.weight", 2);
        long width = patches.get(0);
        long patch = patches.get(3);
        int layers = 0;
        while (dict.has("blocks." + layers + ".norm1.weight")) {
            layers++;
        }
        if (width % HEAD != 0 || patch < 1 || positions.get(1) != (EDGE / patch) * (EDGE / patch) + 1) {
            throw new ModelFileException(where + ": expected a vision transformer for " + EDGE + " x " + EDGE
                    + " pixels with heads of " + HEAD + ", found patches " + patches + " and positions " + positions);
        }
        VisionConfig config = new VisionConfig(
                kind,
                Math.toIntExact(width),
                Math.toIntExact(mlp.get(0)),
                layers,
                Math.toIntExact(width / HEAD),
                EDGE,
                Math.toIntExact(patch),
                activation,
                kind == VisionConfig.Kind.CLIP ? 1e-5 : 1e-6,
                0);
        if (kind == VisionConfig.Kind.CLIP) { // whose own layout has these without the leading ones
            Map<String, Tensor> flat = new HashMap<>();
            flat.put("cls_token", dict.get("cls_token").reshape(width));
            flat.put("pos_embed", dict.get("pos_embed").reshape(positions.get(1), width));
            dict = dict.with(flat);
        }
        WeightReader reader = new WeightReader(where, VisionLayouts.names(dict).to(ScalarType.Float, device));
        VisionTransformer network = new VisionTransformer(config, reader);
        reader.finish();
        return network;
    }

    private static List<Long> shape(StateDict weights, String where, String name, int dimensions) {
        if (!weights.has(name) || weights.shape(name).size() != dimensions) {
            throw new ModelFileException(where + ": expected the tensor " + name + " with " + dimensions
                    + " dimensions, found " + (weights.has(name) ? weights.shape(name) : "none"));
        }
        return weights.shape(name);
    }

    /** L2-normalised, shape (768 + 512 + 512). */
    float[] embed(Image image) {
        return embeddings.of(image);
    }

    @Override
    public double[][] distances(List<Image> images) {
        embeddings.prefetch(images);
        List<float[]> vectors = images.stream().map(embeddings::of).toList();
        int n = vectors.size();
        double[][] distances = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                distances[i][j] = distances[j][i] = distance(vectors.get(i), vectors.get(j));
            }
        }
        return distances;
    }

    /** 1 - cosine of vectors of length 1, as half the squared difference, which is exact for near pictures. */
    private static double distance(float[] a, float[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            double d = (double) a[i] - b[i];
            squares += d * d;
        }
        return squares / 2;
    }

    @SuppressWarnings("try")
    private List<float[]> vectors(List<Image> images) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor forDino = pixels(images, DINO);
            Tensor forClip = pixels(images, CLIP);
            List<float[]> parts = List.of(
                    floats(dino.classTokenBeforeNorm(forDino)),
                    floats(clip.forward(forClip)),
                    floats(openClip.forward(forClip)));
            List<float[]> vectors = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                vectors.add(centred(parts, i, images.size()));
            }
            return vectors;
        }
    }

    /** One picture's vectors one after the other, less their common mean. */
    private static float[] centred(List<float[]> parts, int picture, int pictures) {
        int size = parts.stream().mapToInt(p -> p.length / pictures).sum();
        float[] vector = new float[size];
        int at = 0;
        double sum = 0;
        for (float[] part : parts) {
            int width = part.length / pictures;
            for (int i = 0; i < width; i++) {
                vector[at] = part[picture * width + i];
                sum += vector[at++];
            }
        }
        float mean = (float) (sum / size);
        for (int i = 0; i < size; i++) {
            vector[i] -= mean;
        }
        return vector;
    }

    private Tensor pixels(List<Image> images, Preprocessing preprocessing) {
        float[] all = new float[images.size() * 3 * EDGE * EDGE];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(preprocessing.pixels(images.get(i)), 0, all, i * 3 * EDGE * EDGE, 3 * EDGE * EDGE);
        }
        return torch.from_blob(new FloatPointer(all), images.size(), 3, EDGE, EDGE)
                .to(new Device(device), ScalarType.Float);
    }

    private static float[] floats(Tensor t) {
        Tensor flat = t.to(new Device("cpu"), ScalarType.Float).contiguous().flatten();
        float[] values = new float[(int) flat.numel()];
        flat.data_ptr_float().get(values);
        return values;
    }

    @Override
    public void close() {
        weights.close();
    }
}
