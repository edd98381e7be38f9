package dev.assay.harness.nn.perceptual;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.nn.ops.Conv2d;
import dev.assay.harness.nn.weights.Scopes;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import dev.assay.harness.nn.weights.WeightReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
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
 * LPIPS (Zhang et al. 2018), version 0.1, on AlexNet or VGG16: features of five stages, each pixel's brought to length 1, squared
 * differences weighted by channel, averaged over the picture, summed over the stages. 0 for equal pictures; about 1 for pictures with nothing
 * in common.
 *
 * <p>The weights' square roots are multiplied into the features, and channels of weight 0 are dropped, so that a pair costs one squared
 * difference.
 *
 * @see <a href="https://github.com/richzhang/PerceptualSimilarity">PerceptualSimilarity</a>
 */
public final class Lpips implements PerceptualDistance {
    private static final double EPS = 1e-10; // beside the length
    private static final double[] SHIFT = {-.030, -.088, -.188};
    private static final double[] SCALE = {.458, .448, .450};
    private static final int MAX_FILES = 32; // of a folder; it needs two
    /** Version 0.0 of alex.pth and vgg.pth, which looks the same and was trained without the scaling of its input. */
    private static final Set<String> VERSION_0_0 = Set.of(
            "18720f55913d0af89042f13faa7e536a6ce1444a0914e6db9461355ece1e8cd5",
            "b9e4236260c3dd988fc79d2a48d645d885afcbb21f9fd595e6744cf7419b582c");

    private static final long LARGEST_WEIGHTS = 1 << 16; // bytes of alex.pth and vgg.pth, and more

    private final LpipsTrunk trunk;
    private final String device;
    private final PointerScope weights = new PointerScope();
    private final List<List<Conv2d>> stages;
    private final List<Tensor> kept = new ArrayList<>(); // per stage: channels of weight above 0, int64
    private final List<Tensor> roots = new ArrayList<>(); // per stage: square roots of their weights, (1, kept, 1, 1)

    /** Names as in torchvision ({@code features.0.weight}) and LPIPS ({@code lin0.model.1.weight}). */
    private Lpips(StateDict all, String where, String device) {
        this.device = device;
        StateDict named = all.rename(Lpips::name).to(ScalarType.Float, device);
        trunk = trunk(named, where);
        WeightReader reader = new WeightReader(where, named);
        stages = trunk.read(reader);
        List<Tensor> linear = new ArrayList<>();
        for (int k = 0; k < stages.size(); k++) {
            linear.add(reader.take(lin(k), 1, trunk.stages().get(k).channels(), 1, 1));
        }
        reader.finish();
        for (int k = 0; k < stages.size(); k++) {
            Tensor w = linear.get(k).flatten();
            if (!(w.min().item_float() >= 0)) {
                throw new ModelFileException(
                        where + ": " + lin(k) + ": expected weights of at least 0, as training keeps them, found "
                                + w.min().item_float());
            }
            Tensor used = w.nonzero().flatten();
            kept.add(used);
            roots.add(w.index_select(0, used).sqrt().reshape(1, -1, 1, 1));
        }
    }

