package dev.assay.harness.nn.vision;

import dev.assay.harness.nn.ops.LayerNorm;
import dev.assay.harness.nn.ops.TransformerLayer;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.kBicubic;
import org.jspecify.annotations.Nullable;

/**
 * A vision transformer (Dosovitskiy et al. 2021) as CLIP, SigLIP, DINOv2 and BLIP build it; the numbers are those of transformers. Weights
 * and results belong to the scopes of whoever calls.
 */
public final class VisionTransformer {
    private static final long[] ZERO = {0, 0};
    private static final long[] ONE = {1, 1};

    private final VisionConfig config;
    private final Tensor patches; // (hidden, 3, patch, patch)
    private final TensorOptional patchBias; // (hidden), or none
    private final @Nullable Tensor classToken; // (hidden) or (1, 1, hidden)
    private final Tensor positions; // (tokens, hidden) or (1, tokens, hidden)
    private final @Nullable Tensor registers; // (1, registers, hidden)
    private final @Nullable LayerNorm before;
    private final List<TransformerLayer> layers = new ArrayList<>();
    private final LayerNorm after;
    private final @Nullable AttentionPool pool;

    /**
     * Takes its weights; the caller finishes the reader.
     *
     * @param w names as in {@link VisionLayouts#names}
     */
    public VisionTransformer(VisionConfig config, WeightReader w) {
        this.config = config;
        long c = config.hiddenSize();
        boolean clip = config.kind() == VisionConfig.Kind.CLIP;
        boolean siglip = config.kind() == VisionConfig.Kind.SIGLIP;
        patches = w.take("embeddings.patch_embedding.weight", c, 3, config.patchSize(), config.patchSize());
        patchBias = clip && !w.has("embeddings.patch_embedding.bias") // DreamSim's CLIP has one
                ? new TensorOptional()
                : new TensorOptional(w.take("embeddings.patch_embedding.bias", c));
        boolean timm = config.kind() == VisionConfig.Kind.DINOV2 || config.kind() == VisionConfig.Kind.PLAIN;
        classToken = siglip
                ? null
                : timm ? w.take("embeddings.class_embedding", 1, 1, c) : w.take("embeddings.class_embedding", c);
        positions = timm // whose tables have an axis for the batch
                ? w.take("embeddings.position_embedding.weight", 1, config.positions(), c)
                : w.take("embeddings.position_embedding.weight", config.positions(), c);
        registers = config.registers() == 0 ? null : w.take("embeddings.register_tokens", 1, config.registers(), c);
        before = clip ? new LayerNorm(w, "pre_layrnorm", c, config.layerNormEps()) : null;
        for (int i = 0; i < config.hiddenLayers(); i++) {
            layers.add(new TransformerLayer(
                    w,
                    "encoder.layers." + i + ".",
                    c,
                    config.intermediateSize(),
                    config.attentionHeads(),
                    config.hiddenAct(),
                    config.layerNormEps(),
                    false));
        }
        after = new LayerNorm(w, "post_layernorm", c, config.layerNormEps());
        pool = siglip ? new AttentionPool(w, config) : null;
    }

    /**
     * @param pixels (n, 3, height, width), normalised; edges are multiples of the patch size, and only DINOv2 takes other edges than those
     *     it was trained on
     * @return (n, hidden): the class token, or the pooled tokens
     */
    public Tensor forward(Tensor pixels) {
        Tensor x = layers(pixels);
        return pool == null ? after.forward(x.select(1, 0)) : pool.forward(after.forward(x));
    }

    /**
     * @param pixels as for {@link #forward}
     * @return (n, hidden): the class token as the last layer leaves it
     */
    public Tensor classTokenBeforeNorm(Tensor pixels) {
        return layers(pixels).select(1, 0);
    }

    /**
     * What a text attends to.
     *
     * @param pixels as for {@link #forward}
     * @return (n, tokens, hidden), the class token first where there is one, then the patches row by row
     */
    public Tensor tokens(Tensor pixels) {
        return after.forward(layers(pixels));
    }

    /** (n, tokens, hidden), as the last layer leaves them. */
    private Tensor layers(Tensor pixels) {
        long n = pixels.size(0);
        long rows = pixels.size(2) / config.patchSize();
        long columns = pixels.size(3) / config.patchSize();
        long p = config.patchSize();
        Tensor x = torch.conv2d(pixels, patches, patchBias, new long[] {p, p}, ZERO, ONE, 1)
                .flatten(2, 3)
                .transpose(1, 2); // (n, patches, hidden)
        if (classToken != null) {
            x = join(classToken.expand(n, 1, config.hiddenSize()), x);
        }
        x = x.add(positions(rows, columns));
        if (registers != null) {
            Tensor extra = registers.expand(n, config.registers(), config.hiddenSize());
            x = join(x.narrow(1, 0, 1), extra, x.narrow(1, 1, x.size(1) - 1));
        }
        x = before == null ? x : before.forward(x);
        for (TransformerLayer layer : layers) {
            x = layer.forward(x);
        }
        return x;
    }

    /** The table, stretched to another grid by bicubic interpolation as transformers does. */
    private Tensor positions(long rows, long columns) {
        long grid = config.grid();
        if (rows == grid && columns == grid) {
            return positions;
        }
        if (config.kind() != VisionConfig.Kind.DINOV2) {
            throw new IllegalArgumentException("expected pictures of " + config.imageSize() + " px, found "
                    + rows * config.patchSize() + " x " + columns * config.patchSize());
        }
        Tensor table = positions
                .narrow(1, 1, grid * grid)
                .reshape(1, grid, grid, config.hiddenSize())
                .permute(0, 3, 1, 2);
        long[] size = {rows, columns};
        // transformers smooths where there are registers, and only there.
        Tensor stretched = (registers == null
                        ? torch.upsample_bicubic2d(table, size, false)
                        : torch.interpolate(table, smoothed(size)))
                .permute(0, 2, 3, 1)
                .reshape(1, rows * columns, config.hiddenSize());
        return join(positions.narrow(1, 0, 1), stretched);
    }

    private static InterpolateFuncOptions smoothed(long[] size) {
        InterpolateFuncOptions options = new InterpolateFuncOptions();
        options.size().put(new LongVector(size));
        options.mode().put(new kBicubic());
        options.align_corners().put(false);
        options.antialias().put(true);
        return options;
    }

    private static Tensor join(Tensor... tokens) {
        TensorVector all = new TensorVector();
        for (Tensor t : tokens) {
            all.push_back(t);
        }
        return torch.cat(all, 1);
    }
}
