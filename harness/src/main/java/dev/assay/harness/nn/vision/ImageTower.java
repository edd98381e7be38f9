package dev.assay.harness.nn.vision;

import dev.assay.harness.image.Image;
import dev.assay.harness.nn.cuda.CudaDevice;
import dev.assay.harness.nn.ops.Compute;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** An image encoder on a device, from pictures to plain vectors. Its weights belong to whoever made the network. */
public final class ImageTower {
    private static final long CPU_BYTES = 256L << 20; // of intermediate values; larger batches are not faster there
    private static final int MAX_ON_CPU = 8;
    private static final int MAX_ON_GPU = 64;

    private final Preprocessing preprocessing;
    private final Compute compute;
    private final UnaryOperator<Tensor> network;
    private final int batch;

    /** @param network from (n, 3, size, size) to (n, width) */
    public ImageTower(
            Preprocessing preprocessing, VisionConfig config, Compute compute, UnaryOperator<Tensor> network) {
        this.preprocessing = preprocessing;
        this.compute = compute;
        this.network = network;
        boolean cpu = compute.device().equals("cpu");
        long memory = cpu ? CPU_BYTES : CudaDevice.open().freeBytes() / 4; // other networks live there, too
        long patches = (long) preprocessing.size() / config.patchSize() * preprocessing.size() / config.patchSize();
        // The widest moment of a layer: tokens, queries, keys, values, and twice the inner width.
        long one =
                (patches + 1) * (4L * config.hiddenSize() + 2L * config.intermediateSize()) * compute.bytesPerValue();
        batch = (int) Math.max(1, Math.min(cpu ? MAX_ON_CPU : MAX_ON_GPU, memory / one));
    }

    /** How many pictures fit at once. */
    public int batch() {
        return batch;
    }

    /** One vector per picture, as the network gives it; the pictures at once. */
    public List<float[]> vectors(List<Image> images) {
        return ofPixels(images.stream().map(preprocessing::pixels).toList());
    }

    /** @param pixels arrays of shape (3, size, size), normalised */
    @SuppressWarnings("try") // scope and guard work by being open
    public List<float[]> ofPixels(List<float[]> pixels) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return Compute.rows(network.apply(compute.pictures(pixels, preprocessing.size())));
        }
    }
}
