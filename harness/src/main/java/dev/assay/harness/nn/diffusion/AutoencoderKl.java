package dev.assay.harness.nn.diffusion;

import dev.assay.harness.nn.ops.Attention;
import dev.assay.harness.nn.ops.Conv2d;
import dev.assay.harness.nn.ops.GroupNorm;
import dev.assay.harness.nn.ops.Linear;
import dev.assay.harness.nn.weights.Scopes;
import dev.assay.harness.nn.weights.StateDict;
import dev.assay.harness.nn.weights.WeightReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Pixels to latents and back (Rombach et al. 2022) as in diffusers' {@code AutoencoderKL}. Pixels are -1 to 1. Weights and
 * results belong to the scopes of whoever calls.
 */
public final class AutoencoderKl {
    private static final double EPS = 1e-6;

    private final AutoencoderConfig config;
    private final Encoder encoder;
    private final Decoder decoder;
    private final Conv2d quant; // null where there is none
    private final Conv2d postQuant; // null where there is none

    /** @param weights the mid attention may have its old names (query, key, value, proj_attn) */
    public AutoencoderKl(AutoencoderConfig config, StateDict weights, String where) {
        this.config = config;
        WeightReader w = new WeightReader(where, weights.rename(AutoencoderKl::newName));
        encoder = new Encoder(w);
        decoder = new Decoder(w);
        int z = config.latentChannels();
        quant = config.quantConv() ? Conv2d.same(w, "quant_conv", 2L * z, 2L * z, 1) : null;
        postQuant = config.postQuantConv() ? Conv2d.same(w, "post_quant_conv", z, z, 1) : null;
        w.finish();
    }

    static String newName(String name) {
        String mid = "mid_block.attentions.0.";
        int at = name.indexOf(mid);
        if (at < 0) {
            return name;
        }
        int begin = at + mid.length();
        int end = name.indexOf('.', begin);
        String layer = name.substring(begin, end);
        Map<String, String> names = Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");
        return name.substring(0, begin) + names.getOrDefault(layer, layer) + name.substring(end);
    }

    public AutoencoderConfig config() {
        return config;
    }

    /**
     * @param latents (n, latent channels, h, w), as the diffusion model has them
     * @return pixels, about -1 to 1, (n, 3, h * downscale, w * downscale)
     */
    public Tensor decode(Tensor latents) {
        try (PointerScope scope = new PointerScope()) {
            Tensor z = latents.div(new Scalar(config.scalingFactor()));
            if (config.shiftFactor() != 0) {
                z = z.add(new Scalar(config.shiftFactor()));
            }
            return Scopes.handOut(decoder.forward(postQuant == null ? z : postQuant.forward(z)), scope);
        }
    }

    /**
     * The mean of the latents' distribution.
     *
     * @param pixels -1 to 1, (n, 3, h, w)
     * @return (n, latent channels, h / downscale, w / downscale), as the diffusion model has them
     */
    public Tensor encode(Tensor pixels) {
        try (PointerScope scope = new PointerScope()) {
            Tensor moments = encoder.forward(pixels);
            moments = quant == null ? moments : quant.forward(moments);
            Tensor mean = moments.narrow(1, 0, config.latentChannels());
            Tensor latents = mean.sub(new Scalar(config.shiftFactor())).mul(new Scalar(config.scalingFactor()));
            return Scopes.handOut(latents, scope);
        }
    }

    private final class Encoder {
        private final Conv2d convIn;
        private final List<List<ResnetBlock>> blocks = new ArrayList<>();
        private final List<Conv2d> halvings = new ArrayList<>();
        private final Mid mid;
        private final GroupNorm normOut;
        private final Conv2d convOut;

        Encoder(WeightReader w) {
            List<Integer> channels = config.blockChannels();
            int c = channels.get(0);
            convIn = Conv2d.same(w, "encoder.conv_in", config.inChannels(), c, 3);
            for (int b = 0; b < channels.size(); b++) {
                String name = "encoder.down_blocks." + b + ".";
                List<ResnetBlock> block = new ArrayList<>();
                for (int j = 0; j < config.layers(); j++) {
                    block.add(resnet(w, name + "resnets." + j + ".", c, channels.get(b)));
                    c = channels.get(b);
                }
                blocks.add(block);
                if (b < channels.size() - 1) {
                    halvings.add(Conv2d.halving(w, name + "downsamplers.0.conv", c, 0));
                }
            }
            mid = new Mid(w, "encoder.mid_block.", c);
            normOut = new GroupNorm(w, "encoder.conv_norm_out", config.normGroups(), c, EPS);
            convOut = Conv2d.same(w, "encoder.conv_out", c, 2L * config.latentChannels(), 3);
        }

