package dev.assay.harness.nn.blip;

import dev.assay.harness.image.Image;
import dev.assay.harness.model.Hashes;
import dev.assay.harness.model.ModelFileException;
import dev.assay.harness.model.ModelHeader;
import dev.assay.harness.nn.ops.Activation;
import dev.assay.harness.nn.ops.AffineHead;
import dev.assay.harness.nn.text.BertTokenizer;
import dev.assay.harness.nn.vision.Preprocessing;
import dev.assay.harness.nn.vision.VisionConfig;
import dev.assay.harness.nn.vision.VisionLayouts;
import dev.assay.harness.nn.vision.VisionTransformer;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightFile;
import dev.assay.harness.nn.weights.WeightReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * ImageReward (Xu et al. 2023) on libtorch: how much people would prefer a picture for its prompt. BLIP's vision transformer reads the
 * picture, BLIP's text encoder the prompt while it attends to the picture, and an affine map makes one number of the first token. In
 * float32 on every device, as its authors run it.
 *
 * <p>A folder holds {@code ImageReward.pt}, whose pickle is not executed, or the same tensors as safetensors; {@code med_config.json}; and
 * the {@code vocab.txt} or {@code tokenizer.json} of bert-base-uncased.
 */
public final class ImageReward implements AutoCloseable {
    /** Of the raw numbers on its authors' validation set, so that rewards have mean 0 and standard deviation 1 there. */
    private static final double MEAN = 0.16717362830052426;

    private static final double STD = 1.0333394966054072;
    /** Tokens of a prompt that are read, begin and end among them. */
    private static final int LENGTH = 35;

    private static final int HEAD_WIDTH = 64; // of BLIP's vision transformers, base and large
    private static final List<String> FILES = List.of("ImageReward.pt", "ImageReward.safetensors", "model.safetensors");
    private static final String CONFIG = "med_config.json";
    /** Which BLIP adds to BERT's words. */
    private static final List<String> ADDED_WORDS = List.of("[DEC]", "[ENC]");

    private static final String VISION = "blip.visual_encoder.";
    private static final String TEXT = "blip.text_encoder.";
    private static final String HEAD = "mlp.";

    private final Map<String, Double> known = new ConcurrentHashMap<>();
    private final String device;
    private final PointerScope weights;
    private final Preprocessing preprocessing;
    private final VisionTransformer vision;
    private final BlipTextModel text;
    private final AffineHead head;
    private final BertTokenizer tokenizer;

    /** @param weights the innermost scope, which gets the networks */
    private ImageReward(WeightFile file, Path folder, String device, PointerScope weights) {
        this.device = device;
        this.weights = weights;
        StateDict all = file.weights().to(ScalarType.Float, device);
        VisionConfig visionConfig = visionConfig(file.path(), all.below(VISION));
        preprocessing = Preprocessing.clip(
                new Preprocessing.Framing.Crop(visionConfig.imageSize(), true), visionConfig.imageSize());
        WeightReader v = new WeightReader(file.path() + ": " + VISION, VisionLayouts.names(all.below(VISION)));
        vision = new VisionTransformer(visionConfig, v);
        v.finish();
        BlipTextConfig config = BlipTextConfig.read(folder.resolve(CONFIG));
        WeightReader t = new WeightReader(file.path() + ": " + TEXT, all.below(TEXT));
        text = new BlipTextModel(config, visionConfig.hiddenSize(), t);
        t.finish();
        head = AffineHead.read(ModelHeader.read(file.path()), HEAD, "the head of ImageReward");
        if (head.inputs() != config.hiddenSize()) {
            throw new ModelFileException(
                    file.path(),
                    "expected a head on the text encoder's " + config.hiddenSize() + " numbers, found one on "
                            + head.inputs());
        }
        tokenizer = BertTokenizer.open(folder, Math.min(LENGTH, config.maxPositions()), ADDED_WORDS);
        if (tokenizer.words() != config.vocabSize()) {
            int found = tokenizer.words();
            tokenizer.close();
            throw new ModelFileException(
                    folder,
                    "expected the words of bert-base-uncased (vocab.txt or tokenizer.json), " + config.vocabSize()
                            + " with BLIP's two, found " + found);
        }
    }

    /** What a place lacks to be opened, by the names under which people find it. */
    public static List<String> missing(Path place) {
        Path folder = folder(place);
        List<String> missing = new ArrayList<>();
        if (file(place).isEmpty()) {
            missing.add("ImageReward.pt or ImageReward.safetensors (of THUDM/ImageReward)");
        }
        if (!Files.isRegularFile(folder.resolve(CONFIG))) {
            missing.add(CONFIG + " (of THUDM/ImageReward)");
        }
        if (!BertTokenizer.isIn(folder)) {
            missing.add("vocab.txt or tokenizer.json (of bert-base-uncased)");
        }
        return missing;
    }

