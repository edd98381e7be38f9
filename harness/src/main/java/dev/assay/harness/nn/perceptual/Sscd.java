package dev.assay.harness.nn.perceptual;

import dev.assay.harness.image.Image;
import dev.assay.harness.image.Resize;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.embed.Embeddings;
import dev.assay.harness.nn.embed.ImageEncoder;
import dev.assay.harness.nn.embed.VectorStore;
import dev.assay.harness.nn.ops.Conv2d;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import dev.assay.harness.nn.weights.WeightReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SSCD (Pizzi et al. 2022): vectors by which copies of a picture are found, though cropped, blurred or mixed. A ResNet-50 with generalised mean
 * pooling (p = 3) and a linear layer, on the picture squeezed to 320 x 320.
 *
 * @see <a href="https://github.com/facebookresearch/sscd-copy-detection">sscd-copy-detection</a>
 */
public final class Sscd implements ImageEncoder, AutoCloseable {
    private static final int EDGE = 320;
    private static final int BATCH = 8;
    private static final double POWER = 3;
    private static final double BATCH_NORM_EPS = 1e-5;
    private static final int[] BLOCKS = {3, 4, 6, 3};
    private static final long[] TWO = {2, 2};
    private static final long[] THREE = {3, 3};
    private static final long[] ONE = {1, 1};
    private static final Preprocessing PREPROCESSING = new Preprocessing(
            new Preprocessing.Framing.Squash(),
            EDGE,
            Resize.Filter.BILINEAR,
            Preprocessing.dinov2().mean(),
            Preprocessing.dinov2().std());

    private final String device;
    private final PointerScope weights = new PointerScope();
    private final Conv2d stem;
    private final List<Bottleneck> blocks = new ArrayList<>();
    private final Linear out;
    private final Embeddings embeddings = new Embeddings(VectorStore.NONE, BATCH, this::vectors, text -> {
        throw new UnsupportedOperationException("SSCD knows no text");
    });

    /** @param shortcut null where the input is added as it is */
    private record Bottleneck(Conv2d reduce, Conv2d middle, Conv2d expand, Conv2d shortcut) {
        Tensor forward(Tensor x) {
            Tensor y = middle.forward(reduce.forward(x).relu_()).relu_();
            return expand.forward(y)
                    .add_(shortcut == null ? x : shortcut.forward(x))
                    .relu_();
        }
    }

    /** @param folded names of torchvision's ResNet, batch norms folded into their convolutions */
    private Sscd(StateDict folded, String where, String device) {
        this.device = device;
        WeightReader reader = new WeightReader(where, folded.to(ScalarType.Float, device));
        stem = Conv2d.of(reader, "conv1", 3, 64, 7, 2, 3);
        long in = 64;
        for (int stage = 0; stage < BLOCKS.length; stage++) {
            long width = 64L << stage;
            for (int i = 0; i < BLOCKS[stage]; i++) {
                String name = "layer" + (stage + 1) + "." + i + ".";
                long stride = i == 0 && stage > 0 ? 2 : 1;
                blocks.add(new Bottleneck(
                        Conv2d.of(reader, name + "conv1", in, width, 1, 1, 0),
                        Conv2d.of(reader, name + "conv2", width, width, 3, stride, 1),
                        Conv2d.of(reader, name + "conv3", width, 4 * width, 1, 1, 0),
                        i == 0 ? Conv2d.of(reader, name + "downsample.0", in, 4 * width, 1, stride, 0) : null));
                in = 4 * width;
            }
        }
        out = Linear.of(
                reader,
                "fc",
                in,
                folded.has("fc.weight") ? folded.shape("fc.weight").get(0) : 512);
        reader.finish();
    }

    /**
     * Opens a file of torchvision weights ({@code sscd_disc_mixup.torchvision.pt}), or the same as safetensors. Pickles are not executed.
     *
     * @param device {@code cpu} or {@code cuda}
     * @throws ModelFileException when it is not what it should be; TorchScript is a program, and refused
     */
    @SuppressWarnings("try") // the guard works by being open
    public static Sscd open(Path path, String device) {
        if (path.getFileName().toString().contains("torchscript")) {
            throw new ModelFileException(
                    path,
                    "is TorchScript, a program that could read and write files; take the same weights as sscd_disc_mixup.torchvision.pt");
        }
        try (NoGradGuard guard = new NoGradGuard();
                WeightFile file = WeightFile.open(path);
                PointerScope folded = new PointerScope()) {
            StateDict all = file.weights().rename(n -> n.replaceFirst("^backbone\\.", ""));
            return new Sscd(fold(all, path), path.toString(), device);
        }
    }

    /** For tests: weights that are in memory. */
    @SuppressWarnings("try")
    static Sscd of(StateDict all) {
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope folded = new PointerScope()) {
            return new Sscd(fold(all, Path.of("memory")), "memory", "cpu");
        }
    }

    /** A batch norm in use is an affine map by channel, so it goes into the convolution before it. */
    private static StateDict fold(StateDict all, Path path) {
        Map<String, Tensor> changed = new HashMap<>();
        for (String name : all.names()) {
            if (!name.endsWith(".running_var")) {
                continue;
            }
            String norm = name.substring(0, name.length() - ".running_var".length());
            String conv = norm.endsWith("downsample.1")
                    ? norm.substring(0, norm.length() - 1) + "0"
                    : norm.replaceFirst("bn(\\d)$", "conv$1");
            for (String needed : List.of(conv + ".weight", norm + ".weight", norm + ".bias", norm + ".running_mean")) {
                if (!all.has(needed)) {
                    throw new ModelFileException(
                            path, "has " + name + " and no " + needed + "; expected torchvision's ResNet-50");
                }
            }
            Tensor scale = all.get(norm + ".weight")
                    .div(all.get(name).add(new Scalar(BATCH_NORM_EPS)).sqrt());
            changed.put(conv + ".weight", all.get(conv + ".weight").mul(scale.reshape(-1, 1, 1, 1)));
            changed.put(
                    conv + ".bias",
                    all.get(norm + ".bias").sub(all.get(norm + ".running_mean").mul(scale)));
        }
        return all.rename(n -> n.matches("(.*\\.)?(bn\\d|downsample\\.1)\\.\\w+") ? null : n)
                .with(changed);
    }

    @Override
    public float[] embed(Image image) {
        return embeddings.of(image);
    }

    @Override
    public void prefetch(Collection<Image> images) {
        embeddings.prefetch(images);
    }

    @SuppressWarnings("try")
    private List<float[]> vectors(List<Image> images) {
        int size = 3 * EDGE * EDGE;
        float[] pixels = new float[images.size() * size];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(PREPROCESSING.pixels(images.get(i)), 0, pixels, i * size, size);
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = torch.from_blob(new FloatPointer(pixels), images.size(), 3, EDGE, EDGE)
                    .to(new Device(device), ScalarType.Float);
            x = torch.max_pool2d(stem.forward(x).relu_(), THREE, TWO, ONE, ONE, false);
            for (Bottleneck block : blocks) {
                x = block.forward(x);
            }
            Tensor pooled = x.clamp_min(new Scalar(1e-6))
                    .pow(new Scalar(POWER))
                    .flatten(2, 3)
                    .mean(new long[] {2}, false, new ScalarTypeOptional())
                    .pow(new Scalar(1 / POWER));
            Tensor flat =
                    out.forward(pooled).to(new Device("cpu"), ScalarType.Float).contiguous();
            List<float[]> vectors = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                float[] vector = new float[(int) flat.size(1)];
                flat.select(0, i).contiguous().data_ptr_float().get(vector);
                vectors.add(vector);
            }
            return vectors;
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