    /**
     * Opens the network of a folder with the two files, torchvision's ({@code alexnet-owt-7be5be79.pth} or {@code vgg16-397923af.pth}) and that
     * of LPIPS ({@code weights/v0.1/alex.pth} or {@code vgg.pth}), or of one file with the tensors of both. Pickles are not executed.
     *
     * @param device {@code cpu} or {@code cuda}
     * @throws ModelFileException when a file is missing or not what it should be
     */
    @SuppressWarnings("try") // the guard works by being open
    public static Lpips open(Path path, String device) {
        List<Path> files = files(path);
        List<WeightFile> open = new ArrayList<>();
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope small = new PointerScope()) {
            Path networks = null;
            Path linear = null;
            StateDict all = null;
            Map<String, Tensor> lin = new HashMap<>();
            for (Path file : files) {
                WeightFile weights = WeightFile.open(file);
                open.add(weights);
                StateDict named = weights.weights().rename(Lpips::name);
                if (named.has("features.0.weight")) {
                    one(path, "network", networks, file);
                    networks = file;
                    all = named;
                }
                if (named.has(lin(0))) {
                    one(path, "LPIPS's weights", linear, file);
                    linear = file;
                    refuseOld(file);
                    if (!file.equals(networks)) {
                        named.names().forEach(n -> lin.put(n, named.get(n)));
                    }
                }
            }
            if (networks == null || linear == null) {
                throw new ModelFileException(
                        path,
                        "expected a network (alexnet-owt-7be5be79.pth or vgg16-397923af.pth of torchvision) and LPIPS's weights for"
                                + " it (weights/v0.1/alex.pth or vgg.pth), found no "
                                + (networks == null ? "tensor features.0.weight" : lin(0)));
            }
            return new Lpips(all.with(lin), path.toString(), device);
        } finally {
            open.forEach(WeightFile::close);
        }
    }

    /** For tests: weights that are in memory. */
    @SuppressWarnings("try")
    static Lpips of(StateDict all) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return new Lpips(all, "memory", "cpu");
        }
    }

    @Override
    @SuppressWarnings("try")
    public double[][] distances(List<Image> images) {
        for (Image image : images) {
            if (!image.hasSizeOf(images.get(0))) {
                throw new IllegalArgumentException(
                        "LPIPS compares pictures of one size, found " + images.get(0) + " and " + image);
            }
            if (Math.min(image.width(), image.height()) < trunk.minEdge()) {
                throw new IllegalArgumentException("LPIPS on " + trunk.title() + " needs at least " + trunk.minEdge()
                        + " pixels along each edge, found " + image);
            }
        }
        int n = images.size();
        double[][] distances = new double[n][n];
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            List<List<Tensor>> features = images.stream().map(this::features).toList();
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    distances[i][j] = distances[j][i] = distance(features.get(i), features.get(j));
                }
            }
        }
        return distances;
    }

    @SuppressWarnings("try")
    private static double distance(List<Tensor> a, List<Tensor> b) {
        double sum = 0;
        for (int k = 0; k < a.size(); k++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor t = a.get(k);
                sum += t.sub(b.get(k)).square_().sum().item_float() / ((double) t.size(2) * t.size(3));
            }
        }
        return sum;
    }

    /** Per stage (1, kept, h, w): unit features times the roots of their weights. */
    private List<Tensor> features(Image image) {
        List<Tensor> features = new ArrayList<>();
        try (PointerScope temporary = new PointerScope()) {
            Tensor x = torch.from_blob(new FloatPointer(pixels(image)), 1, 3, image.height(), image.width())
                    .to(new Device(device), ScalarType.Float);
            for (int k = 0; k < stages.size(); k++) {
                x = trunk.forward(k, stages.get(k), x);
                Tensor length = x.square()
                        .sum(new long[] {1}, true, new ScalarTypeOptional())
                        .sqrt_();
                Tensor unit = x.index_select(1, kept.get(k)).div_(length.add_(new Scalar(EPS)));
                features.add(Scopes.handOut(unit.mul_(roots.get(k)), temporary));
            }
        }
        return features;
    }

    /** Shape (3, height, width): from [-1, 1], scaled by channel. */
    private static float[] pixels(Image image) {
        byte[] rgb = image.rgb();
        int size = image.width() * image.height();
        float[] out = new float[3 * size];
        for (int c = 0; c < 3; c++) {
            float[] scaled = new float[256];
            for (int v = 0; v < scaled.length; v++) {
                scaled[v] = (float) ((v / 127.5 - 1 - SHIFT[c]) / SCALE[c]);
            }
            for (int i = 0; i < size; i++) {
                out[c * size + i] = scaled[rgb[3 * i + c] & 0xff];
            }
        }
        return out;
    }

    /** Torchvision's and LPIPS's own names; null for the classifier, and for what a saved LPIPS says twice. */
    static String name(String found) {
        if (found.startsWith("classifier.") || found.startsWith("lins.") || found.startsWith("scaling_layer.")) {
            return null;
        }
        return found.replaceFirst("^net\\.slice\\d\\.", "features.");
    }

    private static String lin(int stage) {
        return "lin" + stage + ".model.1.weight";
    }

    private static LpipsTrunk trunk(StateDict weights, String where) {
        List<Long> shape = weights.has("features.0.weight") ? weights.shape("features.0.weight") : List.of();
        return LpipsTrunk.ALL.stream()
                .filter(t -> shape.equals(t.firstShape()))
                .findFirst()
                .orElseThrow(() -> new ModelFileException(where
                        + ": features.0.weight: expected that of AlexNet [64, 3, 11, 11] or VGG16 [64, 3, 3, 3], found "
                        + shape));
    }

    private static void one(Path path, String what, Path first, Path second) {
        if (first != null) {
            throw new ModelFileException(
                    path,
                    "expected one " + what + ", found " + first.getFileName() + " and " + second.getFileName()
                            + "; keep the one to use");
        }
    }

    private static void refuseOld(Path file) {
        try {
            if (Files.size(file) <= LARGEST_WEIGHTS && VERSION_0_0.contains(Hashes.sha256(file))) {
                throw new ModelFileException(
                        file, "is version 0.0 of LPIPS's weights, whose input was not scaled; take weights/v0.1");
            }
        } catch (IOException e) {
            throw new ModelFileException(file, "cannot be read: " + e, e);
        }
    }

    private static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> all = Files.list(path)) {
            List<Path> files = all.filter(f -> f.getFileName().toString().matches(".*\\.(pth|pt|bin|safetensors)"))
                    .sorted()
                    .limit(MAX_FILES + 1)
                    .toList();
            if (files.isEmpty() || files.size() > MAX_FILES) {
                throw new ModelFileException(
                        path,
                        "expected a folder with a network and LPIPS's weights, found "
                                + (files.isEmpty() ? "no" : "more than " + MAX_FILES) + " model files");
            }
            return files;
        } catch (IOException e) {
            throw new ModelFileException(path, "cannot be listed: " + e, e);
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