    /**
     * Opens a folder, or a file of weights and what lies beside it.
     *
     * @param device {@code cpu} or {@code cuda}
     * @throws ModelFileException when a file is missing or not what it should be
     */
    @SuppressWarnings("try") // the guard works by being open
    public static ImageReward open(Path place, String device) {
        List<String> missing = missing(place);
        if (!missing.isEmpty()) {
            throw new ModelFileException(place, "expected ImageReward, missing: " + String.join("; ", missing));
        }
        PointerScope weights = new PointerScope();
        try (NoGradGuard guard = new NoGradGuard();
                WeightFile file = WeightFile.open(file(place).orElseThrow())) {
            return new ImageReward(file, folder(place), device, weights);
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** In standard deviations of its authors' validation set, about -2.5 to 2; each pair of prompt and picture is computed once. */
    public double reward(String prompt, Image image) {
        String key = key(prompt, image);
        Double before = known.get(key);
        if (before != null) {
            return before;
        }
        double reward = reward(tokenizer.encode(prompt), preprocessing.pixels(image));
        if (!Double.isFinite(reward)) {
            throw new IllegalStateException(
                    "ImageReward gave " + reward + "; its weights hold values that are not finite");
        }
        known.put(key, reward);
        return reward;
    }

    /** Whether a prompt has more tokens than are read. */
    public boolean cuts(String prompt) {
        return tokenizer.cuts(prompt);
    }

    /** @param pixels (3, S, S), normalised */
    @SuppressWarnings("try")
    double reward(long[] ids, float[] pixels) {
        int edge = preprocessing.size();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = torch.from_blob(new FloatPointer(pixels), 1, 3, edge, edge)
                    .to(new Device(device), ScalarType.Float);
            Tensor first =
                    text.forward(ids, vision.tokens(x)).select(1, 0).cpu().contiguous();
            float[] vector = new float[head.inputs()];
            first.data_ptr_float().get(vector);
            return (head.of(vector) - MEAN) / STD;
        }
    }

    private static Path folder(Path place) {
        return Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
    }

    private static Optional<Path> file(Path place) {
        return Files.isRegularFile(place)
                ? Optional.of(place)
                : FILES.stream()
                        .map(place::resolve)
                        .filter(Files::isRegularFile)
                        .findFirst();
    }

    /** All sizes but the heads stand in the shapes. */
    private static VisionConfig visionConfig(Path file, StateDict weights) {
        List<Long> patches = shape(file, weights, "patch_embed.proj.weight", 4);
        List<Long> positions = shape(file, weights, "pos_embed", 3);
        List<Long> fc1 = shape(file, weights, "blocks.0.mlp.fc1.weight", 2);
        int layers = 0;
        while (weights.has("blocks." + layers + ".norm1.weight")) {
            layers++;
        }
        int width = size(file, patches.get(0));
        int patch = size(file, patches.get(3));
        int grid = (int) Math.sqrt(size(file, positions.get(1)) - 1.0);
        return new VisionConfig(
                VisionConfig.Kind.PLAIN,
                width,
                size(file, fc1.get(0)),
                layers,
                Math.max(1, width / HEAD_WIDTH),
                size(file, (long) grid * patch),
                patch,
                Activation.GELU,
                1e-6,
                0);
    }

    private static List<Long> shape(Path file, StateDict weights, String name, int dimensions) {
        if (!weights.has(name) || weights.shape(name).size() != dimensions) {
            throw new ModelFileException(
                    file,
                    "expected ImageReward with " + VISION + name + " of " + dimensions + " dimensions, found "
                            + (weights.has(name) ? weights.shape(name) : "none"));
        }
        return weights.shape(name);
    }

    private static int size(Path file, long value) {
        if (value < 1 || value > 1 << 16) {
            throw new ModelFileException(file, "expected sizes of a vision transformer, found " + value);
        }
        return (int) value;
    }

    private static String key(String prompt, Image image) {
        byte[] words = prompt.getBytes(StandardCharsets.UTF_8);
        MessageDigest sha = Hashes.sha256();
        sha.update(ByteBuffer.allocate(12)
                .putInt(words.length)
                .putInt(image.width())
                .putInt(image.height())
                .array());
        sha.update(words);
        return HexFormat.of().formatHex(sha.digest(image.rgb()));
    }

    @Override
    public void close() {
        tokenizer.close();
        weights.close();
    }
}