        Tensor forward(Tensor x) {
            x = convIn.forward(x);
            for (int b = 0; b < blocks.size(); b++) {
                for (ResnetBlock resnet : blocks.get(b)) {
                    x = resnet.forward(x, null);
                }
                if (b < halvings.size()) {
                    x = halvings.get(b).forward(torch.constant_pad_nd(x, 0, 1, 0, 1));
                }
            }
            return convOut.forward(normOut.silu(mid.forward(x)));
        }
    }

    private final class Decoder {
        private final Conv2d convIn;
        private final Mid mid;
        private final List<List<ResnetBlock>> blocks = new ArrayList<>();
        private final List<Conv2d> doublings = new ArrayList<>();
        private final GroupNorm normOut;
        private final Conv2d convOut;

        Decoder(WeightReader w) {
            List<Integer> channels = config.blockChannels();
            int n = channels.size();
            int c = channels.get(n - 1);
            convIn = Conv2d.same(w, "decoder.conv_in", config.latentChannels(), c, 3);
            mid = new Mid(w, "decoder.mid_block.", c);
            for (int b = 0; b < n; b++) {
                String name = "decoder.up_blocks." + b + ".";
                List<ResnetBlock> block = new ArrayList<>();
                for (int j = 0; j <= config.layers(); j++) {
                    block.add(resnet(w, name + "resnets." + j + ".", c, channels.get(n - 1 - b)));
                    c = channels.get(n - 1 - b);
                }
                blocks.add(block);
                if (b < n - 1) {
                    doublings.add(Conv2d.same(w, name + "upsamplers.0.conv", c, c, 3));
                }
            }
            normOut = new GroupNorm(w, "decoder.conv_norm_out", config.normGroups(), c, EPS);
            convOut = Conv2d.same(w, "decoder.conv_out", c, config.outChannels(), 3);
        }

        Tensor forward(Tensor x) {
            x = mid.forward(convIn.forward(x));
            DoubleOptional none = new DoubleOptional();
            for (int b = 0; b < blocks.size(); b++) {
                for (ResnetBlock resnet : blocks.get(b)) {
                    x = resnet.forward(x, null);
                }
                if (b < doublings.size()) {
                    long[] size = {2 * x.size(2), 2 * x.size(3)};
                    x = doublings.get(b).forward(torch.upsample_nearest2d(x, size, none, none));
                }
            }
            return convOut.forward(normOut.silu(x));
        }
    }

    private ResnetBlock resnet(WeightReader w, String name, long in, long out) {
        return new ResnetBlock(w, name, in, out, config.normGroups(), EPS);
    }

    private final class Mid {
        private final ResnetBlock first;
        private final GroupNorm norm; // null without attention
        private final Linear qkv;
        private final Linear out;
        private final ResnetBlock second;

        Mid(WeightReader w, String name, long c) {
            first = resnet(w, name + "resnets.0.", c, c);
            if (config.midAttention()) {
                String a = name + "attentions.0.";
                norm = new GroupNorm(w, a + "group_norm", config.normGroups(), c, EPS);
                qkv = Linear.stacked(w, true, c, new long[] {c, c, c}, a + "to_q", a + "to_k", a + "to_v");
                out = Linear.of(w, a + "to_out.0", c, c);
            } else {
                norm = null;
                qkv = null;
                out = null;
            }
            second = resnet(w, name + "resnets.1.", c, c);
        }

        Tensor forward(Tensor x) {
            x = first.forward(x, null);
            if (norm != null) {
                Tensor h = norm.forward(x).flatten(2, 3).transpose(1, 2);
                Tensor[] t = Attention.parts(qkv.forward(h), 3);
                h = out.forward(Attention.attend(t[0], t[1], t[2], 1, false));
                x = h.transpose(1, 2).contiguous().view(x.shape()).add_(x);
            }
            return second.forward(x, null);
        }
    }
}
