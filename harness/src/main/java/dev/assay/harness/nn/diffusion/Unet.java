package dev.assay.harness.nn.diffusion;

import dev.assay.harness.nn.ops.Conv2d;
import dev.assay.harness.nn.ops.GroupNorm;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.weights.Scopes;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The denoiser of Stable Diffusion 1 (Rombach et al. 2022) as in diffusers' {@code UNet2DConditionModel}. Weights and results
 * belong to the scopes of whoever calls.
 *
 * <p>Two things are computed once instead of at every step: the keys and values of the text ({@link #prepare}), and the time
 * projections of all ResNets, which are one layer here.
 */
public final class Unet {
    private final UnetConfig config;
    private final Conv2d convIn;
    private final Linear time1;
    private final Linear time2;
    private final Linear timeProjections;
    private final long[] timeOffsets; // where each ResNet's part begins, in the order of the forward pass
    private final List<Block> down = new ArrayList<>();
    private final Block mid;
    private final List<Block> up = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;
    private final Tensor frequencies; // (channels / 2), float32
    private final ScalarType dtype;

    /** What stays the same over the steps of one picture; belongs to the scope in which it was made. */
    public static final class Text {
        private final List<Tensor[]> keysAndValues;

        private Text(List<Tensor[]> keysAndValues) {
            this.keysAndValues = List.copyOf(keysAndValues);
        }
    }

    public Unet(UnetConfig config, StateDict weights, String where) {
        this.config = config;
        WeightReader w = new WeightReader(where, weights);
        List<Integer> channels = config.blockChannels();
        int n = channels.size();
        int first = channels.get(0);
        int timeSize = 4 * first;
        List<String> timeNames = new ArrayList<>();
        List<Long> timeSizes = new ArrayList<>();

        convIn = Conv2d.same(w, "conv_in", config.inChannels(), first, 3);
        time1 = Linear.of(w, "time_embedding.linear_1", first, timeSize);
        time2 = Linear.of(w, "time_embedding.linear_2", timeSize, timeSize);

        Deque<Integer> skips = new ArrayDeque<>(List.of(first));
        int c = first;
        for (int b = 0; b < n; b++) {
            String name = "down_blocks." + b + ".";
            Block block = new Block();
            boolean attends = config.downBlocks().get(b).equals("CrossAttnDownBlock2D");
            for (int j = 0; j < config.layers().get(b); j++) {
                block.resnet(w, name + "resnets." + j + ".", c, channels.get(b), timeNames, timeSizes);
                c = channels.get(b);
                if (attends) {
                    block.attention(w, name + "attentions." + j + ".", c, b);
                }
                skips.push(c);
            }
            if (b < n - 1) {
                block.resize = Conv2d.halving(w, name + "downsamplers.0.conv", c, config.downsamplePadding());
                skips.push(c);
            }
            down.add(block);
        }

        mid = new Block();
        mid.resnet(w, "mid_block.resnets.0.", c, c, timeNames, timeSizes);
        mid.attention(w, "mid_block.attentions.0.", c, n - 1);
        mid.resnet(w, "mid_block.resnets.1.", c, c, timeNames, timeSizes);

        for (int b = 0; b < n; b++) {
            int mirror = n - 1 - b;
            String name = "up_blocks." + b + ".";
            Block block = new Block();
            boolean attends = config.upBlocks().get(b).equals("CrossAttnUpBlock2D");
            for (int j = 0; j <= config.layers().get(mirror); j++) {
                block.resnet(
                        w, name + "resnets." + j + ".", c + skips.pop(), channels.get(mirror), timeNames, timeSizes);
                c = channels.get(mirror);
                if (attends) {
                    block.attention(w, name + "attentions." + j + ".", c, mirror);
                }
            }
            if (b < n - 1) {
                block.resize = Conv2d.same(w, name + "upsamplers.0.conv", c, c, 3);
            }
            up.add(block);
        }
        normOut = new GroupNorm(w, "conv_norm_out", config.normGroups(), c, config.normEps());
        convOut = Conv2d.same(w, "conv_out", c, config.outChannels(), 3);
        timeProjections = Linear.stacked(
                w,
                true,
                timeSize,
                timeSizes.stream().mapToLong(Long::longValue).toArray(),
                timeNames.toArray(String[]::new));
        timeOffsets = new long[timeSizes.size() + 1];
        for (int i = 0; i < timeSizes.size(); i++) {
            timeOffsets[i + 1] = timeOffsets[i] + timeSizes.get(i);
        }
        w.finish();
        Tensor sample = weights.get("conv_in.bias");
        dtype = sample.scalar_type();
        frequencies = frequencies(first, config.freqShift()).to(sample.device(), ScalarType.Float);
    }

    public UnetConfig config() {
        return config;
    }

    /** @param text (n, tokens, cross-attention size) */
    public Text prepare(Tensor text) {
        List<Tensor[]> keysAndValues = new ArrayList<>();
        for (Block block : inOrder()) {
            block.attentions.forEach(a -> a.prepare(text, keysAndValues));
        }
        return new Text(keysAndValues);
    }

    /**
     * One prediction; the result belongs to the innermost open scope.
     *
     * @param latents (n, in, h, w)
     * @param timestep may be fractional
     * @return (n, out, h, w)
     */
    public Tensor forward(Tensor latents, double timestep, Text text) {
        try (PointerScope scope = new PointerScope()) {
            Pass pass = new Pass(timeParts(timestep), text.keysAndValues);
            Tensor h = convIn.forward(latents);
            Deque<Tensor> skips = new ArrayDeque<>(List.of(h));
            for (Block block : down) {
                for (int j = 0; j < block.resnets.size(); j++) {
                    h = block.layer(j, h, pass);
                    skips.push(h);
                }
                if (block.resize != null) {
                    h = block.resize.forward(h);
                    skips.push(h);
                }
            }
            h = mid.layer(0, h, pass);
            h = mid.resnets.get(1).forward(h, pass.time());
            for (Block block : up) {
                for (int j = 0; j < block.resnets.size(); j++) {
                    h = block.layer(j, torch.cat(new TensorVector(h, skips.pop()), 1), pass);
                }
                if (block.resize != null) {
                    Tensor next = skips.element();
                    DoubleOptional none = new DoubleOptional();
                    long[] size = {next.size(2), next.size(3)};
                    h = block.resize.forward(torch.upsample_nearest2d(h, size, none, none));
                }
            }
            h = convOut.forward(normOut.silu(h));
            return Scopes.handOut(h, scope);
        }
    }

    private List<Block> inOrder() {
        List<Block> all = new ArrayList<>(down);
        all.add(mid);
        all.addAll(up);
        return all;
    }

    /** The time embedding as each ResNet wants it, (1, channels, 1, 1), in the order of the forward pass. */
    private Tensor[] timeParts(double timestep) {
        Tensor angle = frequencies.mul(new Scalar((float) timestep));
        Tensor sin = angle.sin();
        Tensor cos = angle.cos();
        TensorVector both = config.flipSinToCos() ? new TensorVector(cos, sin) : new TensorVector(sin, cos);
        Tensor e = torch.cat(both, 0).unsqueeze(0).to(dtype);
        e = time2.forward(torch.silu_(time1.forward(e)));
        e = timeProjections.forward(torch.silu_(e)).view(1, -1, 1, 1);
        Tensor[] parts = new Tensor[timeOffsets.length - 1];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = e.narrow(1, timeOffsets[i], timeOffsets[i + 1] - timeOffsets[i]);
        }
        return parts;
    }

    /** exp(-ln(10000) i / (half - shift)) in float32, (half). */
    private static Tensor frequencies(int channels, double shift) {
        int half = channels / 2;
        return torch.arange(new Scalar(half), new org.bytedeco.pytorch.TensorOptions(ScalarType.Float))
                .mul(new Scalar(-Math.log(10000)))
                .div(new Scalar(half - shift))
                .exp();
    }

    /** How far a forward pass has come in the lists that {@link #prepare} and {@link #timeParts} made. */
    private static final class Pass {
        private final Tensor[] times;
        private final List<Tensor[]> text;
        private int nextTime;
        private int nextText;

        Pass(Tensor[] times, List<Tensor[]> text) {
            this.times = times;
            this.text = text;
        }

        Tensor time() {
            return times[nextTime++];
        }

        List<Tensor[]> text(int n) {
            nextText += n;
            return text.subList(nextText - n, nextText);
        }
    }

    private final class Block {
        private final List<ResnetBlock> resnets = new ArrayList<>();
        private final List<SpatialTransformer> attentions = new ArrayList<>(); // none, or after each ResNet
        private Conv2d resize; // null in the last block

        void resnet(WeightReader w, String name, long in, long out, List<String> timeNames, List<Long> timeSizes) {
            resnets.add(new ResnetBlock(w, name, in, out, config.normGroups(), config.normEps()));
            timeNames.add(name + "time_emb_proj");
            timeSizes.add(out);
        }

        void attention(WeightReader w, String name, long channels, int b) {
            attentions.add(new SpatialTransformer(
                    w,
                    name,
                    channels,
                    config.heads().get(b),
                    config.transformerLayers().get(b),
                    config));
        }

        Tensor layer(int j, Tensor x, Pass pass) {
            Tensor h = resnets.get(j).forward(x, pass.time());
            if (attentions.isEmpty()) {
                return h;
            }
            SpatialTransformer attention = attentions.get(j);
            return attention.forward(h, pass.text(attention.depth()));
        }
    }
}
